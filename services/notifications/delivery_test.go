package notifications_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/testkit"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

// What is accepted is sent, and its receipt received, by whichever of the replicas, and by the other when one has stopped.
func TestWhatIsAcceptedIsDelivered(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		replicas, in := subscribed(p)
		ctx := p.byClient(authv1.DataSet_DATA_SET_PRODUCTION)
		// The sandbox refuses p2.
		p.directory.knows("p2", &identityv1.Contact{Kind: identityv1.ContactKind_CONTACT_KIND_PHONE, Value: "+56 9 5555 5001"})
		become := map[string]notificationsv1.Status{"p1": notificationsv1.Status_STATUS_DELIVERED, "p2": notificationsv1.Status_STATUS_FAILED}
		dispatched := 0
		dispatch := func(by *replica, n int) {
			t.Helper()
			want := make(map[string]notificationsv1.Status)
			for range n {
				dispatched++
				in.IdempotencyKey, in.Reference, in.Destination = fmt.Sprint("k", dispatched), fmt.Sprint("r", dispatched), []string{"p1", "p2"}[dispatched%2]
				answer, err := by.dispatches().Dispatch(ctx, in)
				check(t, err)
				want[answer.GetDispatchId()] = become[in.GetDestination()]
			}
			for id, status := range want {
				var part *notificationsv1.Part
				testkit.Eventually(t, time.Minute, func() error {
					answer, err := by.dispatches().GetDispatch(ctx, get(id))
					check(t, err)
					if part = answer.GetDispatch().GetParts()[0]; part.GetStatus() != status {
						return fmt.Errorf("%s is %s, want %s", id, part.GetStatus(), status)
					}
					return nil
				})
				if attempts := part.GetAttempts(); len(attempts) != 1 || attempts[0].GetCarrier() != "sandbox" || attempts[0].GetRepeated() {
					t.Errorf("%s has attempts %v", id, attempts)
				}
			}
		}
		dispatch(replicas[1], 40)
		replicas[1].Stop()
		dispatch(replicas[0], 2)
	})
}

func TestAReceiptOfNobodyIsTaken(t *testing.T) {
	p := newPlatform(t)
	r := p.replica()
	for _, token := range []string{"", "x", "00000000-0000-4000-8000-000000000000-1-1-aaaaaaaaaaaaaaaa"} {
		if err := r.service.Receive(t.Context(), message.Receipt{Token: token, Outcome: message.OutcomeDelivered}); err != nil {
			t.Errorf("%q: %v", token, err)
		}
	}
}
