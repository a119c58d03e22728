package notifications_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

const (
	inProduction = authv1.DataSet_DATA_SET_PRODUCTION
	inStaging    = authv1.DataSet_DATA_SET_STAGING
	recipients   = "notifications.recipients" // the scope
)

func (r *replica) recipients() notificationsv1.RecipientServiceClient {
	return notificationsv1.NewRecipientServiceClient(r.As("gateway"))
}

func fcm(token string) *notificationsv1.Address {
	return &notificationsv1.Address{Channel: notificationsv1.Channel_CHANNEL_FCM, Value: token}
}

func webhook(address string) *notificationsv1.Address {
	return &notificationsv1.Address{Channel: notificationsv1.Channel_CHANNEL_WEBHOOK, Value: address}
}

func (r *replica) put(ctx context.Context, person string, address *notificationsv1.Address) (*notificationsv1.PutAddressResponse, error) {
	return r.recipients().PutAddress(ctx, &notificationsv1.PutAddressRequest{PersonId: person, Address: address})
}

// addresses are the ends of a person's, oldest first.
func (r *replica) addresses(person string) string {
	r.T.Helper()
	got, err := r.recipients().GetRecipient(r.ByOperator("support"), &notificationsv1.GetRecipientRequest{PersonId: person})
	check(r.T, err)
	var ends []string
	for _, a := range got.GetAddresses() {
		ends = append(ends, a.GetValue())
	}
	return strings.Join(ends, " ")
}

func TestAddressesAreKept(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		p.directory.knows("ana")
		p.directory.knows("leo")
		client := p.byClient(inProduction, recipients)
		first, err := r.put(client, "ana", fcm("a-token-1111"))
		check(t, err)
		p.Clock.Advance(time.Second)
		hook, err := r.put(client, "ana", webhook("https://example.org/hook"))
		check(t, err)
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(hook.GetSecret(), "whsec_"))
		if check(t, err); len(key) != 32 || !strings.HasPrefix(hook.GetSecret(), "whsec_") || first.GetSecret() != "" {
			t.Error("the secret is not as it is to be")
		}
		for _, one := range []*notificationsv1.PutAddressResponse{first, hook} {
			if one.GetAddress().GetAddressId() == "" || len(one.GetAddress().GetValue()) != 4 || one.GetAddress().GetCreatedAt() == nil {
				t.Errorf("got %v", one)
			}
		}
		again, err := r.put(client, "ana", webhook("https://example.org/hook"))
		check(t, err)
		if again.GetSecret() != "" {
			t.Error("the secret is shown again")
		}
		wantProto(t, again.GetAddress(), hook.GetAddress())
		if got := r.addresses("ana"); got != "1111 hook" {
			t.Errorf("ana has %q", got)
		}
		_, err = r.put(client, "leo", fcm("a-token-1111"))
		check(t, err)
		if ana, leo := r.addresses("ana"), r.addresses("leo"); ana != "hook" || leo != "1111" {
			t.Errorf("ana has %q, leo %q", ana, leo)
		}
		remove := func(person, id string) error {
			_, err := r.recipients().DeleteAddress(client, &notificationsv1.DeleteAddressRequest{PersonId: person, AddressId: id})
			return err
		}
		wantReason(t, remove("leo", hook.GetAddress().GetAddressId()), errorsv1.Reason_REASON_ADDRESS_NOT_FOUND)
		check(t, remove("ana", hook.GetAddress().GetAddressId()))
		wantReason(t, remove("ana", hook.GetAddress().GetAddressId()), errorsv1.Reason_REASON_ADDRESS_NOT_FOUND)
	})
}

func TestAddressesThatAreRefused(t *testing.T) {
	p := newPlatform(t)
	r := p.replica()
	p.directory.knows("ana")
	for name, address := range map[string]*notificationsv1.Address{
		"no form":         webhook("example.org"),
		"http":            webhook("http://example.org/"),
		"a password":      webhook("https://a:b@example.org/"),
		"a fragment":      webhook("https://example.org/#a"),
		"no host":         webhook("https:///a"),
		"a space":         webhook("https://example.org/a b"),
		"too long":        webhook("https://example.org/" + strings.Repeat("a", 2048)),
		"a token of two":  fcm("a b"),
		"a foreign token": fcm("ñandú"),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := r.put(p.ByOperator("support"), "ana", address)
			wantFault(t, err, fieldInvalid, "address.value")
			if strings.Contains(fmt.Sprint(err), address.GetValue()) {
				t.Error("it is repeated")
			}
		})
	}
	_, err := r.put(p.ByOperator("support"), "ana", &notificationsv1.Address{Channel: notificationsv1.Channel_CHANNEL_SMS, Value: "+56955550001"})
	wantReason(t, err, fieldInvalid)
	for n := range 21 {
		if _, err = r.put(p.ByOperator("support"), "ana", fcm(fmt.Sprint("token", n))); n < 20 {
			check(t, err)
		}
	}
	wantFault(t, err, fieldInvalid, "address")
	_, err = r.put(p.ByOperator("support"), "nobody", fcm("token"))
	wantFault(t, err, errorsv1.Reason_REASON_DESTINATION_UNREACHABLE, "person_id")
	p.directory.fails(context.DeadlineExceeded)
	_, err = r.put(p.ByOperator("support"), "leo", fcm("token"))
	wantReason(t, err, errorsv1.Reason_REASON_UNAVAILABLE)
}

func TestWishesAreKept(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		p.directory.knows("ana")
		wish := func(wishes *notificationsv1.Wishes) error {
			got, err := r.recipients().PutWishes(p.byClient(inProduction, recipients), &notificationsv1.PutWishesRequest{PersonId: "ana", Wishes: wishes})
			if err == nil {
				wantProto(t, got.GetWishes(), wishes)
				kept, err := r.recipients().GetRecipient(p.ByOperator("support"), &notificationsv1.GetRecipientRequest{PersonId: "ana"})
				check(t, err)
				wantProto(t, kept.GetWishes(), wishes)
			}
			return err
		}
		check(t, wish(&notificationsv1.Wishes{TimeZone: "Pacific/Easter", RefusesAdvertisements: true}))
		check(t, wish(&notificationsv1.Wishes{}))
		for _, zone := range []string{"Local", "Santiago", "../etc/passwd", "UTC+3", "America/Santiago\n"} {
			wantFault(t, wish(&notificationsv1.Wishes{TimeZone: zone}), fieldInvalid, "wishes.time_zone")
		}
	})
}

func TestRecipientsAreForWhoMayKeepThem(t *testing.T) {
	p := newPlatform(t)
	r := p.replica()
	p.directory.knows("ana")
	const denied = errorsv1.Reason_REASON_PERMISSION_DENIED
	for name, ctx := range map[string]context.Context{
		"a viewer":                 p.ByOperator("viewer", "publisher"),
		"a client without a scope": p.byClient(inProduction, "identity.read"),
	} {
		_, err := r.put(ctx, "ana", fcm("token"))
		t.Log(name)
		wantReason(t, err, denied)
	}
	_, err := r.recipients().PutAddress(p.byClient(inProduction, recipients), &notificationsv1.PutAddressRequest{DataSet: inStaging, PersonId: "ana", Address: fcm("token")})
	wantReason(t, err, denied)
	_, err = r.put(p.byClient(inStaging, recipients), "ana", fcm("staged"))
	check(t, err)
	if got := r.addresses("ana"); got != "" {
		t.Errorf("production has staging's %q", got)
	}
	_, err = notificationsv1.NewRecipientServiceClient(r.As("session")).PutAddress(p.ByPeer("session"), &notificationsv1.PutAddressRequest{PersonId: "ana", Address: fcm("token")})
	check(t, err)
	for name, ctx := range map[string]context.Context{"support": p.ByOperator("support", "editor"), "a client": p.byClient(inProduction, recipients)} {
		_, err := r.recipients().DeleteRecipient(ctx, &notificationsv1.DeleteRecipientRequest{PersonId: "ana"})
		t.Log(name)
		wantReason(t, err, denied)
	}
}

// What operators and clients do is entered, without what reaches a person.
func TestChangesOfRecipientsAreEntered(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		p.directory.knows("ana")
		put, err := r.put(p.ByOperator("support"), "ana", webhook("https://secret.example/hook"))
		check(t, err)
		_, err = r.put(p.ByOperator("support"), "ana", webhook("https://secret.example/hook"))
		check(t, err)
		_, err = r.recipients().PutWishes(p.byClient(inProduction, recipients), &notificationsv1.PutWishesRequest{PersonId: "ana", Wishes: &notificationsv1.Wishes{RefusesAdvertisements: true}})
		check(t, err)
		_, err = r.recipients().DeleteAddress(p.ByOperator("editor"), &notificationsv1.DeleteAddressRequest{PersonId: "ana", AddressId: put.GetAddress().GetAddressId()})
		check(t, err)
		_, err = r.recipients().DeleteRecipient(p.ByOperator("security"), &notificationsv1.DeleteRecipientRequest{PersonId: "ana"})
		check(t, err)
		entered, err := sqlstore.Rows(t.Context(), p.DB, sqlstore.Value[string], `SELECT act || ' ' || actor || ' ' || target || ' ' || before || ' ' || after FROM admin_event ORDER BY number`)
		check(t, err)
		text := strings.Join(entered, "\n")
		for i, act := range []string{"PutAddress ana", "PutWishes client:c1", "DeleteAddress ana", "DeleteRecipient ana"} {
			if i >= len(entered) || !strings.HasPrefix(entered[i], act+" recipient/") {
				t.Fatalf("entered is\n%s", text)
			}
		}
		for _, private := range []string{"secret.example", put.GetSecret(), "/ana"} {
			if strings.Contains(text, private) {
				t.Errorf("entered is\n%s", text)
			}
		}
	})
}

// A pool of one connection serves a hundred callers.
func TestOneConnectionServesManyRecipients(t *testing.T) {
	p := openPlatform(t, "sqlite:"+t.TempDir()+"/n.db", 1)
	r := p.replica()
	client, ctx := r.recipients(), p.ByOperator("support")
	var group sync.WaitGroup
	for n := range 100 {
		person := fmt.Sprint("person", n%10)
		p.directory.knows(person)
		group.Go(func() {
			if _, err := client.PutAddress(ctx, &notificationsv1.PutAddressRequest{PersonId: person, Address: fcm(fmt.Sprint("token", n))}); err != nil {
				t.Error(err)
			}
			if _, err := client.GetRecipient(ctx, &notificationsv1.GetRecipientRequest{PersonId: person}); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}
