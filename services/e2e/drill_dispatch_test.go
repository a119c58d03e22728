package e2e

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	mathrand "math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestDrillDispatches kills what accepts and delivers at random moments, and crashes PostgreSQL, while providers dispatch. Then it counts: what
// was accepted is all there, each part is where its end says, and the recipients have nothing twice but where nobody could know.
func TestDrillDispatches(t *testing.T) {
	d := newDispatching(t)
	seed := setting(t, "VENTANILLA_E2E_SEED", mathrand.Uint64())
	t.Logf("VENTANILLA_E2E_SEED=%d repeats the moments", seed)
	random := mathrand.New(mathrand.NewPCG(seed, 0))
	table := &toll{}
	kills, crashes, least := rounds(5, 200), rounds(1, 30), int64(rounds(300, 100_000))
	dispatching := begin(t, "dispatches", 8, d.one)
	for i := range kills {
		dispatching.more(t, 20+random.Int64N(100))
		if i*crashes/kills != (i+1)*crashes/kills {
			d.postgres.Crash()
			d.postgres.Start()
			table.crashes++
			continue
		}
		d.strike(t, random, table)
	}
	if done := dispatching.done.Load(); done < least {
		dispatching.patiently(t, least-done)
	}
	dispatching.end()
	d.reconcile(t)
	t.Log(table)
}

// toll counts what was done to the platform.
type toll struct{ working, stopping, both, gateways, crashes int }

func (c *toll) String() string {
	return fmt.Sprintf("killed: %d dispatchers at work, %d while stopping, %d times both, %d gateways; PostgreSQL crashed %d times",
		c.working, c.stopping, c.both, c.gateways, c.crashes)
}

// dispatching is a cluster with a provider whose recipients' addresses are those of a receiver of the drill's own.
type dispatching struct {
	*cluster
	receiver *receiver
	provider provider
	persons  []string

	mu sync.Mutex
	// acknowledged are the dispatches by the idempotency key with which they were asked for; left are keys whose last call was cut.
	acknowledged map[string]string
	left         map[string]bool
}

// one dispatches with a key of its own, and asks again with it until it is told what became of it.
func (d *dispatching) one(ctx context.Context) error {
	key := rand.Text()
	d.note(func() { d.left[key] = true })
	return d.ask(ctx, key)
}

// ask dispatches under a key until it is told what became of it. The key says what, and to whom.
func (d *dispatching) ask(ctx context.Context, key string) error {
	person := d.persons[int(key[0])%len(d.persons)]
	for {
		c := d.provider.dispatch(person, fmt.Sprintf(`"notification":{"title":"Drill","message":"%s","channel":"WEBHOOK"},
			"advertisement":{"title":"Drill","message":"%s","channel":"WEBHOOK"}`, key[:8], key[8:16]))
		c.header.Set("Idempotency-Key", key)
		a, err := d.gateway[mathrand.IntN(len(d.gateway))].try(ctx, c)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil && a.status == http.StatusCreated {
			var made struct{ ID string }
			if err := json.Unmarshal([]byte(a.body), &made); err != nil {
				return fmt.Errorf("the answer to a dispatch: %w", err)
			}
			d.note(func() { d.acknowledged[key] = made.ID; delete(d.left, key) })
			return nil
		}
		if err == nil && a.status != http.StatusServiceUnavailable {
			return fmt.Errorf("dispatching: status %d, %s", a.status, a.body)
		}
		pause(ctx, 20*time.Millisecond)
	}
}

func (d *dispatching) note(f func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f()
}

// strike kills a dispatcher at work, one that is stopping, both, or a gateway, and brings it back.
func (d *dispatching) strike(t *testing.T, random *mathrand.Rand, count *toll) {
	t.Helper()
	victims := []*role{d.notifications[random.IntN(2)]}
	switch random.IntN(5) {
	case 0:
		victims, count.both = d.notifications, count.both+1
	case 1:
		victims[0].signal(syscall.SIGTERM)
		pause(t.Context(), time.Duration(random.Int64N(int64(200*time.Millisecond))))
		count.stopping++
	case 2:
		victims, count.gateways = []*role{d.gateway[random.IntN(2)]}, count.gateways+1
	default:
		count.working++
	}
	for _, victim := range victims {
		victim.kill()
	}
	for _, victim := range victims {
		victim.start(t, d.cluster)
	}
}

// patiently waits for so many further calls of a soak.
func (l *load) patiently(t *testing.T, calls int64) {
	t.Helper()
	for ; calls > 0; calls -= 500 {
		l.more(t, min(calls, 500))
	}
}

// provider is one that may dispatch.
type provider struct {
	id, service int64
	token       string // service token
	access      string // access token
	secret      string // of its callbacks; empty for none
}

// dispatch is a call that asks for parts, written as members, for a person; more are members beside the parameters.
func (p provider) dispatch(person, parts string, more ...string) call {
	return p.call(http.MethodPost, "/Services", p.request(person, parts, more...))
}

// request is the body of such a call.
func (p provider) request(person, parts string, more ...string) string {
	members := append([]string{
		`"provider_id":` + strconv.FormatInt(p.id, 10), `"service_token":"` + p.token + `"`, `"service_id":` + strconv.FormatInt(p.service, 10),
		`"parameters":{"destination":"` + person + `",` + parts + `}`,
	}, more...)
	return "{" + strings.Join(members, ",") + "}"
}

// call is one of the provider's, with a body of JSON unless it is empty.
func (p provider) call(method, path, body string) call {
	c := call{method: method, path: path, header: http.Header{}, bearer: p.access}
	if body != "" {
		c.header.Set("Content-Type", "application/json")
		c.body = strings.NewReader(body)
	}
	return c
}
