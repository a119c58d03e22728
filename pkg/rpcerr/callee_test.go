package rpcerr_test

import (
	"context"
	"errors"
	"testing"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

func TestWhatACalleeHasAgainstUsIsNotOurCallersFault(t *testing.T) {
	for _, c := range []struct {
		err  error
		want errorsv1.Reason
	}{
		{context.Canceled, errorsv1.Reason_REASON_CANCELLED},
		{context.DeadlineExceeded, errorsv1.Reason_REASON_DEADLINE_EXCEEDED},
		{rpcerr.New(errorsv1.Reason_REASON_UNAVAILABLE, "away"), errorsv1.Reason_REASON_UNAVAILABLE},
		{rpcerr.New(errorsv1.Reason_REASON_RATE_LIMITED, "slower"), errorsv1.Reason_REASON_UNAVAILABLE},
		{rpcerr.New(errorsv1.Reason_REASON_CREDENTIAL_INVALID, "who?"), errorsv1.Reason_REASON_UNAVAILABLE},
		{rpcerr.Missing("a"), errorsv1.Reason_REASON_INTERNAL},
		{errors.New("odd"), errorsv1.Reason_REASON_INTERNAL},
	} {
		got := rpcerr.FromCallee("identity", received(c.err))
		if rpcerr.Reason(got) != c.want || len(rpcerr.Fields(got)) != 0 {
			t.Errorf("%v becomes %v", c.err, got)
		}
	}
}
