package e2e

import (
	"cmp"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestAuthorizationMatrix presents every credential at every endpoint: who may pass does, and everybody else is refused as
// a stranger is. An endpoint that has no row fails it.
func TestAuthorizationMatrix(t *testing.T) {
	p := up(t, t.TempDir(), "--set", "auth.families="+strings.Join(append(served, elsewhere), ","),
		"--set", "edge.rate.per_second=10000", "--set", "edge.rate.burst=10000",
		"--set", "edge.rate.failures.per_second=10000", "--set", "edge.rate.failures.burst=10000")
	rows := p.rows(t)
	everyFamilyIsServed(t)
	everyRouteHasARow(t, rows)
	presented := p.presentations(t)
	for _, r := range rows {
		t.Run(r.method+" "+r.path+" "+strings.Join(r.sets, ", "), func(t *testing.T) {
			p.judge(t, r, presented)
			p.hides(t, r, presented)
		})
	}
}

// judge presents all credentials at a row. Refusals of one kind of credential must be the same, whatever the reason.
func (p *platform) judge(t *testing.T, r row, presented []presentation) {
	t.Helper()
	first := map[kind]answer{}
	for _, c := range append([]presentation{{name: "nothing"}}, presented...) {
		a := p.send(t, r.with(c, r.asks[0].call()))
		switch {
		case r.public:
			r.expect(t, c.name, a, cmp.Or(r.status, http.StatusOK))
			r.alike(t, c.name, a, first, "")
		case !r.passes(c):
			r.refused(t, c.name, a)
			r.alike(t, c.name, a, first, c.kind)
		default:
			for _, ask := range r.asks {
				want := cmp.Or(r.status, http.StatusOK)
				if status, denied := r.denied[c.kind]; denied {
					want = status
				} else if ask.scope != "" && !slices.Contains(c.scopes, ask.scope) {
					want = ask.short
				}
				r.expect(t, c.name+", for the scope "+ask.scope, p.send(t, r.with(c, ask.call())), want)
			}
		}
	}
}

// alike compares an answer with the first to its kind.
func (r row) alike(t *testing.T, what string, a answer, first map[kind]answer, of kind) {
	t.Helper()
	if before, ok := first[of]; ok {
		same(t, what, a, before)
		return
	}
	first[of] = a
}

// hides asks, as everybody who passes, for what is another's and for what there is not.
func (p *platform) hides(t *testing.T, r row, presented []presentation) {
	t.Helper()
	if r.hidden == nil {
		return
	}
	for _, c := range presented {
		if _, denied := r.denied[c.kind]; denied || !r.public && !r.passes(c) {
			continue
		}
		first := map[kind]answer{}
		for _, call := range r.hidden(c, presented) {
			a := p.send(t, r.with(c, call))
			r.expect(t, c.name+", for what is not its own", a, r.hiddenStatus)
			r.alike(t, c.name+", for what is not its own", a, first, "")
		}
	}
}

func (r row) expect(t *testing.T, what string, a answer, status int) {
	t.Helper()
	if a.status != status {
		t.Errorf("%s: status %d, want %d: %s", what, a.status, status, a.body)
	}
	if status >= http.StatusBadRequest {
		r.shaped(t, what, a)
	}
}

// refused is the answer to a stranger, in the family's shape and without a word on why.
func (r row) refused(t *testing.T, what string, a answer) {
	t.Helper()
	if a.status != http.StatusUnauthorized && !(a.status == http.StatusBadRequest && strings.Contains(a.body, `"invalid_request"`)) {
		t.Errorf("%s: not refused: %d, %s", what, a.status, a.body)
		return
	}
	if a.status == http.StatusUnauthorized && a.header.Get("WWW-Authenticate") == "" {
		t.Errorf("%s: refused without a challenge", what)
	}
	r.shaped(t, what, a)
}

func (r row) shaped(t *testing.T, what string, a answer) {
	t.Helper()
	common(t, a)
	body := a.object(t)
	for name := range body {
		if !slices.Contains(r.members, name) {
			t.Errorf("%s: %s is no member of this shape: %s", what, name, a.body)
		}
	}
	if _, ok := body[r.members[0]]; !ok {
		t.Errorf("%s: no %s in %s", what, r.members[0], a.body)
	}
}

// timestamp is when an answer was made, in those that tell.
var timestamp = regexp.MustCompile(`"timestamp":\d{13}`)

// same tells answers apart that somebody could learn from, byte by byte.
func same(t *testing.T, what string, got, want answer) {
	t.Helper()
	if got.status != want.status || timestamp.ReplaceAllString(got.body, "") != timestamp.ReplaceAllString(want.body, "") {
		t.Errorf("%s: %d, %s differs from %d, %s", what, got.status, got.body, want.status, want.body)
	}
	for _, headers := range []http.Header{got.header, want.header} {
		for name := range headers {
			if !slices.Contains(varying, name) && !slices.Equal(got.header[name], want.header[name]) {
				t.Errorf("%s: %s is %q, not %q", what, name, got.header[name], want.header[name])
			}
		}
	}
}

// varying are the headers that differ between two answers to one call.
var varying = []string{"Date", "X-Request-Id", "Ratelimit"}
