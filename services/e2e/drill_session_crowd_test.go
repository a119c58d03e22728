package e2e

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/ventanilla/ventanilla/gateway/dialect/mosia"
)

// A hundred calls may have a replica grow by so much, in KiB: one hash takes 19 MiB, and four are made at a time. The rest is for the calls themselves.
const (
	mostForCalls  = (19 + 60) << 10
	mostForLogins = (4*19 + 60) << 10
)

// crowdOfOneDeveloper has a hundred calls come at a time to a replica that has proven no password yet: one hash proves the developer's for all. Then
// logins of users come, which take a hash each: few at a time.
func crowdOfOneDeveloper(t *testing.T, w *workplace) {
	key := w.opened(t, w.gateway[0])
	cold := w.newRole(t, "session")
	cold.start(t, w.cluster)
	g := w.pinned(t, cold)
	before := cold.memory(t, "VmRSS")
	crowd(t, g, callers, w.checking(key))
	if hashes := cold.hashes(t); hashes != 1 {
		t.Errorf("%d passwords were hashed for a hundred calls of one developer", hashes)
	}
	called := cold.memory(t, "VmHWM")
	logins := rounds(callers/2, callers)
	crowd(t, g, logins, w.logIn(w.user))
	if hashes := cold.hashes(t); hashes != 1+logins {
		t.Errorf("%d passwords were hashed for %d logins of users", hashes-1, logins)
	}
	loggedIn := cold.memory(t, "VmHWM")
	t.Logf("resident: %d MiB before, %d at most after a hundred calls, %d after %d logins", before>>10, called>>10, loggedIn>>10, logins)
	if grown := called - before; grown > mostForCalls {
		t.Errorf("grew by %d KiB for a hundred calls, at most %d may be", grown, mostForCalls)
	}
	if grown := loggedIn - before; grown > mostForLogins {
		t.Errorf("grew by %d KiB for logins, at most %d may be", grown, mostForLogins)
	}
	stopped(t, g, cold)
}

// crowd does an errand so often at once.
func crowd(t *testing.T, at *role, times int, e errand) {
	t.Helper()
	var all sync.WaitGroup
	for range times {
		all.Go(func() {
			if _, err := e.done(t.Context(), at.edge); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

// memory is a measure of the process's memory, in KiB, as the kernel names it.
func (p *process) memory(t *testing.T, measure string) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, measure+":"); ok {
			kib, err := strconv.Atoi(strings.Fields(value)[0])
			if err != nil {
				t.Fatal(err)
			}
			return kib
		}
	}
	t.Fatalf("the kernel does not tell %s", measure)
	return 0
}

// hashes is how many passwords a replica hashed, as its metrics say.
func (r *role) hashes(t *testing.T) int {
	t.Helper()
	a := edge{base: "http://" + r.adminHTTP, client: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}.send(t, call{method: http.MethodGet, path: "/metrics"})
	for line := range strings.Lines(a.body) {
		if value, ok := strings.CutPrefix(line, "session_password_hash_duration_seconds_count "); ok {
			count, err := strconv.Atoi(strings.TrimSpace(value))
			if err != nil {
				t.Fatal(err)
			}
			return count
		}
	}
	t.Fatal("no metric counts hashes of passwords")
	return 0
}

// sessionsByOne has a hundred callers at a replica that has one connection to its database: each is answered.
func sessionsByOne(t *testing.T, w *workplace) {
	key := w.opened(t, w.gateway[0])
	narrow := w.newRole(t, "session", "--set", "session.store.max_open=1")
	narrow.start(t, w.cluster)
	g := w.pinned(t, narrow)
	works := w.operate("Empresa", "listar_empresa", `{`+w.user.session(key)+`}`)
	doing := begin(t, "operations and pass keys", callers, func(ctx context.Context) error {
		if _, err := works.done(ctx, g.edge); err != nil {
			return fmt.Errorf("an operation: %w", err)
		}
		a, err := w.opening().done(ctx, g.edge)
		if err != nil {
			return fmt.Errorf("an opening: %w", err)
		}
		passKey, err := a.passKey()
		if err == nil {
			_, err = w.redeeming(mosia.UserPath, passKey).done(ctx, g.edge)
		}
		return err
	})
	doing.more(t, callers)
	crowd(t, g, callers/10, w.logIn(w.user))
	doing.ended(t, 0)
	stopped(t, g, narrow)
}
