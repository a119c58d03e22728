package authn_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/authn"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// auth hands out streams that the test feeds.
type auth struct {
	streams chan *stream
	refuse  bool
	opened  int
}

type stream struct {
	grpc.ClientStream
	ctx      context.Context
	cursor   int64
	messages chan *authv1.WatchRevocationsResponse
}

func (a *auth) WatchRevocations(ctx context.Context, in *authv1.WatchRevocationsRequest, _ ...grpc.CallOption) (grpc.ServerStreamingClient[authv1.WatchRevocationsResponse], error) {
	a.opened++
	if a.refuse {
		return nil, errors.New("refused")
	}
	s := &stream{ctx: ctx, cursor: in.GetCursor(), messages: make(chan *authv1.WatchRevocationsResponse)}
	a.streams <- s
	return s, nil
}

func (s *stream) Recv() (*authv1.WatchRevocationsResponse, error) {
	select {
	case m, ok := <-s.messages:
		if !ok {
			return nil, io.EOF
		}
		return m, nil
	case <-s.ctx.Done():
		return nil, s.ctx.Err()
	}
}

func (s *stream) send(cursor int64, revocations ...*authv1.Revocation) {
	s.messages <- &authv1.WatchRevocationsResponse{Cursor: cursor, Revocations: revocations}
	synctest.Wait()
}

func (s *stream) reset(cursor int64) {
	s.messages <- &authv1.WatchRevocationsResponse{Cursor: cursor, Reset_: true}
	synctest.Wait()
}

func token(id string, end time.Time) *authv1.Revocation {
	return &authv1.Revocation{Kind: authv1.RevocationKind_REVOCATION_KIND_TOKEN, Key: id, ExpiresAt: timestamppb.New(end)}
}

func key(id string, end time.Time) *authv1.Revocation {
	return &authv1.Revocation{Kind: authv1.RevocationKind_REVOCATION_KIND_KEY, Key: id, ExpiresAt: timestamppb.New(end)}
}

func cutOff(kind authv1.RevocationKind, key string, epoch int64) *authv1.Revocation {
	return &authv1.Revocation{Kind: kind, Key: key, Epoch: epoch}
}

// watching runs test beside a view that is fed by auth, with a clock that jumps when all wait.
func watching(t *testing.T, test func(t *testing.T, view *authn.Revocations, a *auth)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		a := &auth{streams: make(chan *stream)}
		view := authn.NewRevocations(a, time.Now, slog.New(slog.DiscardHandler))
		var running sync.WaitGroup
		running.Go(func() {
			if err := view.Run(ctx); err != nil {
				t.Error(err)
			}
		})
		defer running.Wait()
		defer cancel()
		test(t, view, a)
	})
}

// pass lets time go by, for watching's clock in an instant.
func pass(d time.Duration) { <-time.After(d) }

func expectFresh(t *testing.T, view *authn.Revocations, want bool, when string) {
	t.Helper()
	if view.Fresh() != want {
		t.Errorf("%s: fresh is %v", when, !want)
	}
}

func TestFreshness(t *testing.T) {
	watching(t, func(t *testing.T, view *authn.Revocations, a *auth) {
		s := <-a.streams
		expectFresh(t, view, false, "before anything is heard")
		s.send(1, token("t1", time.Now().Add(time.Hour)))
		expectFresh(t, view, false, "in the middle of the snapshot")
		s.send(1)
		expectFresh(t, view, true, "after a heartbeat")
		pass(2999 * time.Millisecond)
		expectFresh(t, view, true, "just before three seconds")
		s.send(2, token("t2", time.Now().Add(time.Hour)))
		pass(2999 * time.Millisecond)
		expectFresh(t, view, true, "news counts as a heartbeat")
		pass(time.Millisecond)
		expectFresh(t, view, false, "after three seconds of silence")

		next := <-a.streams
		if next.cursor != 2 {
			t.Errorf("continued after %d", next.cursor)
		}
		next.send(3, token("t3", time.Now().Add(time.Hour)))
		expectFresh(t, view, false, "in the middle of what was missed")
		next.send(3)
		expectFresh(t, view, true, "caught up")
	})
}

func TestEndedStreamKeepsFreshnessUntilSilence(t *testing.T) {
	watching(t, func(t *testing.T, view *authn.Revocations, a *auth) {
		s := <-a.streams
		s.send(1)
		close(s.messages)
		next := <-a.streams
		expectFresh(t, view, true, "reopened in time")
		next.reset(9)
		expectFresh(t, view, false, "after a reset")
		next.send(9)
		expectFresh(t, view, true, "after a reset and a heartbeat")
	})
}

func TestRevoked(t *testing.T) {
	watching(t, func(t *testing.T, view *authn.Revocations, a *auth) {
		s := <-a.streams
		s.send(4,
			token("t1", time.Now().Add(time.Hour)),
			key("k1", time.Now().Add(time.Hour)),
			cutOff(authv1.RevocationKind_REVOCATION_KIND_CLIENT, "c1", 3),
			cutOff(authv1.RevocationKind_REVOCATION_KIND_CLIENT, "c1", 2),
			cutOff(authv1.RevocationKind_REVOCATION_KIND_OPERATOR, "ana", 1))
		cases := map[string]struct {
			p    *authv1.Principal
			want bool
		}{
			"revoked token":          {&authv1.Principal{TokenId: "t1", ClientId: "c2"}, true},
			"other token":            {&authv1.Principal{TokenId: "t2", ClientId: "c2"}, false},
			"of a retired key":       {&authv1.Principal{TokenId: "t2", ClientId: "c2", KeyId: "k1"}, true},
			"of another key":         {&authv1.Principal{TokenId: "t2", ClientId: "c2", KeyId: "t1"}, false},
			"token named as a key":   {&authv1.Principal{TokenId: "k1"}, false},
			"client before cut-off":  {&authv1.Principal{ClientId: "c1", Epoch: 2}, true},
			"client since cut-off":   {&authv1.Principal{ClientId: "c1", Epoch: 3}, false},
			"operator before":        {&authv1.Principal{Operator: "ana"}, true},
			"operator since":         {&authv1.Principal{Operator: "ana", Epoch: 1}, false},
			"operator named as c1":   {&authv1.Principal{Operator: "c1"}, false},
			"peer":                   {&authv1.Principal{Peer: "gateway"}, false},
			"client named as no one": {&authv1.Principal{ClientId: "ana"}, false},
		}
		for name, c := range cases {
			if got := view.Revoked(c.p); got != c.want {
				t.Errorf("%s: %v", name, got)
			}
		}
		s.reset(0)
		for name, c := range cases {
			if view.Revoked(c.p) {
				t.Errorf("%s: revoked after a reset", name)
			}
		}
	})
}

func TestChanged(t *testing.T) {
	watching(t, func(t *testing.T, view *authn.Revocations, a *auth) {
		s := <-a.streams
		client, other := &authv1.Principal{ClientId: "c1"}, &authv1.Principal{ClientId: "c2"}
		before := time.Now()
		pass(time.Second)
		s.send(1, cutOff(authv1.RevocationKind_REVOCATION_KIND_CLIENT, "c1", 0))
		if !view.Changed(client, before) || view.Changed(client, time.Now().Add(time.Millisecond)) || view.Changed(other, before) {
			t.Error("changed at another time, or another client")
		}
		if view.Revoked(client) {
			t.Error("a change that cut nothing off revoked a credential")
		}
		for range 130 {
			pass(time.Second)
			s.send(1)
		}
		if view.Changed(client, before) {
			t.Error("kept a change for two minutes")
		}
	})
}

func TestEndedTokensAreForgotten(t *testing.T) {
	watching(t, func(t *testing.T, view *authn.Revocations, a *auth) {
		s := <-a.streams
		s.send(1, token("t1", time.Now().Add(time.Second)), token("old", time.Now().Add(-time.Hour)),
			key("k1", time.Now().Add(time.Second)))
		if view.Revoked(&authv1.Principal{TokenId: "old"}) {
			t.Error("kept a token that had ended")
		}
		if !view.Revoked(&authv1.Principal{KeyId: "k1"}) {
			t.Error("forgot a key whose tokens live")
		}
		for range 130 {
			pass(time.Second)
			s.send(1)
		}
		if view.Revoked(&authv1.Principal{TokenId: "t1"}) {
			t.Error("kept a token two minutes after its end")
		}
		if view.Revoked(&authv1.Principal{KeyId: "k1"}) {
			t.Error("kept a key two minutes after the end of its last token")
		}
	})
}

func TestUnknownKindIsNotPassedOver(t *testing.T) {
	watching(t, func(t *testing.T, view *authn.Revocations, a *auth) {
		s := <-a.streams
		s.send(1)
		s.send(2, cutOff(authv1.RevocationKind(99), "x", 1))
		if next := <-a.streams; next.cursor != 1 {
			t.Errorf("continued after %d", next.cursor)
		}
		pass(3 * time.Second)
		expectFresh(t, view, false, "with a revocation that is not understood")
	})
}

func TestReopeningBacksOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		a := &auth{refuse: true}
		if err := authn.NewRevocations(a, time.Now, slog.New(slog.DiscardHandler)).Run(ctx); err != nil {
			t.Error(err)
		}
		if a.opened < 15 || a.opened > 300 {
			t.Errorf("%d attempts in a minute", a.opened)
		}
	})
}
