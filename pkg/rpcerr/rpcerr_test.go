package rpcerr_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

func TestEveryReasonHasItsCode(t *testing.T) {
	for number, name := range errorsv1.Reason_name {
		reason := errorsv1.Reason(number)
		got := rpcerr.Code(reason)
		if got == codes.OK {
			t.Errorf("%s has the code OK", name)
		}
		if (got == codes.Unknown) != (reason == errorsv1.Reason_REASON_UNSPECIFIED) {
			t.Errorf("%s has the code %s", name, got)
		}
	}
}

// received is err as a caller gets it after the wire.
func received(err error) error {
	return status.FromProto(rpcerr.Public(err).Proto()).Err()
}

func TestDetailsSurviveTheWire(t *testing.T) {
	cause := errors.New("dial 10.0.0.7: refused")
	err := rpcerr.Wrap(errorsv1.Reason_REASON_FIELD_INVALID, cause, "a field is wrong",
		rpcerr.Field("client.name", "string.max_len"), rpcerr.Field("scopes", "repeated.unique"),
		rpcerr.Meta("scope", "read"), rpcerr.RetryAfter(3*time.Second))

	for name, got := range map[string]error{"here": err, "wrapped": fmt.Errorf("creating: %w", err), "there": received(err)} {
		t.Run(name, func(t *testing.T) {
			if r := rpcerr.Reason(got); r != errorsv1.Reason_REASON_FIELD_INVALID {
				t.Errorf("reason %s", r)
			}
			want := []rpcerr.Violation{{Field: "client.name", Description: "string.max_len"}, {Field: "scopes", Description: "repeated.unique"}}
			if diff := cmp.Diff(want, rpcerr.Fields(got)); diff != "" {
				t.Error(diff)
			}
			if v := rpcerr.Metadata(got, "scope"); v != "read" {
				t.Errorf("metadata %q", v)
			}
			if d, ok := rpcerr.Delay(got); !ok || d != 3*time.Second {
				t.Errorf("delay %v %v", d, ok)
			}
		})
	}
	if rpcerr.Cause(err) != cause || !errors.Is(err, cause) {
		t.Error("the cause is lost to the log")
	}
	if text := rpcerr.Public(err).String(); strings.Contains(text, "10.0.0.7") {
		t.Errorf("the cause got out: %s", text)
	}
}

func TestReasonOfForeignErrors(t *testing.T) {
	const (
		internal    = errorsv1.Reason_REASON_INTERNAL
		unavailable = errorsv1.Reason_REASON_UNAVAILABLE
		deadline    = errorsv1.Reason_REASON_DEADLINE_EXCEEDED
		cancelled   = errorsv1.Reason_REASON_CANCELLED
	)
	foreign, err := status.New(codes.NotFound, "secret").WithDetails(&errdetails.ErrorInfo{Domain: "elsewhere", Reason: "REASON_CLIENT_NOT_FOUND"})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		err  error
		want errorsv1.Reason
	}{
		"plain":              {errors.New("secret"), internal},
		"bare unavailable":   {status.Error(codes.Unavailable, "secret"), unavailable},
		"bare deadline":      {status.Error(codes.DeadlineExceeded, "secret"), deadline},
		"bare canceled":      {status.Error(codes.Canceled, "secret"), cancelled},
		"bare not found":     {status.Error(codes.NotFound, "secret"), internal},
		"other domain":       {foreign.Err(), internal},
		"context deadline":   {fmt.Errorf("reading secret: %w", context.DeadlineExceeded), deadline},
		"context canceled":   {fmt.Errorf("reading secret: %w", context.Canceled), cancelled},
		"wrapped bare":       {fmt.Errorf("calling secret: %w", status.Error(codes.Unavailable, "x")), unavailable},
		"internal by reason": {rpcerr.New(internal, "secret"), internal},
		"no reason":          {rpcerr.New(errorsv1.Reason_REASON_UNSPECIFIED, "secret"), internal},
		"unknown number":     {received(rpcerr.New(errorsv1.Reason(9999), "secret")), internal},
	} {
		t.Run(name, func(t *testing.T) {
			if got := rpcerr.Reason(c.err); got != c.want {
				t.Errorf("reason %s, want %s", got, c.want)
			}
			public := rpcerr.Public(c.err)
			if public.Code() != rpcerr.Code(c.want) {
				t.Errorf("code %s", public.Code())
			}
			if strings.Contains(public.String(), "secret") {
				t.Errorf("text of the inside got out: %s", public)
			}
		})
	}
}

func TestUnavailableSaysWhenToRetry(t *testing.T) {
	if d, ok := rpcerr.Delay(rpcerr.New(errorsv1.Reason_REASON_UNAVAILABLE, "away")); !ok || d <= 0 {
		t.Errorf("delay %v %v", d, ok)
	}
}

func TestNilIsNoError(t *testing.T) {
	if rpcerr.Public(nil) != nil || rpcerr.FromError(nil) != nil || rpcerr.Cause(nil) != nil {
		t.Error("nil became an error")
	}
	if rpcerr.Reason(nil) != errorsv1.Reason_REASON_UNSPECIFIED {
		t.Error("nil has a reason")
	}
}
