package history_test

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ventanilla/ventanilla/services/e2e/history"
)

// TestSimulatedPlatformIsExplained asks a platform in virtual time that keeps its promises as late as it may.
func TestSimulatedPlatformIsExplained(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := &simulated{t: t, told: []int{0}}
		for _, v := range history.Check(s.run(rapid.IntRange(1, 30).Draw(t, "calls")), patience) {
			t.Errorf("%v", v)
		}
	})
}

// simulated is a store of changes, of which each replica knows the first so many.
type simulated struct {
	t       *rapid.T
	changes []func(*registration)
	known   [2]int
	tokens  []issued
	told    []int // Secrets that somebody has.
	steps   []step
	// operated is when the last change of the registration was answered.
	operated time.Duration
}

type issued struct {
	epoch int64
	key   string
}

// step is something that happens at an instant.
type step struct {
	at time.Duration
	do func()
}

type registration struct {
	epoch    int64
	disabled bool
	secret   int
	previous int
	until    time.Duration // Of the previous secret.
	deleted  bool
	revoked  []int
	retired  []string
}

func (r registration) admits(secret int, at time.Duration) bool {
	return !r.disabled && !r.deleted && (secret == r.secret || secret == r.previous && at < r.until)
}

func (s *simulated) after(changes int) registration {
	var r registration
	for _, change := range s.changes[:changes] {
		change(&r)
	}
	return r
}

func (r registration) inForce(number int, token issued) bool {
	return !r.disabled && !r.deleted && r.epoch == token.epoch && !slices.Contains(r.revoked, number) &&
		!slices.Contains(r.retired, token.key)
}

func (s *simulated) instant(from, to time.Duration) time.Duration {
	return time.Duration(rapid.Int64Range(int64(from), int64(to)).Draw(s.t, "instant"))
}

// run makes so many calls and returns their history.
func (s *simulated) run(calls int) []history.Operation {
	operations := make([]history.Operation, calls)
	for i := range operations {
		o := &operations[i]
		o.Worker = i
		o.Replica = rapid.IntRange(0, 1).Draw(s.t, "replica")
		o.Kind = rapid.SampledFrom([]history.Kind{
			history.Issue, history.Introspect, history.Revoke, history.Disable, history.Enable, history.Rotate,
			history.Rotate, history.Delete, history.Look, history.Retire,
		}).Draw(s.t, "kind")
		o.Call = s.instant(0, 4*history.Honoured)
		if o.Kind.Registers() {
			o.Call = s.instant(s.operated, s.operated+history.Honoured/2) // One after the other.
		}
		o.Return = s.instant(o.Call, o.Call+history.Honoured/2)
		if o.Kind.Registers() {
			s.operated = o.Return
		}
		at := s.instant(o.Call, o.Return)
		s.steps = append(s.steps, step{at, func() { s.happen(o, at) }})
	}
	for len(s.steps) > 0 {
		next := slices.MinFunc(s.steps, func(a, b step) int { return cmp.Compare(a.at, b.at) })
		i := slices.IndexFunc(s.steps, func(one step) bool { return one.at == next.at })
		s.steps = slices.Delete(s.steps, i, i+1)
		next.do()
	}
	return slices.DeleteFunc(operations, func(o history.Operation) bool { return o.Outcome == history.Unsent })
}

// happen does what a call asks for, at the store or by what the replica knows.
func (s *simulated) happen(o *history.Operation, at time.Duration) {
	here := s.after(s.known[o.Replica])
	if len(s.tokens) > 0 {
		o.Question.Token = rapid.IntRange(0, len(s.tokens)-1).Draw(s.t, "token")
	}
	if o.Kind == history.Issue || o.Kind == history.Revoke {
		o.Caller, o.Credential = history.BySecret, rapid.SampledFrom(s.told).Draw(s.t, "secret")
		if !here.admits(o.Credential, at) {
			o.Outcome = history.Refused
			return
		}
	}
	if (o.Kind.Registers() || o.Kind == history.Look) && s.after(len(s.changes)).deleted {
		o.Outcome = history.Gone
		return
	}
	o.Outcome = history.Done
	switch o.Kind {
	case history.Issue:
		if len(s.tokens) == history.MaxTokens {
			o.Outcome = history.Unsent
			return
		}
		o.Answer.Token, o.Epoch, o.Answer.Key = len(s.tokens), here.epoch, s.signing()
		s.tokens = append(s.tokens, issued{here.epoch, o.Answer.Key})
	case history.Introspect:
		o.Active = len(s.tokens) > 0 && here.inForce(o.Question.Token, s.tokens[o.Question.Token])
		if len(s.tokens) == 0 {
			o.Outcome = history.Unsent
		}
	case history.Revoke:
		s.change(o, func(r *registration) { r.revoked = append(r.revoked, o.Question.Token) })
	case history.Disable:
		s.change(o, func(r *registration) {
			if !r.disabled {
				r.epoch++
			}
			r.disabled = true
		})
	case history.Enable:
		s.change(o, func(r *registration) { r.disabled = false })
	case history.Rotate:
		secret := len(s.changes) + 1
		o.Secret = secret
		if o.Overlap = s.instant(0, history.Honoured); o.Overlap > 0 {
			o.Until = at + o.Overlap
			s.change(o, func(r *registration) { r.previous, r.until, r.secret = r.secret, at+o.Overlap, secret })
		} else {
			s.change(o, func(r *registration) { r.epoch, r.until, r.secret = r.epoch+1, 0, secret })
		}
		if o.Outcome == history.Done {
			s.told = append(s.told, secret)
		}
	case history.Delete:
		s.change(o, func(r *registration) { r.deleted = true })
	case history.Retire:
		key := rapid.SampledFrom(keys).Draw(s.t, "key")
		o.Question.Key = key
		s.change(o, func(r *registration) { r.retired = append(r.retired, key) })
	case history.Look:
		now := s.after(len(s.changes))
		o.Epoch, o.Disabled = now.epoch, now.disabled
	}
}

// keys may be retired; there is one more that never is.
var keys = []string{"a", "b", "c"}

// signing is a key that is not retired anywhere.
func (s *simulated) signing() string {
	retired := s.after(len(s.changes)).retired
	left := slices.DeleteFunc(slices.Clone(keys), func(key string) bool { return slices.Contains(retired, key) })
	return rapid.SampledFrom(append(left, "d")).Draw(s.t, "key")
}

// change stores a change. The other replica hears of it, and of those before, within a second of the answer, which is
// lost at times.
func (s *simulated) change(o *history.Operation, change func(*registration)) {
	s.changes = append(s.changes, change)
	upTo := len(s.changes)
	s.known[o.Replica] = upTo
	now := s.after(upTo)
	o.Epoch, o.Disabled = now.epoch, now.disabled
	if rapid.IntRange(0, 9).Draw(s.t, "lost") == 9 {
		o.Answer = history.Answer{Outcome: history.Open}
	}
	other := &s.known[1-o.Replica]
	s.steps = append(s.steps, step{
		s.instant(o.Return, o.Return+history.Honoured), func() { *other = max(*other, upTo) },
	})
}
