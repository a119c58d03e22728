package e2e

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/gateway/dialect/cmp"
	"github.com/ventanilla/ventanilla/pkg/claveunica"
	"github.com/ventanilla/ventanilla/pkg/testkit"
)

// TestDrillBenefits takes away what citizens' benefits need, one after the other; each drill leaves all whole.
func TestDrillBenefits(t *testing.T) {
	w := newWelfare(t)
	for _, d := range []struct {
		name string
		run  func(*testing.T, *welfare)
	}{
		{"published elsewhere", publishedElsewhere},
		{"benefits replica killed", benefitsKilled},
		{"benefits replica stopped", benefitsStopped},
		{"identity replica killed", identityKilled},
		{"identity away", identityAway},
		{"benefits away", benefitsAway},
		{"ClaveÚnica away", claveUnicaAway},
	} {
		if !t.Run(d.name, func(t *testing.T) { d.run(t, w) }) {
			w.login.SetFault(claveunica.NoFault)
			w.heal(t)
		}
	}
}

// welfare is a cluster that has a citizen, a published benefit and a widget, with a ClaveÚnica of the test's own.
type welfare struct {
	*cluster
	login *countedLogin
	rut   string
	// editor and publisher are operators at the first gateway.
	editor, publisher operator
	// widget is a widget's, whose token for the citizen is shown. The client may ask about everybody.
	widget        credentials
	shown, access string
	client        credentials
}

func newWelfare(t *testing.T) *welfare {
	t.Helper()
	login := emulator(t)
	w := &welfare{login: login, rut: claveunica.TestPersons()[0].RUT, cluster: newCluster(t, binary,
		"--set", "auth.clave_unica.userinfo_url="+login.url+claveunica.UserinfoPath,
		"--set", "auth.clave_unica.timeout=1s", "--set", "auth.clave_unica.pause=5s")}
	w.editor = w.operator(t, w.gateway[0], "editor", "editor")
	w.publisher = w.operator(t, w.gateway[0], "publisher", "publisher")
	security := w.operator(t, w.gateway[0], "security", "security")
	w.editor.run(t, nil, "person", "create", "drill", "INVENTADA", "--identifier", "rut="+w.rut, "--born", "1990-01-01")
	w.publish(t, w.gateway[0], 1)
	w.client = security.create(t, "Drill", cmp.Name, "--scope", "benefits.evaluate").credentials()
	w.widget = security.create(t, "Drill widget", cmp.Name, "--kind", "widget", "--origin", widgetOrigin).credentials()
	w.access = w.gateway[0].issue(t, w.client)
	var data map[string]string
	w.gateway[0].send(t, w.widgetKeys(t)).enveloped(t, &data)
	w.shown = data["CmpWidget"]
	return w
}

// signIn is a new token of the citizen: gateways have not asked about it.
func (w *welfare) signIn(t *testing.T) string {
	t.Helper()
	token, err := w.login.Issue(w.rut)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// benefitsOf asks for the citizen's benefits.
func (w *welfare) benefitsOf(cu string) call {
	return fields{"rut": w.rut, "categoria": "todas", "cu_token": cu}.form(cmp.BenefitsPath).with(w.access)
}

func (w *welfare) widgetKeys(t *testing.T) call {
	t.Helper()
	return fields{"apiKey": w.widget.id, "secretKey": w.widget.secret, "rut": w.rut, "cu_token": w.signIn(t)}.form(cmp.WidgetTokenPath)
}

// page asks for what a widget shows.
func (w *welfare) page(path string) call {
	return (&platform{}).shown(path, w.widget.id, w.shown, widgetOrigin)
}

// decision asks as a client for a citizen's benefits, at the platform's own endpoint.
func decision(token, path, rut string) call {
	return call{
		path: path, header: http.Header{"Content-Type": {"application/json"}}, bearer: token,
		body: strings.NewReader(`{"subject":{"rut":"` + rut + `"},"terms":{"purpose":"drill"}}`),
	}
}

// reading are the calls that read the citizen's facts.
func (w *welfare) reading(t *testing.T) map[string]func() call {
	t.Helper()
	cu := w.signIn(t)
	return map[string]func() call{
		"benefits":  func() call { return w.benefitsOf(cu) },
		"profile":   func() call { return w.page(cmp.ProfilePath) },
		"household": func() call { return w.page(cmp.HouseholdPath) },
		"evaluate":  func() call { return decision(w.access, "/benefits/v1/evaluate", w.rut) },
		"explain":   func() call { return decision(w.access, "/benefits/v1/explain", w.rut) },
	}
}

// served waits until every call is answered well, so often in a row that every replica has answered.
func (w *welfare) served(t *testing.T, calls map[string]func() call) {
	t.Helper()
	began := time.Now()
	for name, next := range calls {
		testkit.Eventually(t, patience, func() error {
			for range enough {
				if err := expect(t, w.gateway[0].edge, next(), http.StatusOK); err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
			}
			return nil
		})
	}
	t.Logf("all served %v after the return", time.Since(began))
}

// readers are the workers of a load: so many calls are in flight at most.
const readers = 4

// load has workers ask all of it again and again.
func (w *welfare) load(t *testing.T) *load {
	t.Helper()
	calls := w.reading(t)
	names := slices.Collect(maps.Keys(calls))
	l := begin(t, "reads", readers, func(ctx context.Context) error {
		name := names[rand.IntN(len(names))]
		a, err := w.gateway[0].try(ctx, calls[name]())
		if err == nil && a.status != http.StatusOK {
			err = fmt.Errorf("%s: status %d, %s", name, a.status, a.body)
		}
		return err
	})
	l.more(t, 50)
	return l
}

func benefitsKilled(t *testing.T, w *welfare) { w.killed(t, w.benefits) }

func identityKilled(t *testing.T, w *welfare) { w.killed(t, w.identities) }

// killed kills each replica in turn under load, and brings it back. What was in flight on it is repeated at another.
func (w *welfare) killed(t *testing.T, replicas []*role) {
	t.Helper()
	for _, victim := range replicas {
		reading := w.load(t)
		victim.kill()
		reading.more(t, 200)
		victim.start(t, w.cluster)
		reading.more(t, 200)
		reading.ended(t, 0)
	}
}

// benefitsStopped ends each replica in turn as an upgrade does: nobody notices.
func benefitsStopped(t *testing.T, w *welfare) {
	for _, victim := range w.benefits {
		reading := w.load(t)
		if code := victim.terminate(t); code != 0 {
			t.Errorf("exit code %d after SIGTERM", code)
		}
		reading.more(t, 200)
		victim.start(t, w.cluster)
		reading.more(t, 200)
		reading.ended(t, 0)
	}
}

func identityAway(t *testing.T, w *welfare) { w.away(t, w.identities) }

func benefitsAway(t *testing.T, w *welfare) { w.away(t, w.benefits) }

// away kills a service: each family is told so in its own shape and when to come back, and is served soon after the return.
func (w *welfare) away(t *testing.T, replicas []*role) {
	t.Helper()
	calls := w.reading(t)
	calls["evaluate many"] = func() call {
		c := decision(w.access, "/benefits/v1/evaluate-stream", w.rut)
		c.body = strings.NewReader(`{"subjects":[{"rut":"` + w.rut + `"}],"terms":{"purpose":"drill"}}`)
		return c
	}
	w.served(t, calls)
	for _, r := range replicas {
		r.kill()
	}
	for name, next := range calls {
		testkit.Eventually(t, patience, func() error { return expect(t, w.gateway[0].edge, next(), http.StatusServiceUnavailable) })
		a := w.gateway[0].send(t, next())
		if strings.HasPrefix(next().path, "/benefits/v1/") {
			refusal{name: name, status: http.StatusServiceUnavailable, members: problem}.check(t, a)
			if got := a.header.Get("Content-Type"); !strings.HasPrefix(got, "application/problem+json") {
				t.Errorf("%s: Content-Type: %q", name, got)
			}
		} else {
			cmpRefused{name: name, status: http.StatusServiceUnavailable, message: textOffline}.check(t, a)
		}
		if seconds, err := strconv.Atoi(a.header.Get("Retry-After")); err != nil || seconds < 1 {
			t.Errorf("%s: Retry-After: %q", name, a.header.Get("Retry-After"))
		}
	}
	for _, r := range replicas {
		r.start(t, w.cluster)
	}
	w.served(t, calls)
}

// publish imports a version of the drill's benefit and puts it into force through a gateway.
func (w *welfare) publish(t *testing.T, at *role, version int) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "catalogue.yaml")
	write(t, file, []byte(fmt.Sprintf(drillCatalogue, drillTitle(version))))
	number := strconv.Itoa(version)
	w.editor.at(at).run(t, nil, "catalog", "import", file)
	w.editor.at(at).run(t, nil, "catalog", "submit", "drill", number)
	w.publisher.at(at).run(t, nil, "catalog", "publish", "drill", number)
}

// at is the operator at another gateway's window.
func (o operator) at(r *role) operator {
	return operator{append(slices.Clone(o.flags), "--address", r.adminRPC)}
}

func drillTitle(version int) string { return "Versión " + strconv.Itoa(version) }

// drillCatalogue is a catalogue of one benefit, but for its title.
const drillCatalogue = `
categories:
  - id: salud
    position: 1
    labels: {es: Salud}
benefits:
  - id: drill
    category: salud
    beneficiary: person
    url: https://beneficio.example/drill
    texts:
      es: {title: %s, description: Para personas adultas.}
    conditions:
      - name: age
        expression: person.age >= 18
        sentences: {es: Tener 18 años o más.}
    examples:
      - {name: una persona adulta, facts: {person.age: 40}, outcome: eligible}
      - {name: una niña, facts: {person.age: 7}, outcome: not_eligible}
`

// publishedElsewhere publishes and retires through one replica of benefits, and asks the other.
func publishedElsewhere(t *testing.T, w *welfare) {
	var gateways [2]*role
	for i := range gateways {
		gateways[i] = w.newRole(t, "gateway", "--set", "discovery.targets.benefits=static:///"+w.benefits[i].rpc)
		gateways[i].start(t, w.cluster)
		defer gateways[i].terminate(t)
	}
	cu := w.signIn(t)
	decides := func(version int) {
		t.Helper()
		began := time.Now()
		for i, g := range gateways {
			testkit.Eventually(t, patience, func() error {
				a := g.send(t, w.benefitsOf(cu))
				if a.status != http.StatusOK {
					return fmt.Errorf("gateway %d answers %d, %s", i, a.status, a.body)
				}
				if got := titles(t, a); !slices.Equal(got, []string{drillTitle(version)}) {
					return fmt.Errorf("gateway %d answers %q", i, got)
				}
				return nil
			})
			t.Logf("replica %d: version %d decides %v after", i, version, time.Since(began))
		}
	}
	decides(1)
	w.publish(t, gateways[0], 2)
	decides(2)
	w.publish(t, gateways[1], 3)
	decides(3)
	w.publisher.at(gateways[0]).run(t, nil, "catalog", "retire", "drill", "3", "--note", "drill")
	decides(2)
}
