package notifications_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

const (
	production = authv1.DataSet_DATA_SET_PRODUCTION
	staging    = authv1.DataSet_DATA_SET_STAGING

	dispatchNotFound = errorsv1.Reason_REASON_DISPATCH_NOT_FOUND
)

func (r *replica) dispatches() notificationsv1.DispatchServiceClient {
	return notificationsv1.NewDispatchServiceClient(r.As("gateway"))
}

// store is the service's own, for what no call does.
func (p *platform) store() *store.Store { return store.New(p.DB, p.Clock.Now) }

// owner enters a provider of a client, or of a role.
func (p *platform) owner(clientID, role string, set message.DataSet) int64 {
	p.T.Helper()
	owner, err := p.store().CreateProvider(p.T.Context(), "ana", store.Provider{
		DataSet: set, Name: "Biblioteca", ClientID: clientID, Role: role,
	}, func(int64) []byte { return []byte("sealed") })
	check(p.T, err)
	return owner.ID
}

// park stores a dispatch whose notification waits for ten hours, but expires in one: nobody is going to send it.
func (p *platform) park(providerID int64, change ...func(*store.NewDispatch)) string {
	p.T.Helper()
	now := p.Clock.Now()
	digest := sha256.Sum256([]byte(uuid.NewString()))
	d := store.NewDispatch{
		ID: uuid.NewString(), ProviderID: providerID, ServiceID: 1, DataSet: message.Production, PersonID: "p1", Digest: hex.EncodeToString(digest[:]),
		SendAt: now.Add(10 * time.Hour), ExpiresAt: now.Add(time.Hour), Retention: 24 * time.Hour, Content: `{}`,
		Parts: []store.Part{{Kind: message.Notification, Channel: message.SMS, Status: message.Scheduled, Reason: message.SendAt}},
	}
	for _, c := range change {
		c(&d)
	}
	answers, err := p.store().Accept(p.T.Context(), []store.NewDispatch{d})
	check(p.T, err)
	check(p.T, answers[0].Err)
	return answers[0].DispatchID
}

func (p *platform) byAnotherClient() context.Context {
	return p.By(authn.Claims{ClientID: "c2", Family: "tuidd", Kind: authv1.ClientKind_CLIENT_KIND_PARTNER, DataSet: production})
}

func get(id string) *notificationsv1.GetDispatchRequest {
	return &notificationsv1.GetDispatchRequest{DispatchId: id}
}

func idsOf(all []*notificationsv1.Dispatch) []string {
	ids := []string{}
	for _, d := range all {
		ids = append(ids, d.GetDispatchId())
	}
	return ids
}

func wantIDs(t testing.TB, what string, got []*notificationsv1.Dispatch, want ...string) {
	t.Helper()
	if ids := idsOf(got); !slices.Equal(ids, append([]string{}, want...)) {
		t.Errorf("%s: got %v, want %v", what, ids, want)
	}
}

// What is another provider's does not exist, whatever is asked for it.
func TestDispatchesAreSeenByTheirProviders(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		of := map[string]string{
			"c1": p.park(p.owner("c1", "", message.Production)), "c2": p.park(p.owner("c2", "", message.Production)),
			"session": p.park(p.owner("", "session", message.Production)),
			"staging": p.park(p.owner("c1", "", message.Staging), func(d *store.NewDispatch) { d.DataSet = message.Staging }),
		}
		all := []string{"c1", "c2", "session", "staging"}
		gateway := r.dispatches()
		session := notificationsv1.NewDispatchServiceClient(r.As("session"))
		for name, c := range map[string]struct {
			ctx         context.Context
			calls       notificationsv1.DispatchServiceClient
			sees        []string
			destination bool
		}{
			"a client":                      {p.byClient(production), gateway, []string{"c1"}, false},
			"the client of staging":         {p.byClient(staging), gateway, []string{"staging"}, false},
			"another client":                {p.byAnotherClient(), gateway, []string{"c2"}, false},
			"a client that is no provider":  {p.By(authn.Claims{ClientID: "session", DataSet: production}), gateway, nil, false},
			"the role":                      {p.ByPeer("session"), session, []string{"session"}, false},
			"another role":                  {p.ByPeer("gateway"), gateway, nil, false},
			"viewers":                       {p.ByOperator("viewer"), gateway, all, false},
			"publishers":                    {p.ByOperator("publisher"), gateway, all, false},
			"editors":                       {p.ByOperator("editor"), gateway, all, false},
			"support":                       {p.ByOperator("support"), gateway, all, true},
			"security, which is viewer too": {p.ByOperator("viewer", "security"), gateway, all, true},
		} {
			listed, err := c.calls.ListDispatches(c.ctx, &notificationsv1.ListDispatchesRequest{})
			check(t, err)
			if len(listed.GetDispatches()) != len(c.sees) || int(listed.GetTotal()) != len(c.sees) {
				t.Errorf("%s: %d are listed, want %v", name, len(listed.GetDispatches()), c.sees)
			}
			for owner, id := range of {
				answer, err := c.calls.GetDispatch(c.ctx, get(id))
				if !slices.Contains(c.sees, owner) {
					wantReason(t, err, dispatchNotFound)
					_, err := c.calls.CancelDispatch(c.ctx, &notificationsv1.CancelDispatchRequest{DispatchId: id})
					wantReason(t, err, dispatchNotFound)
					watching, err := c.calls.WatchDispatches(c.ctx, &notificationsv1.WatchDispatchesRequest{DispatchId: id})
					check(t, err)
					_, err = watching.Recv()
					wantReason(t, err, dispatchNotFound)
					continue
				}
				check(t, err)
				if told := answer.GetDispatch().GetDestination(); (told == "p1") != c.destination || told != "" && !c.destination {
					t.Errorf("%s are told the destination %q", name, told)
				}
				if !slices.Contains(idsOf(listed.GetDispatches()), id) {
					t.Errorf("%s: that of %s is not listed", name, owner)
				}
			}
		}
		_, err := gateway.GetDispatch(p.ByOperator("viewer"), get("nobody's \x00"))
		wantReason(t, err, dispatchNotFound)
	})
}

func TestADispatchIsToldWhole(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		owner := p.owner("c1", "", message.Production)
		began := timestamppb.New(p.Clock.Now().Truncate(time.Millisecond))
		hour := timestamppb.New(began.AsTime().Add(time.Hour))
		id := p.park(owner, func(d *store.NewDispatch) {
			d.Reference = "r1"
			d.Parts = append(d.Parts, store.Part{Kind: message.QRCode, Status: message.Delivered}, store.Part{Kind: message.MicroPayment, Status: message.Sent})
			d.Code = &store.NewCode{ID: "0123456789012345678901", Kind: "ticket", Title: "Entrada", Uses: 1}
			d.Payment = &store.NewPayment{ID: "y1", Currency: "CLP", Concept: "Entrada", Reference: "r", Amount: 100}
		})
		answer, err := r.dispatches().GetDispatch(p.byClient(production), get(id))
		check(t, err)
		got := answer.GetDispatch()
		if code := got.GetParts()[1].GetCode(); len(code) != 44 || code[:22] != "0123456789012345678901" {
			t.Errorf("the code is %q", code)
		}
		later := timestamppb.New(began.AsTime().Add(10 * time.Hour))
		want := &notificationsv1.Dispatch{
			DispatchId: id, ProviderId: owner, ServiceId: 1, Status: notificationsv1.Status_STATUS_SCHEDULED, Reference: "r1", CreatedAt: began,
			SendAt: later, ExpiresAt: hour, ChangedAt: began, DataSet: production, Version: 1,
			Parts: []*notificationsv1.Part{
				{
					Kind: notificationsv1.PartKind_PART_KIND_NOTIFICATION, Channel: notificationsv1.Channel_CHANNEL_SMS,
					Status: notificationsv1.Status_STATUS_SCHEDULED, Reason: "send_at", NextAttemptAt: later,
				},
				{Kind: notificationsv1.PartKind_PART_KIND_QR_CODE, Status: notificationsv1.Status_STATUS_DELIVERED, Code: got.GetParts()[1].GetCode()},
				{Kind: notificationsv1.PartKind_PART_KIND_MICRO_PAYMENT, Status: notificationsv1.Status_STATUS_SENT, PaymentId: "y1", PaymentStatus: "requested"},
			},
		}
		wantProto(t, got, want)
		listed, err := r.dispatches().ListDispatches(p.byClient(production), &notificationsv1.ListDispatchesRequest{})
		check(t, err)
		wantProto(t, listed, &notificationsv1.ListDispatchesResponse{Dispatches: []*notificationsv1.Dispatch{want}, Total: 1})
	})
}

func TestDispatchesAreListedInPages(t *testing.T) {
	p := newPlatform(t)
	r := p.replica()
	owner, another := p.owner("c1", "", message.Production), p.owner("c1", "", message.Production)
	var ids []string // newest first
	began := p.Clock.Now()
	for n := range 7 {
		id := p.park([]int64{owner, another}[n%2], func(d *store.NewDispatch) { d.Reference = fmt.Sprint("r", n) })
		ids = slices.Insert(ids, 0, id)
		p.Clock.Advance(time.Minute)
	}
	list := func(page, size int32, filter *notificationsv1.DispatchFilter) *notificationsv1.ListDispatchesResponse {
		t.Helper()
		answer, err := r.dispatches().ListDispatches(p.byClient(production), &notificationsv1.ListDispatchesRequest{Page: page, PageSize: size, Filter: filter})
		check(t, err)
		return answer
	}
	wantIDs(t, "all", list(0, 0, nil).GetDispatches(), ids...)
	for page := range int32(4) {
		answer := list(page+1, 3, nil)
		wantIDs(t, "a page", answer.GetDispatches(), ids[min(3*page, 7):min(3*page+3, 7)]...)
		if answer.GetTotal() != 7 || answer.GetTotalCapped() {
			t.Errorf("the total is %d, %v", answer.GetTotal(), answer.GetTotalCapped())
		}
	}
	wantIDs(t, "a provider's", list(0, 0, &notificationsv1.DispatchFilter{ProviderId: another}).GetDispatches(), ids[1], ids[3], ids[5])
	wantIDs(t, "a stranger's", list(0, 0, &notificationsv1.DispatchFilter{ProviderId: 1 << 60}).GetDispatches())
	wantIDs(t, "by reference", list(0, 0, &notificationsv1.DispatchFilter{Reference: "r2"}).GetDispatches(), ids[4])
	wantIDs(t, "by another's channel", list(0, 0, &notificationsv1.DispatchFilter{Channel: notificationsv1.Channel_CHANNEL_FCM}).GetDispatches())
	wantIDs(t, "by status", list(0, 0, &notificationsv1.DispatchFilter{Status: notificationsv1.Status_STATUS_SCHEDULED}).GetDispatches(), ids...)
	wantIDs(t, "of a span", list(0, 0, &notificationsv1.DispatchFilter{
		From: timestamppb.New(began.Add(time.Minute)), To: timestamppb.New(began.Add(3 * time.Minute)),
	}).GetDispatches(), ids[4], ids[5])
}

func TestWhatCannotBeListedIsRefused(t *testing.T) {
	p := newPlatform(t)
	r := p.replica()
	for range store.MaxProviders + 1 {
		p.owner("c2", "", message.Production)
	}
	now := timestamppb.New(p.Clock.Now())
	for field, c := range map[string]struct {
		ctx context.Context
		req *notificationsv1.ListDispatchesRequest
	}{
		"page":               {p.byClient(production), &notificationsv1.ListDispatchesRequest{Page: 21, PageSize: 500}},
		"page_size":          {p.byClient(production), &notificationsv1.ListDispatchesRequest{PageSize: 501}},
		"filter.to":          {p.byClient(production), &notificationsv1.ListDispatchesRequest{Filter: &notificationsv1.DispatchFilter{From: now, To: now}}},
		"filter.from":        {p.byClient(production), &notificationsv1.ListDispatchesRequest{Filter: &notificationsv1.DispatchFilter{From: &timestamppb.Timestamp{Nanos: -1}}}},
		"filter.provider_id": {p.byAnotherClient(), &notificationsv1.ListDispatchesRequest{}},
	} {
		_, err := r.dispatches().ListDispatches(c.ctx, c.req)
		if fields := rpcerr.Fields(err); len(fields) != 1 || fields[0].Field != field {
			t.Errorf("%s: got %v, %v", field, err, fields)
		}
	}
	answer, err := r.dispatches().ListDispatches(p.byClient(production), &notificationsv1.ListDispatchesRequest{Page: 20, PageSize: 500})
	check(t, err)
	wantIDs(t, "the last page", answer.GetDispatches())
}

func TestADispatchIsCancelled(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		owner := p.owner("c1", "", message.Production)
		cancel := func(ctx context.Context, id string) (*notificationsv1.Dispatch, error) {
			answer, err := r.dispatches().CancelDispatch(ctx, &notificationsv1.CancelDispatchRequest{DispatchId: id})
			return answer.GetDispatch(), err
		}
		id, another := p.park(owner), p.park(owner)
		got, err := cancel(p.byClient(production), id)
		check(t, err)
		part := got.GetParts()[0]
		if got.GetStatus() != notificationsv1.Status_STATUS_CANCELLED || part.GetReason() != "cancelled" || part.GetNextAttemptAt() != nil || got.GetVersion() != 2 {
			t.Errorf("got %v", got)
		}
		_, err = cancel(p.byClient(production), id)
		wantReason(t, err, errorsv1.Reason_REASON_NOTHING_TO_CANCEL)
		for _, role := range []string{"viewer", "publisher", "security"} {
			_, err = cancel(p.ByOperator(role), another)
			wantReason(t, err, errorsv1.Reason_REASON_PERMISSION_DENIED)
		}
		_, err = cancel(p.ByOperator("support"), another)
		check(t, err)
		events, _ := r.events(&notificationsv1.ListEventsRequest{TargetPrefix: "dispatch/"})
		if len(events) != 1 || events[0].GetActor() != "ana" || events[0].GetTarget() != "dispatch/"+another {
			t.Errorf("events: %+v", events)
		}
	})
}
