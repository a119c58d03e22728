package credential_test

import (
	"context"
	"testing"
	"time"

	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/gateway/credential"
	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

var _ credential.Limits = edge.Callers{}

const limited = errorsv1.Reason_REASON_RATE_LIMITED

func TestEveryCallIsChargedAndOnlyFailuresCountAsSuch(t *testing.T) {
	w, exchange := start(t)
	w.expect(t, exchange, "a", "internal-1")
	w.expect(t, exchange, "a", "internal-1")
	w.err = rpcerr.New(errorsv1.Reason_REASON_UNAVAILABLE, "away")
	_, _ = exchange("b")
	if w.charged.Load() != 2 || w.failed.Load() != 0 {
		t.Errorf("charged %d calls, %d failures", w.charged.Load(), w.failed.Load())
	}
	for i, reason := range []errorsv1.Reason{invalid, errorsv1.Reason_REASON_FIELD_INVALID} {
		w.err = rpcerr.New(reason, "refused")
		_, _ = exchange("b")
		if w.charged.Load() != 2 || w.failed.Load() != int64(i+1) {
			t.Errorf("%s: charged %d calls, %d failures", reason, w.charged.Load(), w.failed.Load())
		}
	}
	w.over = true
	if _, err := exchange("a"); rpcerr.Reason(err) != limited {
		t.Errorf("over the limit: %v", err)
	}
}

// A caller with many failures is refused unasked, save for what is known to be good.
func TestASlowedCallerIsRefusedUnasked(t *testing.T) {
	w, exchange := start(t)
	w.expect(t, exchange, "good", "internal-1")
	w.slowed = true
	if _, err := exchange("unknown"); rpcerr.Reason(err) != limited || w.asked.Load() != 1 {
		t.Errorf("got %v, asked %d times", err, w.asked.Load())
	}
	w.expect(t, exchange, "good", "internal-1")
	w.stale = true
	w.expect(t, exchange, "good", "internal-2")
	w.stale = false
	w.revoked["good"] = true
	if _, err := exchange("good"); rpcerr.Reason(err) != limited {
		t.Errorf("revoked: got %v", err)
	}
}

// issuer knows the secret "right".
type issuer struct {
	authv1.TokenServiceClient
	asked int
}

func (i *issuer) IssueToken(_ context.Context, in *authv1.IssueTokenRequest, _ ...grpc.CallOption) (*authv1.IssueTokenResponse, error) {
	i.asked++
	if in.GetClientSecret() != "right" {
		return nil, rpcerr.New(invalid, "refused")
	}
	return &authv1.IssueTokenResponse{}, nil
}

func (i *issuer) IssueWidgetToken(
	_ context.Context, in *authv1.IssueWidgetTokenRequest, _ ...grpc.CallOption,
) (*authv1.IssueWidgetTokenResponse, error) {
	i.asked++
	switch {
	case in.GetClientSecret() != "right":
		return nil, rpcerr.New(invalid, "refused")
	case in.GetCitizen().GetRut() == "another's":
		return nil, rpcerr.New(errorsv1.Reason_REASON_CITIZEN_MISMATCH, "refused")
	}
	return &authv1.IssueWidgetTokenResponse{}, nil
}

func TestRequestsForTokensArePaced(t *testing.T) {
	w, _ := start(t)
	auth := &issuer{}
	paced, err := credential.NewPaced(auth, w, func() time.Time { return w.now })
	if err != nil {
		t.Fatal(err)
	}
	issue := func(id, secret string, want errorsv1.Reason, asked int) {
		t.Helper()
		_, err := paced.IssueToken(t.Context(), &authv1.IssueTokenRequest{ClientId: id, ClientSecret: secret})
		if rpcerr.Reason(err) != want || auth.asked != asked {
			t.Errorf("%s, %s: got %v, asked %d times", id, secret, err, auth.asked)
		}
	}
	issue("a", "right", 0, 1)
	issue("a", "wrong", invalid, 2)
	if w.failed.Load() != 1 {
		t.Errorf("%d failures", w.failed.Load())
	}
	w.slowed = true
	issue("a", "wrong", limited, 2)
	issue("b", "right", limited, 2) // nobody learns that it would have been
	issue("a", "right", 0, 3)       // known
	w.now = w.now.Add(time.Minute)
	issue("a", "right", limited, 3)
}
