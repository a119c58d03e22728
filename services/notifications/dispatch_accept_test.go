package notifications_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/notifications"
)

// subscribed is a platform whose replicas carry everything, and what its provider asks for, to a person with a telephone.
func subscribed(p *platform) (replicas []*replica, in *notificationsv1.DispatchRequest) {
	p.T.Helper()
	p.change = func(c *notifications.Config) {
		c.Carriers = map[string]notifications.CarrierConfig{"sandbox": notifications.SandboxCarrier()}
	}
	p.directory.knows("p1", &identityv1.Contact{Kind: identityv1.ContactKind_CONTACT_KIND_PHONE, Value: "+56 9 5555 5555"})
	replicas = []*replica{p.replica(), p.replica()}
	provider := replicas[0].newProvider(authv1.DataSet_DATA_SET_PRODUCTION)
	service := replicas[0].newService()
	sub, err := replicas[0].providers().CreateSubscription(p.ByOperator("editor"), &notificationsv1.CreateSubscriptionRequest{
		ProviderId: provider.GetProviderId(), ServiceId: service.GetServiceId(),
	})
	check(p.T, err)
	return replicas, &notificationsv1.DispatchRequest{
		ProviderId: provider.GetProviderId(), ServiceId: service.GetServiceId(), ServiceToken: sub.GetServiceToken(), Destination: "p1",
		Notification:   &notificationsv1.Message{Channel: notificationsv1.Channel_CHANNEL_SMS, Title: "Hora", Message: "Lunes a las 9:15"},
		IdempotencyKey: "k", Reference: "r",
	}
}

// Of many repetitions over two replicas one is stored, and can be read as soon as it is answered.
func TestADispatchIsStoredOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		replicas, in := subscribed(p)
		ctx := p.byClient(authv1.DataSet_DATA_SET_PRODUCTION)
		clients := []notificationsv1.DispatchServiceClient{replicas[0].dispatches(), replicas[1].dispatches()}
		answers := make([]*notificationsv1.DispatchResponse, 50)
		var callers sync.WaitGroup
		for i := range answers {
			callers.Go(func() {
				var err error
				if answers[i], err = clients[i%2].Dispatch(ctx, in); err != nil {
					t.Error(err)
				} else if _, err := clients[(i+1)%2].GetDispatch(ctx, get(answers[i].GetDispatchId())); err != nil {
					t.Errorf("was answered and is not there: %v", err)
				}
			})
		}
		callers.Wait()
		first := 0
		for _, answer := range answers {
			if answer.GetDispatchId() != answers[0].GetDispatchId() {
				t.Errorf("%v beside %v", answer, answers[0])
			}
			if !answer.GetReplayed() {
				first++
			}
		}
		if first != 1 {
			t.Errorf("%d are the first", first)
		}
	})
}

// A provider of production is nobody's in staging, though the client is the same.
func TestAProviderIsOfOneDataSet(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		replicas, in := subscribed(p)
		r := replicas[0]
		stored, err := r.dispatches().Dispatch(p.byClient(inProduction), in)
		check(t, err)
		_, err = r.templates().PutTemplate(p.byClient(inProduction), &notificationsv1.PutTemplateRequest{Template: &notificationsv1.Template{
			ProviderId: in.GetProviderId(), Name: "hora", Title: "Hora", Message: "A las cinco.",
		}})
		check(t, err)

		ctx := p.byClient(inStaging)
		_, err = r.dispatches().Dispatch(ctx, in)
		wantReason(t, err, errorsv1.Reason_REASON_SUBSCRIPTION_REFUSED)
		batch, err := r.dispatches().DispatchBatch(ctx, &notificationsv1.DispatchBatchRequest{Items: []*notificationsv1.DispatchRequest{in}})
		check(t, err)
		if reason := batch.GetItems()[0].GetFailure().GetReason(); reason != "SUBSCRIPTION_REFUSED" {
			t.Errorf("in a batch: %s", reason)
		}
		_, err = r.dispatches().GetDispatch(ctx, get(stored.GetDispatchId()))
		wantReason(t, err, errorsv1.Reason_REASON_DISPATCH_NOT_FOUND)
		_, err = r.dispatches().CancelDispatch(ctx, &notificationsv1.CancelDispatchRequest{DispatchId: stored.GetDispatchId()})
		wantReason(t, err, errorsv1.Reason_REASON_DISPATCH_NOT_FOUND)
		listed, err := r.dispatches().ListDispatches(ctx, &notificationsv1.ListDispatchesRequest{})
		check(t, err)
		if len(listed.GetDispatches()) != 0 {
			t.Errorf("sees %v", listed.GetDispatches())
		}
		_, err = r.templates().ListTemplates(ctx, &notificationsv1.ListTemplatesRequest{ProviderId: in.GetProviderId()})
		wantReason(t, err, errorsv1.Reason_REASON_PROVIDER_NOT_FOUND)
		_, err = r.templates().GetTemplate(ctx, &notificationsv1.GetTemplateRequest{ProviderId: in.GetProviderId(), Name: "hora"})
		wantReason(t, err, errorsv1.Reason_REASON_TEMPLATE_NOT_FOUND)
	})
}

func TestAWrongDispatchIsRefused(t *testing.T) {
	p := newPlatform(t)
	replicas, in := subscribed(p)
	ctx, client := p.byClient(authv1.DataSet_DATA_SET_PRODUCTION), replicas[0].dispatches()
	in.Notification.Title = " "
	_, err := client.Dispatch(ctx, in)
	wantFault(t, err, fieldMissing, "notification.title")
	in.Notification.Title, in.Destination = "Hora", "p2"
	_, err = client.Dispatch(ctx, in)
	wantFault(t, err, errorsv1.Reason_REASON_DESTINATION_UNREACHABLE, "destination")
	in.Destination = "p1"
	_, err = client.Dispatch(p.byAnotherClient(), in)
	wantReason(t, err, errorsv1.Reason_REASON_SUBSCRIPTION_REFUSED)
	_, err = client.Dispatch(p.ByOperator("editor"), in)
	wantReason(t, err, errorsv1.Reason_REASON_PERMISSION_DENIED)
	p.directory.fails(rpcerr.New(errorsv1.Reason_REASON_UNAVAILABLE, "away"))
	_, err = client.Dispatch(ctx, in)
	wantReason(t, err, errorsv1.Reason_REASON_UNAVAILABLE)
}

// A batch of a thousand, with some bad ones in it, is answered one by one; its persons are asked for in few calls.
func TestABatch(t *testing.T) {
	p := openPlatform(t, testkit.Postgres(t), 1) // one connection is enough
	replicas, in := subscribed(p)
	ctx, client := p.byClient(authv1.DataSet_DATA_SET_PRODUCTION), replicas[0].dispatches()
	in.IdempotencyKey = ""
	batch := &notificationsv1.DispatchBatchRequest{}
	for i := range 1000 {
		one := &notificationsv1.DispatchRequest{
			ProviderId: in.GetProviderId(), ServiceId: in.GetServiceId(), ServiceToken: in.GetServiceToken(), Destination: "p1",
			Notification: in.GetNotification(), Reference: fmt.Sprint(i),
		}
		switch i % 100 {
		case 7:
			one.Destination = fmt.Sprint("nobody", i)
		case 8:
			one.Notification = &notificationsv1.Message{Title: "x"}
		case 9:
			one.Reference = fmt.Sprint(i - 9)
			one.Notification = &notificationsv1.Message{Channel: notificationsv1.Channel_CHANNEL_SMS, Title: "Otra", Message: "cosa"}
		}
		batch.Items = append(batch.Items, one)
	}
	asked := p.directory.calls()
	answer, err := client.DispatchBatch(ctx, batch)
	check(t, err)
	for i, item := range answer.GetItems() {
		want := map[int]string{7: "DESTINATION_UNREACHABLE", 8: "FIELD_MISSING", 9: "DISPATCH_CONFLICT"}[i%100]
		if got := item.GetFailure().GetReason(); got != want {
			t.Errorf("item %d: %v, want %q", i, item, want)
		}
	}
	if len(answer.GetItems()) != 1000 || p.directory.calls()-asked > 20 {
		t.Errorf("%d answers, identity was asked %d times", len(answer.GetItems()), p.directory.calls()-asked)
	}
	again, err := client.DispatchBatch(ctx, batch)
	check(t, err)
	for i, item := range again.GetItems() {
		if item.GetStored() != nil && (!item.GetStored().GetReplayed() || item.GetStored().GetDispatchId() != answer.GetItems()[i].GetStored().GetDispatchId()) {
			t.Errorf("item %d again: %v", i, item)
		}
	}
	_, err = client.DispatchBatch(ctx, &notificationsv1.DispatchBatchRequest{})
	wantFault(t, err, fieldMissing, "items")
}
