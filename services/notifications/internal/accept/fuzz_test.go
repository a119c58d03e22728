package accept_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"buf.build/go/protovalidate"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/testkit"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/notifications/internal/content"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

// Whatever is asked for is stored within the contract or refused, and an error is never the service's own.
func FuzzDispatch(f *testing.F) {
	w := newMemoryWorld(f)
	seeds := []func(*notificationsv1.DispatchRequest){
		func(*notificationsv1.DispatchRequest) {},
		named("k", "r"), saying(strings.Repeat("ñ", 178)), ticket(func(*notificationsv1.QRCode) {}), pay(func(*notificationsv1.MicroPayment) {}),
		notify(func(m *notificationsv1.Message) { m.Link = "https://example.org/a" }),
		notify(func(m *notificationsv1.Message) {
			m.Channel, m.Data = notificationsv1.Channel_CHANNEL_WEBHOOK, map[string]string{"record": "203"}
		}),
		notify(func(m *notificationsv1.Message) { use(m, "hora", map[string]string{"dia": "lunes"}) }),
		func(in *notificationsv1.DispatchRequest) {
			in.SendAt, in.ExpiresAt = at(1), &timestamppb.Timestamp{Seconds: 1 << 40}
		},
	}
	for _, seed := range seeds {
		raw, err := proto.Marshal(w.request(seed))
		check(f, err)
		f.Add(raw)
	}
	contract, err := protovalidate.New()
	check(f, err)
	kept := &memory{service: w.service}
	a := w.acceptor(kept)
	f.Fuzz(func(t *testing.T, raw []byte) {
		in := &notificationsv1.DispatchRequest{}
		if proto.Unmarshal(raw, in) != nil {
			return
		}
		in.ProviderId, in.ServiceId, in.ServiceToken = 1, 1, token
		before := len(kept.all)
		item := a.DispatchBatch(t.Context(), client, []*notificationsv1.DispatchRequest{in})[0]
		if failure := item.GetFailure(); failure != nil {
			if failure.GetReason() == "INTERNAL" || failure.GetReason() == "UNAVAILABLE" || len(failure.GetFields()) == 0 {
				t.Errorf("got %v", failure)
			}
			return
		}
		if err := contract.Validate(in); err != nil {
			t.Errorf("was stored against the contract: %v", err)
		}
		if len(kept.all) != before+1 {
			t.Fatal("was answered and not stored")
		}
		checkStored(t, kept.all[before])
	})
}

func newMemoryWorld(t testing.TB) *world {
	w := &world{t: t, provider: 1, carried: func(message.DataSet, message.Channel) bool { return true }}
	w.clock, w.service = testkit.NewClock(start), &notificationsv1.Service{
		ServiceId: 1, Destination: optional, Notification: optional, Advertisement: optional, QrCode: optional, MicroPayment: optional,
	}
	return w
}

// checkStored holds what is stored against what the other parts of the dispatcher rely on.
func checkStored(t *testing.T, d store.NewDispatch) {
	t.Helper()
	said, err := content.Decode(orEmpty(d.Content))
	check(t, err)
	texts := []string{d.PersonID, d.Reference}
	for _, part := range []*content.Part{said.Notification, said.Advertisement} {
		if part == nil {
			continue
		}
		texts = append(texts, part.Title, part.Link)
		if utf8.RuneCountInString(part.Title) > 32 || utf8.RuneCountInString(part.Text) > 178 ||
			strings.TrimSpace(part.Title) == "" || strings.TrimSpace(part.Text) == "" || strings.ContainsRune(part.Text, 0) {
			t.Errorf("says %v", part)
		}
	}
	if d.Code != nil {
		texts = append(texts, d.Code.Title, d.Code.ProviderCode)
		if d.Code.Uses < 1 {
			t.Error("a code is of no use")
		}
	}
	if d.Payment != nil {
		texts = append(texts, d.Payment.Concept, d.Payment.Reference)
		if d.Payment.Amount <= 0 || len(d.Payment.Currency) != 3 {
			t.Errorf("asks for %d %q", d.Payment.Amount, d.Payment.Currency)
		}
	}
	for _, text := range texts {
		if strings.ContainsFunc(text, unicode.IsControl) {
			t.Errorf("%q has control characters", text)
		}
	}
	if len(d.Parts) == 0 || !d.ExpiresAt.After(start) || !d.SendAt.IsZero() && !d.ExpiresAt.After(d.SendAt) || d.Retention <= 0 {
		t.Errorf("got %+v", d)
	}
}

func orEmpty(text string) string {
	if text == "" {
		return "{}"
	}
	return text
}
