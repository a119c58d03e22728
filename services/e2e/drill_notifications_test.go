package e2e

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/testkit"
)

// TestDrillNotifications takes away what dispatching needs, one after the other; each drill leaves all whole.
func TestDrillNotifications(t *testing.T) {
	c := newCluster(t, binary)
	editor, security := c.operator(t, c.gateway[0], "editor", "editor"), c.operator(t, c.gateway[0], "security", "security")
	d := &messaging{
		cluster:  c,
		provider: newProvider(t, editor, security.create(t, "Drill", "tuidd").credentials(), c.gateway[0].edge),
		person:   newPerson(t, editor, "known", "phone=+56912345678"),
		stranger: newPerson(t, editor, "never asked about", "phone=+56912345679"),
	}
	a := c.gateway[0].send(t, d.provider.dispatch(d.person, notification("SMS", "hola")))
	if a.status != http.StatusCreated {
		t.Fatalf("dispatching: status %d, %s", a.status, a.body)
	}
	d.known = "/Services/" + a.dispatched(t).ID
	for _, drill := range []struct {
		name string
		run  func(*testing.T, *messaging)
	}{
		{"identity away", dispatchWithoutIdentity},
		{"notifications replicas stopped", notificationsStopped},
		{"notifications away", notificationsAway},
		{"a pool of one", dispatchesByOne},
		{"PostgreSQL away", dispatchWithoutPostgres},
	} {
		if !t.Run(drill.name, func(t *testing.T) { drill.run(t, d) }) {
			d.heal(t)
		}
	}
}

// messaging is a cluster with a provider, and persons whom a sandbox carries messages to.
type messaging struct {
	*cluster
	provider         provider
	person, stranger string
	// known is the path of a dispatch.
	known string
}

// calling is what providers do, by name, and what it is answered.
type calling map[string]struct {
	next   func() call
	status int
}

func (d *messaging) calls() calling {
	get := func(path string) func() call { return func() call { return d.provider.call(http.MethodGet, path, "") } }
	return calling{
		"dispatch": {func() call { return d.provider.dispatch(d.person, notification("SMS", "hola")) }, http.StatusCreated},
		"get":      {get(d.known), http.StatusOK},
		"list":     {get("/Services?status=delivered"), http.StatusOK},
	}
}

// served waits until every call is answered well, so often in a row that every replica has answered.
func (d *messaging) served(t *testing.T, calls calling) {
	t.Helper()
	began := time.Now()
	for name, c := range calls {
		testkit.Eventually(t, patience, func() error {
			for range enough {
				if err := expect(t, d.gateway[0].edge, c.next(), c.status); err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
			}
			return nil
		})
	}
	t.Logf("all served %v after the return", time.Since(began))
}

// away waits until every call is refused, and looks at how.
func (d *messaging) away(t *testing.T, calls calling) {
	t.Helper()
	for name, c := range calls {
		testkit.Eventually(t, patience, func() error {
			return expect(t, d.gateway[0].edge, c.next(), http.StatusServiceUnavailable)
		})
		a := d.gateway[0].send(t, c.next())
		refusal{name: name, status: http.StatusServiceUnavailable, members: tuiddBody}.check(t, a)
		if seconds, err := strconv.Atoi(a.header.Get("Retry-After")); err != nil || seconds < 1 {
			t.Errorf("%s: Retry-After: %q", name, a.header.Get("Retry-After"))
		}
	}
}

// dispatchWithoutIdentity refuses what is for a person whom nobody asked about yet. All else goes on.
func dispatchWithoutIdentity(t *testing.T, d *messaging) {
	for _, r := range d.identities {
		r.kill()
	}
	calls := calling{"dispatch": {func() call { return d.provider.dispatch(d.stranger, notification("SMS", "hola")) }, http.StatusCreated}}
	d.away(t, calls)
	others := d.calls()
	delete(others, "dispatch")
	d.served(t, others)
	for _, r := range d.identities {
		r.start(t, d.cluster)
	}
	d.served(t, calls)
}

// notificationsStopped ends each replica in turn as an upgrade does: nobody notices.
func notificationsStopped(t *testing.T, d *messaging) {
	for _, victim := range d.notifications {
		load := begin(t, "dispatches", readers, func(ctx context.Context) error { return d.provider.wholeLife(ctx, d.gateway[0].edge, d.person) })
		load.more(t, 30)
		if code := victim.terminate(t); code != 0 {
			t.Errorf("exit code %d after SIGTERM", code)
		}
		load.more(t, 60)
		victim.start(t, d.cluster)
		load.more(t, 60)
		load.ended(t, 0)
	}
}

func notificationsAway(t *testing.T, d *messaging) {
	for _, r := range d.notifications {
		r.kill()
	}
	d.away(t, d.calls())
	for _, r := range d.notifications {
		r.start(t, d.cluster)
	}
	d.served(t, d.calls())
}

func dispatchWithoutPostgres(t *testing.T, d *messaging) {
	d.postgres.Stop()
	d.away(t, d.calls())
	d.postgres.Start()
	d.served(t, d.calls())
}

// patiently has a gateway wait long for a service: a hundred calls in a row take a slow machine longer than others should.
const patiently = "calls.timeout=15s"

// dispatchesByOne has a hundred callers at a replica that has one connection to its database, and delivers meanwhile: each is answered.
func dispatchesByOne(t *testing.T, d *messaging) {
	narrow := d.newRole(t, "notifications", "--set", "notifications.store.max_open=1")
	narrow.start(t, d.cluster)
	g := d.newRole(t, "gateway", "--set", patiently)
	g.start(t, d.cluster)
	for _, r := range d.notifications {
		if code := r.terminate(t); code != 0 {
			t.Errorf("exit code %d after SIGTERM", code)
		}
	}
	d.provider.crowd(t, g.edge, d.person)
	for _, r := range d.notifications {
		r.start(t, d.cluster)
	}
	for _, r := range []*role{g, narrow} {
		if code := r.terminate(t); code != 0 {
			t.Errorf("%s: exit code %d after SIGTERM", r.name, code)
		}
	}
}

// TestDispatchByOne does the same on SQLite.
func TestDispatchByOne(t *testing.T) {
	p := up(t, t.TempDir(), "--set", "notifications.store.max_open=1", "--set", patiently, "--set", "edge.rate.per_second=100000", "--set", "edge.rate.burst=100000")
	demo := p.demo.Tuidd.demoProvider
	provider{
		id: demo.ProviderID, service: int64(demo.ServiceID), token: demo.ServiceToken,
		access: p.issue(t, credentials{demo.ClientID, demo.ClientSecret}),
	}.crowd(t, p.edge, demo.Destination)
}

// crowd has a hundred callers dispatch at a time, and waits until all is delivered.
func (p provider) crowd(t *testing.T, e edge, person string) {
	t.Helper()
	dispatches := begin(t, "dispatches", callers, func(ctx context.Context) error {
		d, err := p.try(ctx, e, person)
		if err != nil {
			return err
		}
		a, err := e.try(ctx, p.call(http.MethodGet, "/Services/"+d.ID, ""))
		if err != nil || a.status != http.StatusOK {
			err = fmt.Errorf("asking what became of it: %v, status %d, %s", err, a.status, a.body)
		}
		return err
	})
	dispatches.more(t, 3*callers)
	dispatches.ended(t, 0)
	for _, status := range []string{"accepted", "sending"} {
		testkit.Eventually(t, patience, func() error {
			a := e.send(t, p.call(http.MethodGet, "/Services?status="+status, ""))
			if total := a.object(t)["total"]; total != 0.0 {
				return fmt.Errorf("%v dispatches are %s: status %d", total, status, a.status)
			}
			return nil
		})
	}
}

// try dispatches, and tells of any answer but the wanted one; more are members beside the parameters.
func (p provider) try(ctx context.Context, e edge, person string, more ...string) (d dispatched, err error) {
	a, err := e.try(ctx, p.dispatch(person, notification("SMS", "hola"), more...))
	if err != nil || a.status != http.StatusCreated {
		return d, fmt.Errorf("dispatching: %v, status %d, %s", err, a.status, a.body)
	}
	if err := json.Unmarshal([]byte(a.body), &d); err != nil {
		return d, fmt.Errorf("the answer to a dispatch: %w", err)
	}
	return d, nil
}

// wholeLife dispatches, asks what became of it, finds it and takes it back if it can be.
func (p provider) wholeLife(ctx context.Context, e edge, person string) error {
	reference := rand.Text()
	d, err := p.try(ctx, e, person, `"reference":"`+reference+`"`)
	if err != nil {
		return err
	}
	for _, c := range []call{
		p.call(http.MethodGet, "/Services/"+d.ID, ""),
		p.call(http.MethodGet, "/Services?provider_id="+strconv.FormatInt(p.id, 10)+"&reference="+reference, ""),
		p.call(http.MethodDelete, "/Services/"+d.ID, ""),
	} {
		a, err := e.try(ctx, c)
		ok := a.status == http.StatusOK || c.method == http.MethodDelete && (a.status == http.StatusNoContent || a.status == http.StatusConflict)
		if err != nil || !ok {
			return fmt.Errorf("%s %s: %v, status %d, %s", c.method, c.path, err, a.status, a.body)
		}
	}
	return nil
}
