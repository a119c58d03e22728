package authn

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"google.golang.org/grpc"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// Streams that end are opened again after a random pause up to a bound that doubles from the first to the last.
const (
	firstPause = 100 * time.Millisecond
	lastPause  = 2 * time.Second
)

// RevocationWatcher opens auth's stream of revocations; authv1.TokenServiceClient is one.
type RevocationWatcher interface {
	WatchRevocations(ctx context.Context, in *authv1.WatchRevocationsRequest, opts ...grpc.CallOption) (grpc.ServerStreamingClient[authv1.WatchRevocationsResponse], error)
}

// Run feeds the view until ctx ends, and returns nil then. Streams that end or fall silent are opened again, after the
// last cursor.
func (r *Revocations) Run(ctx context.Context) error {
	told := false
	for bound := firstPause; ; bound = min(2*bound, lastPause) {
		heard, err := r.watch(ctx)
		if heard {
			bound, told = firstPause, false
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(rand.N(bound)): //nolint:gosec // jitter is no secret
		}
		level := slog.LevelWarn
		if told {
			level = slog.LevelDebug // an outage is told once
		}
		told = true
		r.logger.Log(ctx, level, "the stream of revocations ended; opening it again", "error", err)
	}
}

// watch feeds the view from one stream. It tells whether it heard anything, and why the stream ended.
func (r *Revocations) watch(ctx context.Context) (heard bool, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	silent := time.AfterFunc(silence, func() { cancel(fmt.Errorf("nothing heard for %v", silence)) })
	defer silent.Stop()

	stream, err := r.client.WatchRevocations(ctx, &authv1.WatchRevocationsRequest{Cursor: r.begin()})
	if err != nil {
		return false, fmt.Errorf("opening: %w", orCause(ctx, err))
	}
	for {
		message, err := stream.Recv()
		if err != nil {
			return heard, fmt.Errorf("receiving: %w", orCause(ctx, err))
		}
		silent.Reset(silence)
		if err := r.apply(message); err != nil {
			return heard, err
		}
		heard = true
	}
}

// orCause prefers why we ended a stream to how the call reports it.
func orCause(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}
