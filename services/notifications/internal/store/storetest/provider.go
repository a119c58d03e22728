package storetest

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/ventanilla/ventanilla/pkg/eventlog"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

var providerChecks = checks{
	"a provider is kept whole":                 aProviderIsKeptWhole,
	"a change is written once":                 aChangeIsWrittenOnce,
	"providers are listed in order":            providersAreListedInOrder,
	"a rotated secret leaves the one before":   aRotatedSecretLeavesTheOneBefore,
	"a service is kept whole":                  aServiceIsKeptWhole,
	"an offer has the tokens that are good":    anOfferHasTheTokensThatAreGood,
	"subscriptions are bounded":                subscriptionsAreBounded,
	"replicas change a provider in turn":       replicasChangeAProviderInTurn,
	"what a subscription is for has to be one": whatASubscriptionIsForHasToBeOne,
}

func sealFor(id int64) []byte { return fmt.Appendf(nil, "sealed for %d", id) }

// provide enters a provider.
func provide(t failing, s *store.Store, name string) store.Provider {
	t.Helper()
	p, err := s.CreateProvider(ctx, "ana", store.Provider{DataSet: message.Staging, Name: name, ClientID: "c1"}, sealFor)
	check(t, err)
	return p
}

// define enters a service.
func define(t failing, s *store.Store, name string) *notificationsv1.Service {
	t.Helper()
	service, err := s.CreateService(ctx, "ana", &notificationsv1.Service{Name: name, Notification: notificationsv1.PartRule_PART_RULE_REQUIRED})
	check(t, err)
	return service
}

func hash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

func aProviderIsKeptWhole(t *testing.T, open Open) {
	s, _ := one(t, open)
	in := store.Provider{
		DataSet: message.Production, Name: "Año «nuevo»", Role: "session", NotificationURI: "https://example.org/a?b=c", Disabled: true,
	}
	got, err := s.CreateProvider(ctx, "ana", in, sealFor)
	check(t, err)
	want := in
	want.ID, want.CallbackSecret, want.CreatedAt, want.UpdatedAt = got.ID, sealFor(got.ID), start, start
	wantSame(t, "entered", got, want)
	read, err := s.Provider(ctx, got.ID)
	check(t, err)
	wantSame(t, "read", read, want)
	_, err = s.Provider(ctx, got.ID+1)
	wantClass(t, "a provider that there is not", err, sqlstore.ErrNotFound)
}

func aChangeIsWrittenOnce(t *testing.T, open Open) {
	s, clock := one(t, open)
	p := provide(t, s, "uno")
	clock.Advance(time.Hour)
	rename := func(p *store.Provider) error {
		p.Name, p.ClientID, p.Role, p.NotificationURI, p.Disabled = "dos", "", "session", "https://example.org", true
		return nil
	}
	first, err := s.UpdateProvider(ctx, "berta", p.ID, rename)
	check(t, err)
	want := p
	check(t, rename(&want))
	want.UpdatedAt = start.Add(time.Hour)
	wantSame(t, "changed", first, want)
	clock.Advance(time.Hour)
	again, err := s.UpdateProvider(ctx, "berta", p.ID, rename)
	check(t, err)
	wantSame(t, "changed again", again, want)
	refused := errors.New("refused")
	_, err = s.UpdateProvider(ctx, "berta", p.ID, func(p *store.Provider) error { p.Name = "tres"; return refused })
	wantClass(t, "a change that fails", err, refused)
	_, err = s.UpdateProvider(ctx, "berta", p.ID+1, rename)
	wantClass(t, "a provider that there is not", err, store.ErrNoProvider)
	read, err := s.Provider(ctx, p.ID)
	check(t, err)
	wantSame(t, "read", read, want)

	events := eventsOf(t, s)
	target := fmt.Sprint("provider/", p.ID)
	base := fmt.Sprintf(`{"provider_id":%d,"data_set":"staging",`, p.ID)
	times := func(updated time.Time) string {
		return fmt.Sprintf(`"created_at":%q,"updated_at":%q}`, start.Format(time.RFC3339Nano), updated.Format(time.RFC3339Nano))
	}
	before := base + `"name":"uno","client_id":"c1","disabled":false,` + times(start)
	wantSame(t, "events", events, []eventlog.Event{
		{Number: 1, At: start, Actor: "ana", Act: "CreateProvider", Target: target, After: before},
		{
			Number: 2, At: start.Add(time.Hour), Actor: "berta", Act: "UpdateProvider", Target: target, Before: before,
			After: base + `"name":"dos","role":"session","notification_uri":"https://example.org","disabled":true,` + times(start.Add(time.Hour)),
		},
	})
}

func providersAreListedInOrder(t *testing.T, open Open) {
	s, _ := one(t, open)
	var want, got []store.Provider
	for _, name := range []string{"z", "a", "m", "b", "a"} {
		want = append(want, provide(t, s, name))
	}
	after := int64(0)
	for {
		page, err := s.Providers(ctx, "", after, 2)
		check(t, err)
		got = append(got, page...)
		if len(page) < 2 {
			break
		}
		after = page[1].ID
	}
	wantSame(t, "listed", got, want)
}

func aRotatedSecretLeavesTheOneBefore(t *testing.T, open Open) {
	s, clock := one(t, open)
	p := provide(t, s, "uno")
	for _, sealed := range []string{"second", "third"} {
		clock.Advance(time.Minute)
		rotated, err := s.RotateCallbackSecret(ctx, "ana", p.ID, []byte(sealed), clock.Now().Add(24*time.Hour))
		check(t, err)
		p.CallbackSecret, p.PreviousSecret = []byte(sealed), p.CallbackSecret
		p.PreviousUntil, p.UpdatedAt = clock.Now().Add(24*time.Hour), clock.Now()
		wantSame(t, "rotated", rotated, p)
		read, err := s.Provider(ctx, p.ID)
		check(t, err)
		wantSame(t, "read", read, p)
	}
	_, err := s.RotateCallbackSecret(ctx, "ana", p.ID+1, []byte("x"), start)
	wantClass(t, "a provider that there is not", err, store.ErrNoProvider)
}

func aServiceIsKeptWhole(t *testing.T, open Open) {
	s, clock := one(t, open)
	in := &notificationsv1.Service{
		Name: "Año «nuevo»", Destination: 1, Notification: 2, Advertisement: 3, QrCode: 2, MicroPayment: 1,
		Channels: []notificationsv1.Channel{5, 1}, DailyQuota: 7, DailyRecipientQuota: 3,
		Life: durationpb.New(90 * time.Second), Retention: durationpb.New(time.Hour), QuietHours: new(false),
	}
	stored, err := s.CreateService(ctx, "ana", in)
	check(t, err)
	define(t, s, "another")
	list := func(after int32, limit int) []*notificationsv1.Service {
		services, err := s.Services(ctx, after, limit)
		check(t, err)
		return services
	}
	wantSame(t, "listed", list(0, 1), []*notificationsv1.Service{stored})
	if rest := list(stored.GetServiceId(), 9); len(rest) != 1 || rest[0].GetName() != "another" {
		t.Errorf("behind the first there are %v", rest)
	}
	clock.Advance(time.Hour)
	change := func(service *notificationsv1.Service) error {
		service.Channels, service.DailyQuota, service.QuietHours = nil, 0, new(true)
		return nil
	}
	changed, err := s.UpdateService(ctx, "ana", stored.GetServiceId(), change)
	check(t, err)
	check(t, change(stored))
	stored.UpdatedAt = changed.GetUpdatedAt()
	wantSame(t, "changed", changed, stored)
	if !changed.GetUpdatedAt().AsTime().Equal(clock.Now()) {
		t.Errorf("changed at %v", changed.GetUpdatedAt().AsTime())
	}
	clock.Advance(time.Hour)
	_, err = s.UpdateService(ctx, "ana", stored.GetServiceId(), change)
	check(t, err)
	wantSame(t, "listed", list(0, 1), []*notificationsv1.Service{stored})
	if events := eventsOf(t, s); len(events) != 3 {
		t.Errorf("%d events", len(events))
	}
	_, err = s.UpdateService(ctx, "ana", 99, change)
	wantClass(t, "a service that there is not", err, store.ErrNoService)
}

func anOfferHasTheTokensThatAreGood(t *testing.T, open Open) {
	s, clock := one(t, open)
	p, other, service := provide(t, s, "uno"), provide(t, s, "dos"), define(t, s, "avisos")
	_, err := s.Offer(ctx, p.ID, service.GetServiceId())
	wantClass(t, "without a subscription", err, sqlstore.ErrNotFound)
	var subs []store.Subscription
	for _, token := range []string{"a", "b"} {
		sub, err := s.CreateSubscription(ctx, "ana", p.ID, service.GetServiceId(), hash(token))
		check(t, err)
		subs = append(subs, sub)
		clock.Advance(time.Second)
	}
	want := store.Offer{Provider: p, Service: service, Tokens: [][]byte{hash("a"), hash("b")}}
	offer, err := s.Offer(ctx, p.ID, service.GetServiceId())
	check(t, err)
	wantSame(t, "offered", sorted(offer), sorted(want))
	_, err = s.Offer(ctx, other.ID, service.GetServiceId())
	wantClass(t, "another's", err, sqlstore.ErrNotFound)

	for range 2 { // ended once
		ended, err := s.EndSubscription(ctx, "ana", subs[0].ID)
		check(t, err)
		subs[0].EndedAt = start.Add(2 * time.Second)
		wantSame(t, "ended", ended, subs[0])
		clock.Advance(time.Minute)
	}
	want.Tokens = want.Tokens[1:]
	offer, err = s.Offer(ctx, p.ID, service.GetServiceId())
	check(t, err)
	wantSame(t, "offered", offer, want)
	listed, err := s.Subscriptions(ctx, p.ID)
	check(t, err)
	wantSame(t, "listed", listed, subs)
	_, err = s.EndSubscription(ctx, "ana", "nothing")
	wantClass(t, "a subscription that there is not", err, sqlstore.ErrNotFound)
	events := eventsOf(t, s)
	if last := events[len(events)-1]; len(events) != 6 || last.Act != "EndSubscription" || last.Target != "subscription/"+subs[0].ID {
		t.Errorf("%d events, the last %v", len(events), last)
	}
}

// sorted has the tokens in an order.
func sorted(offer store.Offer) map[string]store.Offer {
	all := make(map[string]store.Offer)
	for _, token := range offer.Tokens {
		all[string(token)] = store.Offer{Provider: offer.Provider, Service: offer.Service}
	}
	return all
}

func subscriptionsAreBounded(t *testing.T, open Open) {
	s, _ := one(t, open)
	p, service := provide(t, s, "uno"), define(t, s, "avisos")
	var last store.Subscription
	for n := range 100 {
		sub, err := s.CreateSubscription(ctx, "ana", p.ID, service.GetServiceId(), hash(fmt.Sprint(n)))
		check(t, err)
		last = sub
	}
	_, err := s.CreateSubscription(ctx, "ana", p.ID, service.GetServiceId(), hash("another"))
	wantClass(t, "one more", err, store.ErrTooMany)
	_, err = s.EndSubscription(ctx, "ana", last.ID)
	check(t, err)
	_, err = s.CreateSubscription(ctx, "ana", p.ID, service.GetServiceId(), hash("another"))
	check(t, err)
}

func replicasChangeAProviderInTurn(t *testing.T, open Open) {
	replica := open(t, connections, func() time.Time { return start })
	p := provide(t, replica(), "")
	var running sync.WaitGroup
	for range 3 {
		s := replica()
		running.Go(func() {
			for range 5 {
				if _, err := s.UpdateProvider(ctx, "ana", p.ID, func(p *store.Provider) error { p.Name += "x"; return nil }); err != nil {
					t.Error(err)
				}
			}
		})
	}
	running.Wait()
	if read, err := replica().Provider(ctx, p.ID); err != nil || len(read.Name) != 15 {
		t.Errorf("of 15 changes %d are left, %v", len(read.Name), err)
	}
}

func whatASubscriptionIsForHasToBeOne(t *testing.T, open Open) {
	s, _ := one(t, open)
	p, service := provide(t, s, "uno"), define(t, s, "avisos")
	_, err := s.CreateSubscription(ctx, "ana", p.ID+1, service.GetServiceId(), hash("a"))
	wantClass(t, "a provider that there is not", err, store.ErrNoProvider)
	_, err = s.CreateSubscription(ctx, "ana", p.ID, service.GetServiceId()+1, hash("a"))
	wantClass(t, "a service that there is not", err, store.ErrNoService)
	listed, err := s.Subscriptions(ctx, p.ID)
	check(t, err)
	if len(listed) != 0 {
		t.Errorf("there are %v", listed)
	}
}
