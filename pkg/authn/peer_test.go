package authn_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// exchanger stands for auth: it gives token-1, token-2 and so on.
type exchanger struct {
	clock *testkit.Clock
	life  time.Duration
	asked atomic.Int32
	fails atomic.Bool
	// entered and leave, when they are there, stop each exchange on its way.
	entered, leave chan struct{}
}

var errAway = errors.New("away")

func (e *exchanger) Exchange(_ context.Context, in *authv1.ExchangeRequest, _ ...grpc.CallOption) (*authv1.ExchangeResponse, error) {
	n := e.asked.Add(1)
	if e.entered != nil {
		e.entered <- struct{}{}
		<-e.leave
	}
	if e.fails.Load() {
		return nil, errAway
	}
	if in.GetPeer() == nil || in.GetAudience() != "identity" {
		return nil, rpcerr.Missing("credential")
	}
	return &authv1.ExchangeResponse{
		InternalToken: fmt.Sprint("token-", n), ExpiresAt: timestamppb.New(e.clock.Now().Add(e.life)),
	}, nil
}

func peer() (*exchanger, *authn.PeerCredentials) {
	e := &exchanger{clock: testkit.NewClock(time.Unix(1_800_000_000, 0)), life: authn.MaxLife}
	return e, authn.NewPeerCredentials(e, "identity", e.clock.Now)
}

// carries fails the test unless the next call carries the token, after so many exchanges.
func (e *exchanger) carries(t *testing.T, c *authn.PeerCredentials, token string, asked int32) {
	t.Helper()
	got, err := c.GetRequestMetadata(t.Context())
	if err != nil || got["authorization"] != "Bearer "+token || e.asked.Load() != asked {
		t.Errorf("got %v, %v after %d exchanges; want %s after %d", got, err, e.asked.Load(), token, asked)
	}
}

func TestAPeersTokenIsKeptUntilAMinuteBeforeItsEnd(t *testing.T) {
	e, c := peer()
	e.carries(t, c, "token-1", 1)
	e.clock.Advance(authn.MaxLife - time.Minute - time.Millisecond)
	e.carries(t, c, "token-1", 1)
	e.clock.Advance(time.Millisecond)
	e.carries(t, c, "token-2", 2)
	if !c.RequireTransportSecurity() {
		t.Error("the token goes in the clear")
	}
}

func TestAPeersTokenServesWhileAuthIsAway(t *testing.T) {
	e, c := peer()
	e.carries(t, c, "token-1", 1)
	e.fails.Store(true)
	e.clock.Advance(authn.MaxLife - 30*time.Second)
	e.carries(t, c, "token-1", 2)
	e.carries(t, c, "token-1", 2) // not asked again at once
	e.clock.Advance(time.Second)
	e.carries(t, c, "token-1", 3)

	e.clock.Advance(30 * time.Second)
	for range 3 {
		_, err := c.GetRequestMetadata(t.Context())
		if rpcerr.Reason(err) != unavailable || !errors.Is(err, errAway) {
			t.Errorf("over: %v", err)
		}
	}
	if asked := e.asked.Load(); asked != 4 {
		t.Errorf("asked %d times", asked)
	}
	e.fails.Store(false)
	e.clock.Advance(time.Second)
	e.carries(t, c, "token-5", 5)
}

func TestATokenThatIsOverAtOnceIsNoReasonToAskForEver(t *testing.T) {
	e, c := peer()
	e.life = 0
	for range 3 {
		if _, err := c.GetRequestMetadata(t.Context()); rpcerr.Reason(err) != unavailable {
			t.Error(err)
		}
	}
	if asked := e.asked.Load(); asked != 1 {
		t.Errorf("asked %d times", asked)
	}
}

func TestCallsAtOnceShareAnExchange(t *testing.T) {
	e, c := peer()
	e.entered, e.leave = make(chan struct{}), make(chan struct{})
	var calls sync.WaitGroup
	for range 100 {
		calls.Go(func() {
			if got, err := c.GetRequestMetadata(context.Background()); err != nil || got["authorization"] != "Bearer token-1" {
				t.Errorf("%v %v", got, err)
			}
		})
	}
	<-e.entered

	// One that cannot wait goes, and takes nobody with it.
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.GetRequestMetadata(gone); status.Code(err) != codes.Canceled {
		t.Errorf("one that went away: %v", err)
	}
	close(e.leave)
	calls.Wait()
	if asked := e.asked.Load(); asked != 1 {
		t.Errorf("asked %d times", asked)
	}
}

func TestNobodyWaitsForTheNextTokenWhileThereIsOne(t *testing.T) {
	e, c := peer()
	e.carries(t, c, "token-1", 1)
	e.clock.Advance(authn.MaxLife - time.Minute)
	e.entered, e.leave = make(chan struct{}), make(chan struct{})
	var exchange sync.WaitGroup
	exchange.Go(func() { e.carries(t, c, "token-2", 2) })
	<-e.entered
	e.carries(t, c, "token-1", 2)
	close(e.leave)
	exchange.Wait()
}

// refusing is a service that refuses some tokens; it is called as the interceptor would call the next.
func refusing(c *authn.PeerCredentials, shown *[]string, refused ...string) grpc.UnaryInvoker {
	return func(ctx context.Context, _ string, _, _ any, _ *grpc.ClientConn, _ ...grpc.CallOption) error {
		md, err := c.GetRequestMetadata(ctx)
		if err != nil {
			return err
		}
		*shown = append(*shown, md["authorization"])
		for _, token := range refused {
			if md["authorization"] == "Bearer "+token {
				return rpcerr.New(invalid, "the credential is not valid")
			}
		}
		return nil
	}
}

func TestARefusedPeersTokenIsExchangedAnewOnce(t *testing.T) {
	e, c := peer()
	for _, step := range []struct {
		name    string
		refused []string
		shown   int
		fails   bool
	}{
		{"the first, just exchanged", []string{"token-1"}, 1, true},
		{"the first, kept", []string{"token-1"}, 2, false},
		{"the second, kept", nil, 1, false},
		{"every one", []string{"token-2", "token-3"}, 2, true},
	} {
		var shown []string
		e.clock.Advance(time.Second)
		err := c.Again(t.Context(), "", nil, nil, nil, refusing(c, &shown, step.refused...))
		if len(shown) != step.shown || (rpcerr.Reason(err) == invalid) != step.fails {
			t.Errorf("%s: %v, shown %v", step.name, err, shown)
		}
	}

	calls := 0
	err := c.Again(t.Context(), "", nil, nil, nil, func(context.Context, string, any, any, *grpc.ClientConn, ...grpc.CallOption) error {
		calls++
		return errAway
	})
	if !errors.Is(err, errAway) || calls != 1 {
		t.Errorf("another failure: %v after %d calls", err, calls)
	}
}
