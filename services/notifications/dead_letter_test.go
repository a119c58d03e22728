package notifications_test

import (
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

func (r *replica) deadLetters() notificationsv1.DeadLetterServiceClient {
	return notificationsv1.NewDeadLetterServiceClient(r.As("gateway"))
}

// bury stores dispatches whose notification expires, in the order of time.
func (p *platform) bury(providerID int64, n int, change ...func(*store.NewDispatch)) []string {
	p.T.Helper()
	var ids []string
	for range n {
		ids = append(ids, p.park(providerID, change...))
	}
	p.Clock.Advance(2 * time.Hour)
	for _, sweep := range p.store().Sweeps() {
		for {
			some, err := sweep.Once(p.T.Context())
			check(p.T, err)
			if some < store.MaxSweep {
				break
			}
		}
	}
	return ids
}

func notificationOf(ids ...string) []*notificationsv1.PartKey {
	var keys []*notificationsv1.PartKey
	for _, id := range ids {
		keys = append(keys, &notificationsv1.PartKey{DispatchId: id, Kind: notificationsv1.PartKind_PART_KIND_NOTIFICATION})
	}
	return keys
}

func TestDeadLettersAreListedAndReplayed(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		owner, another := p.owner("c1", "", message.Production), p.owner("c2", "", message.Production)
		ids := slices.Concat(p.bury(owner, 1), p.bury(another, 1), p.bury(owner, 1))
		p.park(owner)

		var letters []*notificationsv1.DeadLetter
		for req := (&notificationsv1.ListDeadLettersRequest{PageSize: 2}); ; {
			page, err := r.deadLetters().ListDeadLetters(p.ByOperator("viewer"), req)
			check(t, err)
			letters = append(letters, page.GetDeadLetters()...)
			if req.PageToken = page.GetNextPageToken(); req.GetPageToken() == "" {
				break
			}
		}
		if len(letters) != 3 || letters[0].GetDispatchId() != ids[2] || letters[1].GetDispatchId() != ids[1] || letters[2].GetDispatchId() != ids[0] {
			t.Fatalf("listed %v of %v", letters, ids)
		}
		wantProto(t, letters[0], &notificationsv1.DeadLetter{
			DispatchId: ids[2], Kind: notificationsv1.PartKind_PART_KIND_NOTIFICATION, Channel: notificationsv1.Channel_CHANNEL_SMS,
			Status: notificationsv1.Status_STATUS_EXPIRED, Reason: "time_ran_out", ProviderId: owner, EndedAt: timestamppb.New(p.Clock.Now().Truncate(time.Millisecond)),
		})
		replay := func(req *notificationsv1.ReplayDeadLettersRequest) []string {
			t.Helper()
			answer, err := r.deadLetters().ReplayDeadLetters(p.ByOperator("support"), req)
			check(t, err)
			var done []string
			for _, key := range answer.GetReplayed() {
				done = append(done, key.GetDispatchId())
			}
			return done
		}
		named := &notificationsv1.ReplayDeadLettersRequest{Parts: append(notificationOf(ids[1], "nobody's"), &notificationsv1.PartKey{
			DispatchId: ids[0], Kind: notificationsv1.PartKind_PART_KIND_QR_CODE,
		})}
		if done := replay(named); !slices.Equal(done, ids[1:2]) {
			t.Errorf("replayed %v", done)
		}
		if done := replay(named); len(done) > 0 {
			t.Errorf("replayed %v again", done)
		}
		if done := replay(&notificationsv1.ReplayDeadLettersRequest{Filter: &notificationsv1.DeadLetterFilter{ProviderId: owner}}); !slices.Equal(slices.Sorted(slices.Values(done)), slices.Sorted(slices.Values([]string{ids[0], ids[2]}))) {
			t.Errorf("replayed %v", done)
		}
		if done := replay(&notificationsv1.ReplayDeadLettersRequest{}); len(done) > 0 {
			t.Errorf("replayed %v of none", done)
		}
		answer, err := r.dispatches().GetDispatch(p.ByOperator("viewer"), get(ids[0]))
		check(t, err)
		// Services that nobody defined have the life that services have.
		if until := answer.GetDispatch().GetExpiresAt().AsTime(); !until.Equal(p.Clock.Now().Truncate(time.Millisecond).Add(72*time.Hour)) ||
			answer.GetDispatch().GetStatus() != notificationsv1.Status_STATUS_ACCEPTED {
			t.Errorf("got %v", answer)
		}
	})
}

func TestAReplayLastsAsItsServiceSays(t *testing.T) {
	p := newPlatform(t)
	r := p.replica()
	service, err := r.providers().CreateService(p.ByOperator("editor"), &notificationsv1.CreateServiceRequest{Service: &notificationsv1.Service{
		Name: "Avisos", Destination: required, Notification: optional, Life: durationpb.New(7 * time.Minute),
	}})
	check(t, err)
	owner := p.owner("c1", "", message.Production)
	ids := p.bury(owner, 2, func(d *store.NewDispatch) { d.ServiceID = service.GetService().GetServiceId() })
	now := p.Clock.Now().Truncate(time.Millisecond)
	for id, asked := range map[string]*timestamppb.Timestamp{ids[0]: nil, ids[1]: timestamppb.New(now.Add(time.Hour))} {
		want := now.Add(7 * time.Minute)
		if asked != nil {
			want = asked.AsTime()
		}
		_, err := r.deadLetters().ReplayDeadLetters(p.ByOperator("editor"), &notificationsv1.ReplayDeadLettersRequest{Parts: notificationOf(id), ExpiresAt: asked})
		check(t, err)
		answer, err := r.dispatches().GetDispatch(p.ByOperator("viewer"), get(id))
		check(t, err)
		if until := answer.GetDispatch().GetExpiresAt().AsTime(); !until.Equal(want) {
			t.Errorf("until %v, want %v", until, want)
		}
	}
}

func TestAReplayIsBounded(t *testing.T) {
	p := newPlatform(t)
	r := p.replica()
	p.bury(p.owner("c1", "", message.Production), 501)
	for _, want := range []struct {
		replayed int
		more     bool
	}{{500, true}, {1, false}, {0, false}} {
		answer, err := r.deadLetters().ReplayDeadLetters(p.ByOperator("support"), &notificationsv1.ReplayDeadLettersRequest{})
		check(t, err)
		if len(answer.GetReplayed()) != want.replayed || answer.GetMore() != want.more {
			t.Errorf("%d were replayed, more: %v; want %v", len(answer.GetReplayed()), answer.GetMore(), want)
		}
	}
}

func TestWhoMayNotReplay(t *testing.T) {
	p := newPlatform(t)
	r := p.replica()
	_, err := r.deadLetters().ListDeadLetters(p.byClient(production), &notificationsv1.ListDeadLettersRequest{})
	wantReason(t, err, errorsv1.Reason_REASON_PERMISSION_DENIED)
	for _, role := range []string{"viewer", "publisher", "security"} {
		_, err := r.deadLetters().ReplayDeadLetters(p.ByOperator(role), &notificationsv1.ReplayDeadLettersRequest{})
		wantReason(t, err, errorsv1.Reason_REASON_PERMISSION_DENIED)
	}
}

func TestWhatCannotBeReplayedIsRefused(t *testing.T) {
	p := newPlatform(t)
	r := p.replica()
	now := p.Clock.Now()
	for name, at := range map[string]*timestamppb.Timestamp{
		"now": timestamppb.New(now), "in two years": timestamppb.New(now.AddDate(2, 0, 0)), "no time": {Nanos: -1},
	} {
		_, err := r.deadLetters().ReplayDeadLetters(p.ByOperator("support"), &notificationsv1.ReplayDeadLettersRequest{ExpiresAt: at})
		if fields := rpcerr.Fields(err); len(fields) != 1 || fields[0].Field != "expires_at" {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, token := range []string{"x", "e30", "eyJBdCI6MX0", "eyJBdCI6MSwiZGlzcGF0Y2hfaWQiOiJcdTAwMDAiLCJwYXJ0IjoxfQ"} {
		_, err := r.deadLetters().ListDeadLetters(p.ByOperator("viewer"), &notificationsv1.ListDeadLettersRequest{PageToken: token})
		if fields := rpcerr.Fields(err); len(fields) != 1 || fields[0].Field != "page_token" {
			t.Errorf("%s: %v", token, err)
		}
	}
	_, err := r.deadLetters().ListDeadLetters(p.ByOperator("viewer"), &notificationsv1.ListDeadLettersRequest{Filter: &notificationsv1.DeadLetterFilter{Reason: "\x00"}})
	check(t, err)
}
