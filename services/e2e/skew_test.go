package e2e

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// skew is a platform whose parts are of two versions: the base's, which ran before, and the one under test.
type skew struct {
	*cluster
	base     string
	operator string // The credential of one with every right that the checks need.
}

// TestSkew replaces the parts of a running platform of the base's version by this one's, one after the other and under
// load, and back again where the schema allows. Between the steps old and new gateways, auth replicas and etcd work
// together in each pairing. Without a base it is a rolling restart of one version.
func TestSkew(t *testing.T) {
	base := os.Getenv("VENTANILLA_SKEW_BIN")
	if base == "" {
		base = binary
	}
	s := &skew{cluster: newCluster(t, base), base: base}
	t.Logf("from %s to %s", s.must(t, "version"), s.mustNew(t, "version"))
	s.newOperator(t)

	reversible := false
	steps := []skewStep{
		{"all old", func(*testing.T) {}},
		{"schema migrated", func(t *testing.T) { reversible = s.migrate(t) }},
		{"one gateway new", s.gatewayTo(1, binary)},
		{"one auth new", s.authTo(0, binary)},
		{"both auths new", s.authTo(1, binary)},
		{"one identity new", s.identityTo(0, binary)},
		{"both identities new", s.identityTo(1, binary)},
		{"one benefits new", s.benefitsTo(0, binary)},
		{"both benefits new", s.benefitsTo(1, binary)},
		{"one notifications new", s.notificationsTo(0, binary)},
		{"both notifications new", s.notificationsTo(1, binary)},
		{"one session new", s.sessionTo(0, binary)},
		{"both sessions new", s.sessionTo(1, binary)},
		{"etcd new", s.etcdTo(binary)},
		{"all new", s.gatewayTo(0, binary)},
	}
	if !s.run(t, steps...) {
		return
	}
	if !reversible {
		t.Log("not back: the base cannot run on the new schema")
		return
	}
	s.run(t, []skewStep{
		{"one gateway old again", s.gatewayTo(0, base)},
		{"one of each service old again", inTurn(s.sessionTo(1, base), s.notificationsTo(1, base), s.benefitsTo(1, base), s.identityTo(1, base))},
		{"both of each service old again", inTurn(s.sessionTo(0, base), s.notificationsTo(0, base), s.benefitsTo(0, base), s.identityTo(0, base))},
		{"one auth old again", s.authTo(1, base)},
		{"both auths old again", s.authTo(0, base)},
		{"etcd old again", s.etcdTo(base)},
		{"all old again", s.gatewayTo(1, base)},
	}...)
}

// skewStep leads to a state in which everything has to work.
type skewStep struct {
	state string
	reach func(*testing.T)
}

// inTurn does one after the other.
func inTurn(all ...func(*testing.T)) func(*testing.T) {
	return func(t *testing.T) {
		for _, do := range all {
			do(t)
		}
	}
}

// run takes the steps in turn, up to one that fails.
func (s *skew) run(t *testing.T, steps ...skewStep) bool {
	t.Helper()
	for _, step := range steps {
		if !t.Run(step.state, func(t *testing.T) { step.reach(t); s.works(t) }) {
			return false
		}
	}
	return true
}

// mustNew is must for the program under test.
func (s *skew) mustNew(t *testing.T, args ...string) string {
	t.Helper()
	out, err := runCommand(t, binary, args...)
	if err != nil {
		t.Fatalf("%v: %v", args, err)
	}
	return out
}

// migrate brings the schema to this version while the base's replicas use it. It reports whether the base may still start
// on it: then its own migration leaves the schema alone, and its replicas stay ready.
func (s *skew) migrate(t *testing.T) bool {
	t.Helper()
	s.underLoadOf(t, s.gateway[:], func() { s.mustNew(t, s.migration(t, binary)...) })
	_, err := runCommand(t, s.base, s.migration(t, s.base)...)
	if err != nil {
		if !strings.Contains(err.Error(), "schema is newer") {
			t.Fatalf("the base's migration: %v", err)
		}
		return false
	}
	for _, r := range slices.Concat(s.auth[:], s.identities, s.benefits, s.notifications, s.sessions) {
		if err := readiness(t.Context(), r.adminHTTP); err != nil {
			t.Errorf("%s of the base, on the new schema: %v", r.name, err)
		}
	}
	return true
}

// authTo starts an auth replica anew as another program; nobody notices.
func (s *skew) authTo(i int, program string) func(*testing.T) {
	return func(t *testing.T) {
		s.underLoadOf(t, s.gateway[:], func() { s.replace(t, s.auth[i], program) })
	}
}

// identityTo does so with an identity replica.
func (s *skew) identityTo(i int, program string) func(*testing.T) {
	return s.serviceTo("identity", &s.identities, i, program)
}

// benefitsTo does so with a benefits replica.
func (s *skew) benefitsTo(i int, program string) func(*testing.T) {
	return s.serviceTo("benefits", &s.benefits, i, program)
}

// notificationsTo does so with a notifications replica.
func (s *skew) notificationsTo(i int, program string) func(*testing.T) {
	return s.serviceTo("notifications", &s.notifications, i, program)
}

// sessionTo does so with a session replica.
func (s *skew) sessionTo(i int, program string) func(*testing.T) {
	return s.serviceTo("session", &s.sessions, i, program)
}

// serviceTo does so with a replica of a service. Programs that have no such role run none: the first that has brings it,
// and one that has not goes without it.
func (s *skew) serviceTo(service string, replicas *[]*role, i int, program string) func(*testing.T) {
	return func(t *testing.T) {
		s.underLoadOf(t, s.gateway[:], func() {
			running := *replicas
			switch {
			case !has(t, program, service):
				if code := running[i].terminate(t); code != 0 {
					t.Errorf("%s: exit code %d after SIGTERM", running[i].name, code)
				}
				*replicas = running[:i]
			case i < len(running):
				s.replace(t, running[i], program)
			default:
				s.certify(t, program, service)
				r := s.newRole(t, service)
				r.program = program
				r.start(t, s.cluster)
				*replicas = append(running, r)
			}
		})
	}
}

// gatewayTo does so with a gateway; a load balancer would send the partners to the other one.
func (s *skew) gatewayTo(i int, program string) func(*testing.T) {
	return func(t *testing.T) {
		s.underLoadOf(t, []*role{s.gateway[1-i]}, func() { s.replace(t, s.gateway[i], program) })
	}
}

// etcdTo does so with etcd, in whose absence the last known endpoints serve on.
func (s *skew) etcdTo(program string) func(*testing.T) {
	return func(t *testing.T) {
		s.underLoadOf(t, s.gateway[:], func() {
			if code := s.etcd.terminate(t); code != 0 {
				t.Errorf("etcd: exit code %d after SIGTERM", code)
			}
			s.program = program
			s.startEtcd(t)
		})
	}
}

func (s *skew) replace(t *testing.T, r *role, program string) {
	t.Helper()
	if code := r.terminate(t); code != 0 {
		t.Errorf("%s: exit code %d after SIGTERM", r.name, code)
	}
	r.program = program
	r.start(t, s.cluster)
}
