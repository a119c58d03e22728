package storetest

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

var callbackChecks = checks{
	"callbacks are claimed by provider, oldest first": callbacksByProvider,
	"a callback has one holder":                       callbackOnce,
	"a callback waits until it is told or given up":   callbackWaits,
	"who is called, and by which secrets":             callees,
}

// listener enters a provider that wants to be told of changes.
func listener(t failing, s *store.Store) store.Provider {
	t.Helper()
	p, err := s.CreateProvider(ctx, "ana", store.Provider{
		DataSet: message.Production, Name: "oye", ClientID: "c1", NotificationURI: "https://provider.example/told",
	}, sealFor)
	check(t, err)
	return p
}

// tellOf enters a dispatch of a provider and delivers it, which its provider is to be told.
func tellOf(t failing, s *store.Store, id string, provider store.Provider) {
	t.Helper()
	d := notification(id)
	d.ProviderID = provider.ID
	enter(t, s, d)
	finishAs(t, s, true, came(claimOne(t, s, urgentSMS), message.OutcomeDelivered, message.Delivered))
}

func claimCallbacks(t failing, s *store.Store, provider store.Provider, n int) []store.Callback {
	t.Helper()
	claimed, err := s.ClaimCallbacks(ctx, provider.ID, "worker", n, lease)
	check(t, err)
	return claimed
}

func wantCalled(t failing, s *store.Store, what string, want ...store.Provider) {
	t.Helper()
	ids, err := s.CalledProviders(ctx)
	check(t, err)
	var wanted []int64
	for _, p := range want {
		wanted = append(wanted, p.ID)
	}
	wantSame(t, what, ids, wanted)
}

func callbacksByProvider(t *testing.T, open Open) {
	s, clock := one(t, open)
	first, second, silent := listener(t, s), listener(t, s), provide(t, s, "calla")
	wantCalled(t, s, "before there is anything to tell")
	tellOf(t, s, "d1", first)
	clock.Advance(time.Second)
	tellOf(t, s, "d2", first)
	tellOf(t, s, "d3", second)
	tellOf(t, s, "d4", silent)
	wantCalled(t, s, "with callbacks for two", first, second)

	claimed := claimCallbacks(t, s, first, 1)
	if len(claimed) != 1 || claimed[0].ProviderID != first.ID || claimed[0].Attempt != 1 || !claimed[0].Until.Equal(start.Add(24*time.Hour)) {
		t.Fatalf("claimed first: %+v", claimed)
	}
	if claimed = claimCallbacks(t, s, first, 5); len(claimed) != 1 || !claimed[0].Until.Equal(start.Add(24*time.Hour+time.Second)) {
		t.Fatalf("claimed then: %+v", claimed)
	}
	wantCalled(t, s, "while those of the first are in hand", second)
	if claimed = claimCallbacks(t, s, silent, 5); len(claimed) > 0 {
		t.Errorf("for one that wants no calls: %+v", claimed)
	}
}

func callbackOnce(t *testing.T, open Open) {
	s, clock := one(t, open)
	p := listener(t, s)
	for _, id := range []string{"d1", "d2", "d3", "d4", "d5", "d6", "d7", "d8"} {
		tellOf(t, s, id, p)
	}
	var all []store.Callback
	var mu sync.Mutex
	var workers sync.WaitGroup
	for range 4 {
		workers.Go(func() {
			claimed, err := s.ClaimCallbacks(ctx, p.ID, "worker", 3, lease)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			all = append(all, claimed...)
		})
	}
	workers.Wait()
	all = append(all, claimCallbacks(t, s, p, 8)...) // what was passed over
	seen := make(map[string]bool)
	for _, c := range all {
		seen[c.ID] = true
	}
	if len(all) != 8 || len(seen) != 8 {
		t.Fatalf("%d claims of %d callbacks, want 8 of 8", len(all), len(seen))
	}

	clock.Advance(lease / 2)
	held, err := s.RenewCallbacks(ctx, all[:2], lease)
	check(t, err)
	wantSame(t, "renewed", held, []bool{true, true})
	clock.Advance(lease / 2)
	again := claimCallbacks(t, s, p, 8)
	if len(again) != 6 || slices.ContainsFunc(again, func(c store.Callback) bool { return c.ID == all[0].ID || c.ID == all[1].ID }) {
		t.Fatalf("%d are claimed once their leases have ended, want the 6 that were not renewed", len(again))
	}
	if again[0].Attempt != 2 || again[0].Fence != 2 {
		t.Errorf("claimed again: %+v", again[0])
	}
	held, err = s.RenewCallbacks(ctx, []store.Callback{all[7], all[0]}, lease)
	check(t, err)
	wantSame(t, "renewed by who lost one", held, []bool{false, true})
	check(t, s.FinishCallback(ctx, all[7], store.CallbackTold, time.Time{})) // late: it is another's
	clock.Advance(lease)
	if rest := claimCallbacks(t, s, p, 9); len(rest) != 8 {
		t.Errorf("%d wait, want all 8", len(rest))
	}
}

func callbackWaits(t *testing.T, open Open) {
	s, clock := one(t, open)
	p := listener(t, s)
	tellOf(t, s, "d1", p)
	c := claimCallbacks(t, s, p, 1)[0]
	check(t, s.FinishCallback(ctx, c, store.CallbackWaits, clock.Now().Add(time.Hour)))
	wantCalled(t, s, "before its time")
	clock.Advance(time.Hour)
	wantCalled(t, s, "at its time", p)
	c = claimCallbacks(t, s, p, 1)[0]
	check(t, s.FinishCallback(ctx, c, store.CallbackTold, time.Time{}))
	clock.Advance(48 * time.Hour)
	wantCalled(t, s, "when it was told")
	check(t, s.FinishCallback(ctx, c, store.CallbackWaits, clock.Now())) // it has ended
	wantCalled(t, s, "when it was told, whatever comes later")
}

func callees(t *testing.T, open Open) {
	s, clock := one(t, open)
	p := listener(t, s)
	want := func(what, url string, sealed ...[]byte) {
		t.Helper()
		got, err := s.Callee(ctx, p.ID)
		check(t, err)
		wantSame(t, what, got, store.Callee{URL: url, Sealed: sealed})
	}
	want("as entered", p.NotificationURI, sealFor(p.ID))
	_, err := s.RotateCallbackSecret(ctx, "ana", p.ID, []byte("new"), start.Add(time.Hour))
	check(t, err)
	want("while both sign", p.NotificationURI, []byte("new"), sealFor(p.ID))
	clock.Advance(time.Hour)
	want("afterwards", p.NotificationURI, []byte("new"))
	for what, change := range map[string]func(*store.Provider){
		"shut out":       func(p *store.Provider) { p.Disabled = true },
		"called nowhere": func(p *store.Provider) { p.Disabled, p.NotificationURI = false, "" },
	} {
		_, err := s.UpdateProvider(ctx, "ana", p.ID, func(p *store.Provider) error { change(p); return nil })
		check(t, err)
		got, err := s.Callee(ctx, p.ID)
		check(t, err)
		if got.URL != "" {
			t.Errorf("%s: called at %s", what, got.URL)
		}
	}
	p.ID++
	got, err := s.Callee(ctx, p.ID)
	check(t, err)
	wantSame(t, "one that there is not", got, store.Callee{})
}
