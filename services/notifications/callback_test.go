package notifications_test

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/notifications"
)

const callbackPatience = time.Minute

// listener is where providers are called: it answers by path, 200 unless it is told otherwise, and keeps what it was told.
type listener struct {
	t      *testing.T
	server *httptest.Server

	mu      sync.Mutex
	answers map[string]int // 0 for none
	told    map[string][]told
}

// told is a call as it came.
type told struct {
	header http.Header
	body   []byte
}

// listen lets replicas that are started call a listener.
func (p *platform) listen(t *testing.T) *listener {
	t.Helper()
	l := &listener{t: t, answers: make(map[string]int), told: make(map[string][]told)}
	l.server = httptest.NewTLSServer(l)
	t.Cleanup(l.server.Close)
	file := filepath.Join(t.TempDir(), "ca.pem")
	check(t, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: l.server.Certificate().Raw}), 0o600))
	p.change = func(c *notifications.Config) {
		c.Callbacks.AllowNetworks, c.Callbacks.CAFile = []string{"127.0.0.1/32"}, file
	}
	return l
}

// ServeHTTP keeps a call and answers it.
func (l *listener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the caller has gone
	}
	l.mu.Lock()
	l.told[r.URL.Path] = append(l.told[r.URL.Path], told{r.Header, body})
	answer, ok := l.answers[r.URL.Path]
	l.mu.Unlock()
	switch {
	case !ok:
		answer = http.StatusOK
	case answer == 0:
		<-r.Context().Done()
		panic(http.ErrAbortHandler) // an answer could still be taken
	}
	w.WriteHeader(answer)
}

func (l *listener) answer(path string, status int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.answers[path] = status
}

// wait returns the calls of a path once there are so many.
func (l *listener) wait(path string, number int) []told {
	l.t.Helper()
	var got []told
	testkit.Eventually(l.t, callbackPatience, func() error {
		l.mu.Lock()
		defer l.mu.Unlock()
		got = append([]told(nil), l.told[path]...)
		if len(got) < number {
			return fmt.Errorf("%s was called %d times, want %d", path, len(got), number)
		}
		return nil
	})
	return got
}

// listening enters a provider that is called at a path.
func (r *replica) listening(l *listener, path string) (id int64, secret string) {
	r.T.Helper()
	answer, err := r.providers().CreateProvider(r.ByOperator("editor"), &notificationsv1.CreateProviderRequest{Provider: &notificationsv1.Provider{
		DataSet: inProduction, Name: "Oye", ClientId: "c1", NotificationUri: l.server.URL + path,
	}})
	check(r.T, err)
	return answer.GetProvider().GetProviderId(), answer.GetCallbackSecret()
}

// cancelOne makes a change that a provider is told of.
func (r *replica) cancelOne(provider int64) (dispatchID string) {
	r.T.Helper()
	id := r.park(provider)
	_, err := r.dispatches().CancelDispatch(r.byClient(inProduction), &notificationsv1.CancelDispatchRequest{DispatchId: id})
	check(r.T, err)
	return id
}

// became waits for what became of the callbacks of a dispatch.
func (p *platform) became(dispatchID, want string) {
	p.T.Helper()
	testkit.Eventually(p.T, callbackPatience, func() error {
		got, err := sqlstore.Row(context.Background(), p.DB, sqlstore.Value[string],
			"SELECT COALESCE(max(outcome), 'none') FROM callback WHERE dispatch_id = $1", dispatchID)
		if err != nil || got != want {
			return fmt.Errorf("the callback is %q, want %q (%w)", got, want, err)
		}
		return nil
	})
}

func verified(t *testing.T, secret string, call told) bool {
	t.Helper()
	verifier, err := standardwebhooks.NewWebhook(secret)
	check(t, err)
	return verifier.VerifyIgnoringTimestamp(call.body, call.header) == nil
}

func TestProvidersAreToldOfChanges(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		l := p.listen(t)
		r := p.replica()
		provider, secret := r.listening(l, "/told")
		id := r.cancelOne(provider)
		call := l.wait("/told", 1)[0]
		p.became(id, "told")
		var got struct {
			Type string `json:"type"`
			Data struct {
				ID     string `json:"id"`
				Status string `json:"status"`
			} `json:"data"`
		}
		check(t, json.Unmarshal(call.body, &got))
		if got.Type != "dispatch.changed" || got.Data.ID != id || got.Data.Status != "cancelled" {
			t.Errorf("told %s", call.body)
		}
		if !verified(t, secret, call) || call.header.Get("webhook-timestamp") != fmt.Sprint(p.Clock.Now().Unix()) {
			t.Errorf("signed %v", call.header)
		}

		rotated, err := r.providers().RotateCallbackSecret(r.ByOperator("security"), &notificationsv1.RotateCallbackSecretRequest{ProviderId: provider})
		check(t, err)
		r.cancelOne(provider)
		if call := l.wait("/told", 2)[1]; !verified(t, secret, call) || !verified(t, rotated.GetCallbackSecret(), call) {
			t.Error("while both hold, both sign")
		}
		p.Clock.Advance(25 * time.Hour)
		r.cancelOne(provider)
		if call := l.wait("/told", 3)[2]; verified(t, secret, call) || !verified(t, rotated.GetCallbackSecret(), call) {
			t.Error("afterwards the new one alone signs")
		}
	})
}

func TestCallbacksAreTriedForADay(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		l := p.listen(t)
		r := p.replica()
		provider, _ := r.listening(l, "/told")
		l.answer("/told", http.StatusInternalServerError)
		id := r.cancelOne(provider)
		first := l.wait("/told", 1)[0]
		for number := 2; number <= 4; number++ {
			p.waits(id)
			p.Clock.Advance(time.Hour)
			again := l.wait("/told", number)[number-1]
			if again.header.Get("webhook-id") != first.header.Get("webhook-id") || string(again.body) != string(first.body) {
				t.Errorf("call %d is another one: %v", number, again.header)
			}
		}
		p.waits(id)
		l.answer("/told", http.StatusFound) // which is not followed, and no success
		p.Clock.Advance(time.Hour)
		l.wait("/told", 5)
		p.waits(id)
		p.Clock.Advance(20 * time.Hour)
		p.became(id, "failed")

		l.answer("/told", http.StatusServiceUnavailable)
		id = r.cancelOne(provider)
		l.wait("/told", 6)
		p.waits(id)
		l.answer("/told", http.StatusNoContent)
		p.Clock.Advance(time.Hour)
		p.became(id, "told")
	})
}

// waits returns once a callback waits for its next attempt.
func (p *platform) waits(dispatchID string) {
	p.T.Helper()
	testkit.Eventually(p.T, callbackPatience, func() error {
		waiting, err := sqlstore.Row(context.Background(), p.DB, sqlstore.Value[int64],
			"SELECT count(*) FROM callback WHERE dispatch_id = $1 AND outcome = '' AND lease_owner = ''", dispatchID)
		if err != nil || waiting != 1 {
			return fmt.Errorf("%d wait (%w)", waiting, err)
		}
		return nil
	})
}

func TestAProviderThatHangsHoldsUpNobodyElse(t *testing.T) {
	p := newPlatform(t)
	l := p.listen(t)
	r := p.replica()
	l.answer("/hangs", 0)
	hanging, _ := r.listening(l, "/hangs")
	other, _ := r.listening(l, "/told")
	for range 80 { // more than are called at a time, of all providers
		r.cancelOne(hanging)
	}
	l.wait("/hangs", 4)
	for range 20 {
		p.became(r.cancelOne(other), "told")
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	// Those that hang are cut off in their time, and each makes room for one.
	if calls := len(l.told["/hangs"]); calls > 40 {
		t.Errorf("%d calls of one that does not answer", calls)
	}
}

func TestCallbacksEndWithTheirAddress(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		l := p.listen(t)
		r := p.replica()
		for name, change := range map[string]*notificationsv1.Provider{
			"disabled": {Disabled: true}, "notification_uri": {},
		} {
			path := "/" + name
			l.answer(path, http.StatusInternalServerError)
			provider, _ := r.listening(l, path)
			id := r.cancelOne(provider)
			l.wait(path, 1)
			p.waits(id)
			change.ProviderId = provider
			_, err := r.providers().UpdateProvider(r.ByOperator("editor"), &notificationsv1.UpdateProviderRequest{
				Provider: change, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{name}},
			})
			check(t, err)
			p.Clock.Advance(time.Hour)
			p.became(id, "failed")
			if calls := l.wait(path, 1); len(calls) != 1 {
				t.Errorf("%s: called %d times", name, len(calls))
			}
		}
		l.answer("/gone", http.StatusGone)
		provider, _ := r.listening(l, "/gone")
		p.became(r.cancelOne(provider), "failed")
	})
}

func TestProvidersAreNotCalledInside(t *testing.T) {
	p := newPlatform(t)
	l := p.listen(t)
	p.change = func(c *notifications.Config) { c.Callbacks.AllowNetworks = nil }
	r := p.replica()
	provider, _ := r.listening(l, "/told")
	id := r.cancelOne(provider)
	p.waits(id)
	p.Clock.Advance(25 * time.Hour)
	p.became(id, "failed")
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.told) > 0 {
		t.Errorf("called: %v", l.told)
	}
}
