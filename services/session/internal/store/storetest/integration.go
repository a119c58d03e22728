package storetest

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/services/session/internal/integration"
	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

var integrationChecks = checks{
	"IntegrationsAreKeptWhole":   integrationsAreKeptWhole,
	"IntegrationsAreListedByAge": integrationsAreListedByAge,
	"AnIntegrationInUseStays":    anIntegrationInUseStays,
}

// integrationOf is an integration to be entered under a key.
func integrationOf(key, clientID string) store.Integration {
	return store.Integration{
		Key: key, DataSet: store.Staging, ClientID: clientID, Secrets: []byte("sealed of " + key),
		Definition: integration.Definition{
			Name:          "portal",
			StaticHeaders: []integration.NamedValue{{Name: "X-App"}},
			Authorization: &integration.Authorization{
				URL: "https://example.org/token", Headers: []integration.NamedValue{{Name: "X-Key"}}, Parameters: []integration.NamedValue{{Name: "grant"}},
				JSON: true, Token: "/t", LifeSeconds: 60, Header: "X-Token", Prefix: "T ",
			},
			Login:              integration.Endpoint{URL: "https://example.org/login", Parameters: []integration.NamedValue{{Name: "user"}}, Attributes: "/data"},
			Refresh:            &integration.Endpoint{URL: "https://example.org/me", Get: true},
			Attributes:         []integration.Attribute{{Name: "plan", Requirement: integration.Conditional, DependsOn: []string{"degree"}}},
			UniqueKeyAttribute: "key", SecurityHeaders: []string{"X-Session"},
		},
	}
}

func enterIntegration(t *testing.T, b *bench, key, clientID string) store.Integration {
	t.Helper()
	entered, err := b.CreateIntegration(ctx, "ana", integrationOf(key, clientID))
	check(t, err)
	return entered
}

func integrationsAreKeptWhole(t *testing.T, b *bench) {
	at := b.clock.Now().Truncate(time.Millisecond)
	entered := enterIntegration(t, b, "whole", "kept-whole")
	want := integrationOf("whole", "kept-whole")
	want.CreatedAt, want.UpdatedAt = at, at
	wantSame(t, "entered", entered, want)
	read, err := b.Integration(ctx, "whole")
	check(t, err)
	wantSame(t, "read", read, want)

	b.clock.Advance(time.Second)
	same, err := b.UpdateIntegration(ctx, "ana", "whole", func(*store.Integration) error { return nil })
	check(t, err)
	wantSame(t, "not changed", same, want)
	changed, err := b.UpdateIntegration(ctx, "bea", "whole", func(i *store.Integration) error {
		i.Definition.Refresh, i.Secrets, i.Disabled = nil, []byte("other"), true
		return nil
	})
	check(t, err)
	want.Definition.Refresh, want.Secrets, want.Disabled, want.UpdatedAt = nil, []byte("other"), true, b.clock.Now().Truncate(time.Millisecond)
	wantSame(t, "changed", changed, want)
	refusal := errors.New("refused")
	_, err = b.UpdateIntegration(ctx, "bea", "whole", func(i *store.Integration) error {
		i.Disabled = false
		return refusal
	})
	wantClass(t, "a change that is refused", err, refusal)
	read, err = b.Integration(ctx, "whole")
	check(t, err)
	wantSame(t, "read again", read, want)

	check(t, b.DeleteIntegration(ctx, "ana", "whole"))
	for _, key := range []string{"whole", "", "\x00", "\xff"} {
		_, err = b.Integration(ctx, key)
		wantClass(t, "reading one that is none", err, store.ErrNoIntegration)
		_, err = b.UpdateIntegration(ctx, "ana", key, func(*store.Integration) error { return nil })
		wantClass(t, "changing one that is none", err, store.ErrNoIntegration)
		wantClass(t, "deleting one that is none", b.DeleteIntegration(ctx, "ana", key), store.ErrNoIntegration)
	}
	var acts []string
	for _, e := range b.events(t, "integration/whole") {
		acts = append(acts, e.Actor+" "+e.Act)
	}
	wantSame(t, "events", acts, []string{"ana CreateIntegration", "bea UpdateIntegration", "ana DeleteIntegration"})
}

func integrationsAreListedByAge(t *testing.T, b *bench) {
	b.clock.Advance(time.Second) // away from what other checks entered
	var want []store.Integration
	for i := range 3 { // two of one moment
		want = append(want, enterIntegration(t, b, "listed-"+strconv.Itoa(i), "listed"))
		if i > 0 {
			b.clock.Advance(time.Second)
		}
	}
	enterIntegration(t, b, "listed-other", "listed-other")
	page, err := b.Integrations(ctx, "listed", store.Place{}, 2)
	check(t, err)
	wantSame(t, "the first page", page, want[:2])
	page, err = b.Integrations(ctx, "listed", page[1].Place(), 2)
	check(t, err)
	wantSame(t, "the second page", page, want[2:])
	b.clock.Advance(time.Second)
	all, err := b.Integrations(ctx, "", want[1].Place(), 1)
	check(t, err)
	wantSame(t, "of all", all, want[2:])
	none, err := b.Integrations(ctx, "\x00", store.Place{}, 2)
	check(t, err)
	wantSame(t, "of nobody", len(none), 0)
}

func anIntegrationInUseStays(t *testing.T, b *bench) {
	enterIntegration(t, b, "used", "user")
	_, err := b.CreateFunctionality(ctx, "ana", store.Functionality{
		Key: "uses", DataSet: store.Staging, ClientID: "user", Name: "x", RedirectURI: "https://example.org", IntegrationKey: "used",
	})
	check(t, err)
	wantClass(t, "in use", b.DeleteIntegration(ctx, "ana", "used"), store.ErrIntegrationInUse)
	check(t, b.DeleteFunctionality(ctx, "ana", "uses"))
	check(t, b.DeleteIntegration(ctx, "ana", "used"))
}
