package platform

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// issuer issues a credential, or fails for a reason.
type issuer struct {
	authv1.OperatorServiceClient
	failure atomic.Int32 // an errorsv1.Reason
	calls   atomic.Int32
}

func (i *issuer) IssueCredential(context.Context, *authv1.IssueCredentialRequest, ...grpc.CallOption) (*authv1.IssueCredentialResponse, error) {
	i.calls.Add(1)
	if failure := errorsv1.Reason(i.failure.Load()); failure != errorsv1.Reason_REASON_UNSPECIFIED {
		return nil, rpcerr.New(failure, "refused")
	}
	return &authv1.IssueCredentialResponse{Certificate: []byte("certificate")}, nil
}

func TestACredentialThatCannotBeRenewed(t *testing.T) {
	for failure, says := range map[errorsv1.Reason]string{
		errorsv1.Reason_REASON_PERMISSION_DENIED: "admin operator enable local",
		errorsv1.Reason_REASON_UNAVAILABLE:       "trying again",
	} {
		t.Run(failure.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var log bytes.Buffer
				auth := &issuer{}
				auth.failure.Store(int32(failure))
				c := &localCredential{
					operators: auth, path: filepath.Join(t.TempDir(), "operator.pem"), logger: slog.New(slog.NewTextHandler(&log, nil)),
				}
				c.renew(t.Context())
				ctx, cancel := context.WithCancel(t.Context())
				ended := make(chan error)
				go func() { ended <- c.keep(ctx) }()
				tries := func(after time.Duration, want int32) {
					t.Helper()
					<-time.After(after) // by the bubble's clock
					synctest.Wait()
					if got := auth.calls.Load(); got != want {
						t.Fatalf("tried %d times, want %d", got, want)
					}
				}
				tries(3*renewRetry, 4)
				if text := log.String(); strings.Count(text, "\n") != 1 || !strings.Contains(text, says) {
					t.Errorf("logged %s", text)
				}
				auth.failure.Store(int32(errorsv1.Reason_REASON_UNSPECIFIED))
				tries(renewRetry, 5)
				if _, err := os.Stat(c.path); err != nil {
					t.Error(err)
				}
				tries(operatorLife/2-time.Second, 5)
				tries(time.Second, 6)
				cancel()
				if err := <-ended; err != nil {
					t.Error(err)
				}
			})
		})
	}
}
