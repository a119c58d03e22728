package platform

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
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
	failure errorsv1.Reason
	calls   int
}

func (i *issuer) IssueCredential(context.Context, *authv1.IssueCredentialRequest, ...grpc.CallOption) (*authv1.IssueCredentialResponse, error) {
	i.calls++
	if i.failure != errorsv1.Reason_REASON_UNSPECIFIED {
		return nil, rpcerr.New(i.failure, "refused")
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
				auth := &issuer{failure: failure}
				c := &localCredential{
					operators: auth, path: filepath.Join(t.TempDir(), "operator.pem"), logger: slog.New(slog.NewTextHandler(&log, nil)),
				}
				c.renew(t.Context())
				ctx, cancel := context.WithCancel(t.Context())
				ended := make(chan error)
				go func() { ended <- c.keep(ctx) }()
				tries := func(after time.Duration, want int) {
					t.Helper()
					time.Sleep(after) // the bubble's clock
					synctest.Wait()
					if auth.calls != want {
						t.Fatalf("tried %d times, want %d", auth.calls, want)
					}
				}
				tries(3*renewRetry, 4)
				if text := log.String(); strings.Count(text, "\n") != 1 || !strings.Contains(text, says) {
					t.Errorf("logged %s", text)
				}
				auth.failure = errorsv1.Reason_REASON_UNSPECIFIED
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
