package admin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/cenkalti/backoff/v5"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

// WatchDispatches watches dispatches.
type WatchDispatches struct {
	ID string `arg:"" optional:"" help:"One dispatch, to its end; without it those of the filter, from now on."`
	DispatchFilter
}

// Help says what is shown and how it ends.
func (WatchDispatches) Help() string {
	return `On a terminal a table shows the dispatches that changed last, and follows them. Elsewhere each change is a line, with --json a line of JSON: changes close together are one.

It ends with Ctrl-C, and for one dispatch by itself when nothing more can happen to it, or half a minute after it was sent and no receipt came; both are exit code 0. When the platform is away it tries again for 2 minutes; what changes meanwhile is not shown, but for one dispatch.`
}

// Validate is called when the command line was read.
func (c WatchDispatches) Validate() error {
	if c.ID != "" && c.DispatchFilter != (DispatchFilter{}) {
		return errors.New("name a dispatch, or give a filter: not both")
	}
	return nil
}

// Run does it.
func (c WatchDispatches) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	return c.run(ctx, notificationsv1.NewDispatchServiceClient(conn), newDispatchView(out), os.Stderr, backoff.NewExponentialBackOff())
}

// dispatchView shows dispatches as they change.
type dispatchView interface {
	show(*notificationsv1.Dispatch) error
}

func (c WatchDispatches) run(ctx context.Context, calls notificationsv1.DispatchServiceClient, view dispatchView, notes io.Writer, pauses backoff.BackOff) error {
	request := &notificationsv1.WatchDispatchesRequest{DispatchId: c.ID}
	if c.ID == "" {
		request.Filter = c.proto()
	}
	told := false
	for ended := false; !ended; {
		var err error
		pauses.Reset()
		ended, err = backoff.Retry(ctx, func() (bool, error) {
			began := time.Now()
			heard, err := c.follow(ctx, calls, request, view)
			code := status.Code(err)
			away := code == codes.Unavailable || code == codes.DeadlineExceeded
			switch {
			case err == nil:
				return true, nil
			case away && (heard || time.Since(began) > maxOutage): // it was there: it has all the time again
				return false, nil
			case away:
				return false, err
			}
			return false, backoff.Permanent(err)
		}, backoff.WithBackOff(pauses), backoff.WithMaxElapsedTime(maxOutage), backoff.WithNotify(func(error, time.Duration) {
			if !told {
				told = true
				fmt.Fprintf(notes, "The platform does not answer: trying again for %s.\n", maxOutage)
			}
		}))
		select {
		case <-ctx.Done(): // who watches has seen enough
			return nil
		default:
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// follow shows what one stream sends, to its end; heard tells whether it sent anything.
func (c WatchDispatches) follow(ctx context.Context, calls notificationsv1.DispatchServiceClient, request *notificationsv1.WatchDispatchesRequest, view dispatchView) (heard bool, err error) {
	stream, err := calls.WatchDispatches(ctx, request)
	if err != nil {
		return false, err
	}
	for {
		message, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return heard, nil
		}
		if err != nil {
			return heard, err
		}
		heard = true
		if err := view.show(message.GetDispatch()); err != nil {
			return heard, err
		}
	}
}
