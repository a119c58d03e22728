package edgetest

import (
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/gateway/edge"
)

// Switched is one switch for every endpoint.
type Switched edge.Switch

// At is the switch.
func (s Switched) At(string, string) (edge.Switch, bool) { return edge.Switch(s), true }

// switched is what a case has switched; nil when nothing.
func (c goldenCase) switched(t *testing.T) edge.Switches {
	t.Helper()
	s := Switched{
		Maintenance: c.has("maintenance"), Retired: c.has("retired"), Strict: c.has("strict"), Documentation: c.directives["documentation"],
		DeprecatedAt: c.time(t, "deprecated"), SunsetAt: c.time(t, "sunset"),
	}
	if s == (Switched{}) {
		return nil
	}
	if s.Maintenance {
		var err error
		if s.RetryAfter, err = time.ParseDuration(c.directives["maintenance"]); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// time is the time of a directive, zero where the case has none.
func (c goldenCase) time(t *testing.T, directive string) time.Time {
	t.Helper()
	if !c.has(directive) {
		return time.Time{}
	}
	at, err := time.Parse(time.RFC3339, c.directives[directive])
	if err != nil {
		t.Fatal(err)
	}
	return at
}
