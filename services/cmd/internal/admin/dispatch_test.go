package admin

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cenkalti/backoff/v5"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

var dispatchedAt = timestamppb.New(time.Date(2026, time.March, 4, 5, 6, 7, 0, time.UTC))

// dispatched is a dispatch whose notification failed and whose advertisement waits.
func dispatched(id string) *notificationsv1.Dispatch {
	return &notificationsv1.Dispatch{
		DispatchId: id, ProviderId: 7, ServiceId: 1, Reference: "r1", Status: notificationsv1.Status_STATUS_SCHEDULED, DataSet: 1, Destination: "p1",
		CreatedAt: dispatchedAt, ChangedAt: dispatchedAt, ExpiresAt: dispatchedAt, Version: 2,
		Parts: []*notificationsv1.Part{
			{
				Kind: notificationsv1.PartKind_PART_KIND_NOTIFICATION, Channel: notificationsv1.Channel_CHANNEL_SMS,
				Status: notificationsv1.Status_STATUS_FAILED, Reason: "bad_address",
				Attempts: []*notificationsv1.Attempt{
					{Number: 1, At: dispatchedAt, Carrier: "kannel", Outcome: notificationsv1.Outcome_OUTCOME_UNKNOWN, Reason: "worker_lost"},
					{Number: 2, At: dispatchedAt, Carrier: "kannel", Outcome: notificationsv1.Outcome_OUTCOME_REJECTED, Reason: "bad_address", Repeated: true},
				},
			},
			{
				Kind: notificationsv1.PartKind_PART_KIND_ADVERTISEMENT, Channel: notificationsv1.Channel_CHANNEL_FCM,
				Status: notificationsv1.Status_STATUS_SCHEDULED, Reason: "quiet_hours", NextAttemptAt: dispatchedAt,
			},
		},
	}
}

const dispatchedLine = "\t7\tr1\tscheduled\t2026-03-04T05:06:07Z\t2026-03-04T05:06:07Z\t" +
	"notification sms failed (bad_address), advertisement fcm scheduled (quiet_hours)\n"

func TestDispatchesAreListed(t *testing.T) {
	d := &dispatcher{answers: map[string]proto.Message{
		"ListDispatches": &notificationsv1.ListDispatchesResponse{Dispatches: []*notificationsv1.Dispatch{dispatched("a")}, Total: 1},
	}}
	shown := runs(t, d, alone(ListDispatches.Run), &notificationsv1.ListDispatchesRequest{
		Filter: &notificationsv1.DispatchFilter{
			ProviderId: 7, Status: notificationsv1.Status_STATUS_FAILED, Channel: notificationsv1.Channel_CHANNEL_SMS, Reference: "r1",
			From: timestamppb.New(time.Date(2026, time.March, 4, 0, 0, 0, 0, time.UTC)), To: dispatchedAt,
		}, Page: 1, PageSize: 20,
	}, "--provider=7", "--status=failed", "--channel=sms", "--reference=r1", "--from=2026-03-04", "--to=2026-03-04T05:06:07Z", "--limit=20")
	if shown != "a"+dispatchedLine {
		t.Errorf("shown: %q", shown)
	}
	for _, args := range [][]string{{"--limit=0"}, {"--limit=10001"}, {"--status=gone"}, {"--channel=fax"}, {"--from=soon"}} {
		if _, err := parse[ListDispatches](t, args...); err == nil {
			t.Errorf("%v was taken", args)
		}
	}
}

func TestADispatchIsShown(t *testing.T) {
	d := &dispatcher{answers: map[string]proto.Message{
		"GetDispatch":    &notificationsv1.GetDispatchResponse{Dispatch: dispatched("a")},
		"CancelDispatch": &notificationsv1.CancelDispatchResponse{Dispatch: dispatched("a")},
	}}
	for _, shown := range []string{
		runs(t, d, alone(ShowDispatch.Run), &notificationsv1.GetDispatchRequest{DispatchId: "a"}, "a"),
		runs(t, d, alone(CancelDispatch.Run), &notificationsv1.CancelDispatchRequest{DispatchId: "a"}, "a"),
	} {
		wantShown(t, shown, "destination  p1\n", "status       scheduled\n",
			"\nnotification sms\tfailed\tbad_address\t\t\t\t\n", "\nadvertisement fcm\tscheduled\tquiet_hours\t2026-03-04T05:06:07Z\t",
			"\nnotification sms\t1\t2026-03-04T05:06:07Z\tkannel\tunknown\tworker_lost\t\n", "\tkannel\trejected\tbad_address\tperhaps\n")
	}
	var asJSON bytes.Buffer
	check(t, ShowDispatch{DispatchID{"a"}}.Run(t.Context(), d.connect(t), Output{Writer: &asJSON, JSON: true}))
	var answer struct {
		Dispatch struct {
			Parts []struct{ Status string }
		}
	}
	if err := json.Unmarshal(asJSON.Bytes(), &answer); err != nil || answer.Dispatch.Parts[0].Status != "STATUS_FAILED" {
		t.Errorf("as JSON: %s, %v", asJSON.String(), err)
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestDeadLettersAreListed(t *testing.T) {
	letter := &notificationsv1.DeadLetter{
		DispatchId: "a", Kind: notificationsv1.PartKind_PART_KIND_NOTIFICATION, Channel: notificationsv1.Channel_CHANNEL_SMS,
		Status: notificationsv1.Status_STATUS_FAILED, Reason: "blocked", ProviderId: 7, Attempts: 8, EndedAt: dispatchedAt,
	}
	d := &dispatcher{answers: map[string]proto.Message{
		"ListDeadLetters": &notificationsv1.ListDeadLettersResponse{DeadLetters: []*notificationsv1.DeadLetter{letter}},
	}}
	shown := runs(t, d, alone(ListDeadLetters.Run), &notificationsv1.ListDeadLettersRequest{
		Filter: &notificationsv1.DeadLetterFilter{ProviderId: 7, Channel: notificationsv1.Channel_CHANNEL_SMS, Reason: "blocked", To: dispatchedAt}, PageSize: 50,
	}, "--provider=7", "--channel=sms", "--reason=blocked", "--to=2026-03-04T05:06:07Z")
	if shown != "a\tnotification\tsms\tfailed\tblocked\t7\t8\t2026-03-04T05:06:07Z\n" {
		t.Errorf("shown: %q", shown)
	}
}

func TestDeadLettersAreReplayed(t *testing.T) {
	key := &notificationsv1.PartKey{DispatchId: "a", Kind: notificationsv1.PartKind_PART_KIND_ADVERTISEMENT}
	d := &dispatcher{answers: map[string]proto.Message{
		"ReplayDeadLetters": &notificationsv1.ReplayDeadLettersResponse{Replayed: []*notificationsv1.PartKey{key}},
	}}
	shown := runs(t, d, alone(ReplayDeadLetters.Run), &notificationsv1.ReplayDeadLettersRequest{
		Parts: []*notificationsv1.PartKey{key}, ExpiresAt: dispatchedAt,
	}, "a", "--part=advertisement", "--until=2026-03-04T05:06:07Z")
	if shown != "a\tadvertisement\n" {
		t.Errorf("shown: %q", shown)
	}
	runs(t, d, alone(ReplayDeadLetters.Run), &notificationsv1.ReplayDeadLettersRequest{
		Filter: &notificationsv1.DeadLetterFilter{Reason: "blocked", To: dispatchedAt},
	}, "--all", "--reason=blocked", "--to=2026-03-04T05:06:07Z")
	for _, args := range [][]string{{}, {"--reason=blocked"}, {"a", "--all"}, {"a", "--provider=7"}, {"--all", "--part=notification"}, {"a", "--part=qr-code"}} {
		if _, err := parse[ReplayDeadLetters](t, args...); err == nil {
			t.Errorf("%v was taken", args)
		}
	}
}

// Without an end of its own the filter ends now, so that what fails again is not tried for ever; and it is asked as long as there are more.
func TestAllDeadLettersAreReplayedOnce(t *testing.T) {
	var asked []*notificationsv1.ReplayDeadLettersRequest
	err := ReplayDeadLetters{All: true}.each(func(req *notificationsv1.ReplayDeadLettersRequest) (bool, error) {
		asked = append(asked, req)
		return len(asked) < 3, nil
	})
	check(t, err)
	if len(asked) != 3 || asked[0].GetFilter().GetTo() == nil || !proto.Equal(asked[0], asked[2]) {
		t.Errorf("asked %v", asked)
	}
	asked = nil
	ids := make([]string, 251)
	check(t, ReplayDeadLetters{Dispatches: ids}.each(func(req *notificationsv1.ReplayDeadLettersRequest) (bool, error) {
		asked = append(asked, req)
		return false, nil
	}))
	if len(asked) != 2 || len(asked[0].GetParts()) != 500 || len(asked[1].GetParts()) != 2 {
		t.Errorf("asked %d times", len(asked))
	}
}

// screening is a dispatch service whose streams the test writes.
type screening struct {
	notificationsv1.DispatchServiceClient
	streams []*scripted
	asked   []*notificationsv1.WatchDispatchesRequest
}

// scripted is a stream that sends some dispatches and ends with an error.
type scripted struct {
	grpc.ClientStream
	ctx  context.Context
	send []*notificationsv1.Dispatch
	end  error // nil to wait for the watcher to go
}

func (s *screening) WatchDispatches(ctx context.Context, req *notificationsv1.WatchDispatchesRequest, _ ...grpc.CallOption) (grpc.ServerStreamingClient[notificationsv1.WatchDispatchesResponse], error) {
	s.asked = append(s.asked, req)
	next := s.streams[0]
	s.streams = s.streams[1:]
	next.ctx = ctx
	return next, nil
}

func (s *scripted) Recv() (*notificationsv1.WatchDispatchesResponse, error) {
	if len(s.send) == 0 {
		if s.end == nil {
			<-s.ctx.Done()
			return nil, status.FromContextError(s.ctx.Err()).Err()
		}
		return nil, s.end
	}
	next := s.send[0]
	s.send = s.send[1:]
	return &notificationsv1.WatchDispatchesResponse{Dispatch: next}, nil
}

// shownTo counts what is shown, and calls back.
type shownTo func(*notificationsv1.Dispatch)

func (f shownTo) show(d *notificationsv1.Dispatch) error { f(d); return nil }

func TestAWatchGoesOnAndEnds(t *testing.T) {
	away, late := status.Error(codes.Unavailable, "away"), status.Error(codes.DeadlineExceeded, "an hour")
	one := func(id string) []*notificationsv1.Dispatch { return []*notificationsv1.Dispatch{dispatched(id)} }
	for name, c := range map[string]struct {
		streams []*scripted
		shown   string
		code    codes.Code
		notes   int
	}{
		"to its end":               {[]*scripted{{send: one("a"), end: io.EOF}}, "a", codes.OK, 0},
		"past a replica's end":     {[]*scripted{{send: one("a"), end: away}, {send: one("b"), end: io.EOF}}, "a b", codes.OK, 0},
		"past the window's bound":  {[]*scripted{{send: one("a"), end: late}, {send: one("b"), end: io.EOF}}, "a b", codes.OK, 0},
		"while nobody answers":     {[]*scripted{{end: away}, {end: away}, {send: one("a"), end: io.EOF}}, "a", codes.OK, 1},
		"not where it is refused":  {[]*scripted{{end: status.Error(codes.ResourceExhausted, "too many")}}, "", codes.ResourceExhausted, 0},
		"not where there is none":  {[]*scripted{{end: status.Error(codes.NotFound, "none")}}, "", codes.NotFound, 0},
		"until the operator stops": {[]*scripted{{send: one("stop")}}, "stop", codes.OK, 0},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var shown []string
			var notes bytes.Buffer
			calls := &screening{streams: c.streams}
			err := WatchDispatches{ID: "a"}.run(ctx, calls, shownTo(func(d *notificationsv1.Dispatch) {
				shown = append(shown, d.GetDispatchId())
				if d.GetDispatchId() == "stop" {
					cancel()
				}
			}), &notes, &backoff.ZeroBackOff{})
			if status.Code(err) != c.code || strings.Join(shown, " ") != c.shown || strings.Count(notes.String(), "\n") != c.notes {
				t.Errorf("%v, shown %v, notes %q", err, shown, notes.String())
			}
			if asked := calls.asked[0]; asked.GetDispatchId() != "a" || asked.GetFilter() != nil {
				t.Errorf("asked %v", asked)
			}
		})
	}
	if _, err := parse[WatchDispatches](t, "a", "--provider=7"); err == nil {
		t.Error("a dispatch and a filter were taken")
	}
}

func TestAWatchAsksForItsFilter(t *testing.T) {
	command, err := parse[WatchDispatches](t, "--provider=7", "--status=failed")
	check(t, err)
	calls := &screening{streams: []*scripted{{end: io.EOF}}}
	check(t, command.run(t.Context(), calls, shownTo(nil), io.Discard, &backoff.ZeroBackOff{}))
	want := &notificationsv1.WatchDispatchesRequest{Filter: &notificationsv1.DispatchFilter{ProviderId: 7, Status: notificationsv1.Status_STATUS_FAILED}}
	if !proto.Equal(calls.asked[0], want) {
		t.Errorf("asked %v", calls.asked[0])
	}
}

func TestAwayFromATerminalChangesAreLines(t *testing.T) {
	var shown bytes.Buffer
	view := newDispatchView(Output{Writer: &shown})
	check(t, view.show(dispatched("a")))
	check(t, view.show(dispatched("b")))
	if shown.String() != "a"+dispatchedLine+"b"+dispatchedLine {
		t.Errorf("shown: %q", shown.String())
	}
	shown.Reset()
	view = newDispatchView(Output{Writer: &shown, JSON: true})
	check(t, view.show(dispatched("a")))
	check(t, view.show(dispatched("a")))
	lines := strings.SplitAfter(shown.String(), "\n")
	if len(lines) != 3 || lines[0] != lines[1] || !strings.Contains(lines[0], `"dispatch_id":"a"`) {
		t.Errorf("shown: %q", shown.String())
	}
}

// screenOf is what a terminal shows of a text that moves up and clears what is below.
func screenOf(text string) []string {
	var lines []string
	for text != "" {
		var up int
		if _, err := fmt.Sscanf(text, "\x1b[%dA", &up); err == nil {
			lines = lines[:len(lines)-up]
			text = text[strings.Index(text, "A")+1:]
		}
		text = strings.TrimPrefix(text, "\r\x1b[J")
		line, rest, _ := strings.Cut(text, "\n")
		lines, text = append(lines, line), rest
	}
	return lines
}

func TestOnATerminalATableFollows(t *testing.T) {
	var written bytes.Buffer
	width, height := 200, 6
	view := &dispatchTable{writer: &written, size: func() (int, int) { return width, height }}
	check(t, view.show(dispatched("a")))
	check(t, view.show(dispatched("b")))
	check(t, view.show(dispatched("c")))
	ended := dispatched("b")
	ended.Parts = ended.GetParts()[:1]
	check(t, view.show(ended))
	screen := screenOf(written.String())
	var first []string
	for _, line := range screen {
		word, _, _ := strings.Cut(line, " ")
		first = append(first, word)
	}
	// As many lines as fit, the newest change first.
	if !slices.Equal(first, []string{"DISPATCH", "b", "c", "", "a"}) {
		t.Errorf("the screen is\n%s", strings.Join(screen, "\n"))
	}
	if !strings.Contains(screen[1], "notification sms") || !strings.Contains(screen[1], "bad_address   2          kannel") {
		t.Errorf("a row is %q", screen[1])
	}
	width, height = 20, 1
	check(t, view.show(dispatched("d")))
	if screen := screenOf(written.String()); len(screen) != 1 || len(screen[0]) > 19 {
		t.Errorf("on a small terminal: %q", screen)
	}
}
