package storetest

import (
	"cmp"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/ventanilla/ventanilla/pkg/eventlog"
	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

var functionalityChecks = checks{
	"a functionality is kept whole":                   aFunctionalityIsKeptWhole,
	"a change of a functionality is written":          aChangeOfAFunctionalityIsWritten,
	"functionalities are listed, oldest first":        functionalitiesAreListed,
	"a functionality's integration is its client's":   aFunctionalityHasAnIntegrationOfItsClient,
	"a functionality that is deleted leaves a record": aFunctionalityIsDeleted,
}

// enterPage enters a functionality of a client.
func enterPage(t failing, b *bench, set store.DataSet, clientID string) store.Functionality {
	t.Helper()
	f, err := b.CreateFunctionality(ctx, "ana", store.Functionality{
		Key: uuid.NewString(), DataSet: set, ClientID: clientID, Name: "Carteirinha", RedirectURI: "https://example.org/c?a=b", PassKeyLife: 5 * time.Minute,
	})
	check(t, err)
	return f
}

// integrate enters an integration of a client.
func integrate(t failing, b *bench, set store.DataSet, clientID string) store.Integration {
	t.Helper()
	i, err := b.CreateIntegration(ctx, "ana", store.Integration{Key: uuid.NewString(), DataSet: set, ClientID: clientID, Secrets: []byte{}})
	check(t, err)
	return i
}

func aFunctionalityIsKeptWhole(t *testing.T, b *bench) {
	client := uuid.NewString()
	integration := integrate(t, b, store.Staging, client)
	want := store.Functionality{
		Key: uuid.NewString(), DataSet: store.Staging, ClientID: client, Name: "Ação «nova»", RedirectURI: "https://example.org/ñ", PassKeyLife: 1500 * time.Millisecond,
		IntegrationKey: integration.Key, Disabled: true,
	}
	got, err := b.CreateFunctionality(ctx, "ana", want)
	check(t, err)
	want.CreatedAt, want.UpdatedAt = b.clock.Now(), b.clock.Now()
	wantSame(t, "entered", got, want)
	read, err := b.Functionality(ctx, want.Key)
	check(t, err)
	wantSame(t, "read", read, want)
	for _, key := range []string{uuid.NewString(), "", "a\x00"} {
		_, err = b.Functionality(ctx, key)
		wantClass(t, "one that there is not", err, store.ErrNoFunctionality)
	}
}

func aChangeOfAFunctionalityIsWritten(t *testing.T, b *bench) {
	f := enterPage(t, b, store.Production, uuid.NewString())
	b.clock.Advance(time.Hour)
	change := func(f *store.Functionality) error {
		f.Name, f.RedirectURI, f.PassKeyLife, f.Disabled = "dois", "https://example.org", time.Hour, true
		return nil
	}
	first, err := b.UpdateFunctionality(ctx, "berta", f.Key, change)
	check(t, err)
	want := f
	check(t, change(&want))
	want.UpdatedAt = b.clock.Now()
	wantSame(t, "changed", first, want)
	b.clock.Advance(time.Hour)
	again, err := b.UpdateFunctionality(ctx, "berta", f.Key, change)
	check(t, err)
	wantSame(t, "changed again", again, want)
	refused := errors.New("refused")
	_, err = b.UpdateFunctionality(ctx, "berta", f.Key, func(f *store.Functionality) error { f.Name = "três"; return refused })
	wantClass(t, "a change that fails", err, refused)
	_, err = b.UpdateFunctionality(ctx, "berta", uuid.NewString(), change)
	wantClass(t, "one that there is not", err, store.ErrNoFunctionality)
	read, err := b.Functionality(ctx, f.Key)
	check(t, err)
	wantSame(t, "read", read, want)
	wantActs(t, b.events(t, "functionality/"+f.Key), "ana CreateFunctionality", "berta UpdateFunctionality")
}

// wantActs holds events, of which each has what was there before and after but for the first and a deletion, against who did what.
func wantActs(t *testing.T, events []eventlog.Event, want ...string) {
	t.Helper()
	var got []string
	for i, e := range events {
		got = append(got, e.Actor+" "+e.Act)
		if (e.Before == "") != (i == 0) || (e.After == "") != (e.Act == "DeleteFunctionality") {
			t.Errorf("event %d has %q before and %q after", i, e.Before, e.After)
		}
	}
	wantSame(t, "events", got, want)
}

func functionalitiesAreListed(t *testing.T, b *bench) {
	client, other, begun := uuid.NewString(), uuid.NewString(), b.clock.Now()
	var want []store.Functionality
	for i := range 5 {
		want = append(want, enterPage(t, b, store.Production, client))
		enterPage(t, b, store.Production, other)
		if i%2 == 0 {
			b.clock.Advance(time.Second)
		}
	}
	slices.SortFunc(want, func(x, y store.Functionality) int {
		return cmp.Or(x.CreatedAt.Compare(y.CreatedAt), cmp.Compare(x.Key, y.Key))
	})
	var got []store.Functionality
	var after store.Place
	for {
		some, err := b.Functionalities(ctx, client, after, 2)
		check(t, err)
		got = append(got, some...)
		if len(some) < 2 {
			break
		}
		after = some[1].Place()
	}
	wantSame(t, "listed", got, want)
	all, err := b.Functionalities(ctx, "", store.Place{At: begun.Add(-time.Millisecond)}, 1000)
	check(t, err)
	mine := 0
	for _, f := range all {
		if f.ClientID == client || f.ClientID == other {
			mine++
		}
	}
	if mine != 10 {
		t.Errorf("%d of 10 are among those of all clients", mine)
	}
}

func aFunctionalityHasAnIntegrationOfItsClient(t *testing.T, b *bench) {
	client := uuid.NewString()
	f := enterPage(t, b, store.Production, client)
	enter := func(set store.DataSet, clientID string) string { return integrate(t, b, set, clientID).Key }
	for name, key := range map[string]string{
		"none": uuid.NewString(), "of another client": enter(store.Production, "another"), "of the other data set": enter(store.Staging, client), "no key": "a\x00",
	} {
		_, err := b.UpdateFunctionality(ctx, "ana", f.Key, func(f *store.Functionality) error { f.IntegrationKey = key; return nil })
		wantClass(t, name, err, store.ErrNoIntegration)
	}
	key := enter(store.Production, client)
	changed, err := b.UpdateFunctionality(ctx, "ana", f.Key, func(f *store.Functionality) error { f.IntegrationKey = key; return nil })
	check(t, err)
	if changed.IntegrationKey != key {
		t.Errorf("the integration is %s", changed.IntegrationKey)
	}
	wantClass(t, "ending the integration", b.DeleteIntegration(ctx, "ana", key), store.ErrIntegrationInUse)
}

func aFunctionalityIsDeleted(t *testing.T, b *bench) {
	f := enterPage(t, b, store.Production, uuid.NewString())
	check(t, b.DeleteFunctionality(ctx, "berta", f.Key))
	wantClass(t, "deleting it again", b.DeleteFunctionality(ctx, "berta", f.Key), store.ErrNoFunctionality)
	_, err := b.Functionality(ctx, f.Key)
	wantClass(t, "reading it", err, store.ErrNoFunctionality)
	wantActs(t, b.events(t, "functionality/"+f.Key), "ana CreateFunctionality", "berta DeleteFunctionality")
}
