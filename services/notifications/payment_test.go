package notifications_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/ventanilla/ventanilla/pkg/config"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/notifications"
)

// Secrets of an invented payment provider: the new one, the one before, and another's.
const (
	paymentSecret  = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"
	previousSecret = "whsec_cHJldmlvdXMgb25lIG9mIDI0IGJ5dGVz"
	foreignSecret  = "whsec_c29tZWJvZHkgZWxzZSBvZiAyNCBieXRl"
)

func (r *replica) payments() notificationsv1.PaymentServiceClient {
	return notificationsv1.NewPaymentServiceClient(r.As("gateway"))
}

// signed is a call of the payment provider's.
func signed(t testing.TB, secret string, at time.Time, body string) *notificationsv1.SettlePaymentRequest {
	t.Helper()
	signer, err := standardwebhooks.NewWebhook(secret)
	check(t, err)
	signature, err := signer.Sign("msg_1", at, []byte(body))
	check(t, err)
	return &notificationsv1.SettlePaymentRequest{
		WebhookId: "msg_1", WebhookTimestamp: strconv.FormatInt(at.Unix(), 10), WebhookSignature: signature, Body: []byte(body),
	}
}

func settlement(id, status string) string {
	return fmt.Sprintf(`{"payment_id":%q,"status":%q,"amount":1500,"currency":"CLP"}`, id, status)
}

func believed(c *notifications.Config) {
	c.Payments.Secret, c.Payments.Previous = paymentSecret, previousSecret
}

func (p *provider) bill() *notificationsv1.DispatchResponse {
	p.T.Helper()
	return p.dispatch(&notificationsv1.DispatchRequest{MicroPayment: &notificationsv1.MicroPayment{Amount: 1500, Currency: "CLP", Concept: "Bono", Reference: "R-1"}})
}

func TestPaymentsAreSettled(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		p.change = believed
		r := p.replica()
		provider, client := r.subscribed(), p.byClient(inProduction)
		paid, cancelled := provider.bill(), provider.bill()
		get := func(ctx context.Context, id string) (*notificationsv1.Payment, error) {
			answer, err := r.payments().GetPayment(ctx, &notificationsv1.GetPaymentRequest{PaymentId: id})
			return answer.GetPayment(), err
		}
		got, err := get(client, paid.GetPaymentId())
		if check(t, err); got.GetStatus() != "requested" || got.GetAmount() != 1500 || got.GetSettledAt() != nil || got.GetDispatchId() != paid.GetDispatchId() {
			t.Errorf("requested is %v", got)
		}
		for i, secret := range []string{paymentSecret, previousSecret, paymentSecret} {
			answer, err := r.payments().SettlePayment(t.Context(), signed(t, secret, p.Clock.Now().Add(4*time.Minute), settlement(paid.GetPaymentId(), "paid")))
			if check(t, err); answer.GetPayment().GetStatus() != "paid" || answer.GetPayment().GetSettledAt() == nil {
				t.Errorf("settled %d as %v", i, answer)
			}
			p.Clock.Advance(time.Second)
		}
		_, err = r.payments().SettlePayment(t.Context(), signed(t, paymentSecret, p.Clock.Now(), settlement(cancelled.GetPaymentId(), "cancelled")))
		check(t, err)
		_, err = r.payments().SettlePayment(t.Context(), signed(t, paymentSecret, p.Clock.Now(), settlement(paid.GetPaymentId(), "cancelled")))
		wantReason(t, err, errorsv1.Reason_REASON_PAYMENT_STATE)
		for id, want := range map[string]notificationsv1.Status{
			paid.GetDispatchId(): notificationsv1.Status_STATUS_DELIVERED, cancelled.GetDispatchId(): notificationsv1.Status_STATUS_CANCELLED,
		} {
			answer, err := notificationsv1.NewDispatchServiceClient(r.As("gateway")).GetDispatch(client, &notificationsv1.GetDispatchRequest{DispatchId: id})
			if check(t, err); answer.GetDispatch().GetStatus() != want {
				t.Errorf("the dispatch is %v, want %v", answer.GetDispatch().GetStatus(), want)
			}
		}
		for name, ctx := range map[string]context.Context{"staging's": p.byClient(inStaging), "a role": p.ByPeer("gateway")} {
			_, err := get(ctx, paid.GetPaymentId())
			t.Log(name)
			wantReason(t, err, errorsv1.Reason_REASON_PAYMENT_NOT_FOUND)
		}
		if _, err := get(p.ByOperator("viewer"), paid.GetPaymentId()); err != nil {
			t.Error(err)
		}
		_, err = get(client, "nobody's")
		wantReason(t, err, errorsv1.Reason_REASON_PAYMENT_NOT_FOUND)
	})
}

func TestSettlementsThatAreNotBelieved(t *testing.T) {
	p := newPlatform(t)
	p.change = believed
	r := p.replica()
	now, body := p.Clock.Now(), settlement("x", "paid")
	good := func() *notificationsv1.SettlePaymentRequest { return signed(t, paymentSecret, now, body) }
	altered := func(change func(*notificationsv1.SettlePaymentRequest)) *notificationsv1.SettlePaymentRequest {
		in := good()
		change(in)
		return in
	}
	for name, in := range map[string]*notificationsv1.SettlePaymentRequest{
		"another's":     signed(t, foreignSecret, now, body),
		"old":           signed(t, paymentSecret, now.Add(-5*time.Minute-time.Second), body),
		"of the future": signed(t, paymentSecret, now.Add(5*time.Minute+time.Second), body),
		"another body":  altered(func(in *notificationsv1.SettlePaymentRequest) { in.Body = []byte(settlement("y", "paid")) }),
		"another id":    altered(func(in *notificationsv1.SettlePaymentRequest) { in.WebhookId = "msg_2" }),
		"another time": altered(func(in *notificationsv1.SettlePaymentRequest) {
			in.WebhookTimestamp = strconv.FormatInt(now.Unix()+1, 10)
		}),
		"no time":        altered(func(in *notificationsv1.SettlePaymentRequest) { in.WebhookTimestamp = "now" }),
		"no signature":   altered(func(in *notificationsv1.SettlePaymentRequest) { in.WebhookSignature = "" }),
		"an odd one":     altered(func(in *notificationsv1.SettlePaymentRequest) { in.WebhookSignature = "v2,a v1 , v1," }),
		"nothing at all": {},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := r.payments().SettlePayment(t.Context(), in)
			wantReason(t, err, errorsv1.Reason_REASON_CREDENTIAL_INVALID)
		})
	}
	several := good()
	several.WebhookSignature = "v1,AAAA v2,x " + several.WebhookSignature
	_, err := r.payments().SettlePayment(t.Context(), several)
	wantReason(t, err, errorsv1.Reason_REASON_PAYMENT_NOT_FOUND)

	p.change = nil
	_, err = p.replica().payments().SettlePayment(t.Context(), good())
	wantReason(t, err, errorsv1.Reason_REASON_CREDENTIAL_INVALID)
}

func TestSettlementsThatAreRefused(t *testing.T) {
	p := newPlatform(t)
	p.change = believed
	r := p.replica()
	id := r.subscribed().bill().GetPaymentId()
	body := settlement(id, "paid")
	for name, c := range map[string]struct {
		body  string
		want  errorsv1.Reason
		field string
	}{
		"no JSON":          {`paid`, fieldInvalid, "body"},
		"a list":           {`[]`, fieldInvalid, "body"},
		"nothing":          {`{}`, fieldMissing, "payment_id"},
		"no status":        {strings.Replace(body, `"status":"paid",`, ``, 1), fieldMissing, "status"},
		"no amount":        {strings.Replace(body, `1500`, `null`, 1), fieldMissing, "amount"},
		"no currency":      {strings.Replace(body, `"CLP"`, `""`, 1), fieldMissing, "currency"},
		"another status":   {strings.Replace(body, `"paid"`, `"requested"`, 1), fieldInvalid, "status"},
		"a broken amount":  {strings.Replace(body, `1500`, `1500.5`, 1), fieldInvalid, "amount"},
		"a text of amount": {strings.Replace(body, `1500`, `"1500"`, 1), fieldInvalid, "amount"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := r.payments().SettlePayment(t.Context(), signed(t, paymentSecret, p.Clock.Now(), c.body))
			wantFault(t, err, c.want, c.field)
		})
	}
	for name, body := range map[string]string{"an amount": strings.Replace(body, "1500", "1", 1), "a currency": strings.Replace(body, "CLP", "USD", 1)} {
		_, err := r.payments().SettlePayment(t.Context(), signed(t, paymentSecret, p.Clock.Now(), body))
		t.Log(name)
		wantReason(t, err, errorsv1.Reason_REASON_PAYMENT_STATE)
	}
}

func TestSecretsOfThePaymentProviderAreChecked(t *testing.T) {
	for _, secret := range []config.Secret{"x", "whsec_", "whsec_AAAA", config.Secret(strings.TrimPrefix(paymentSecret, "whsec_")), "whsec_ñ"} {
		settings := notifications.DefaultConfig()
		settings.Payments.Secret = secret
		if err := settings.Payments.Validate(); err == nil || !strings.HasPrefix(err.Error(), "secret: ") || strings.Contains(err.Error(), secret.Reveal()+" ") {
			t.Errorf("got %v", err)
		}
	}
}
