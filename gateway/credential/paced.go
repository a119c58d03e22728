package credential

import (
	"context"
	"time"

	"google.golang.org/grpc"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// Paced is auth with a bound on the failed requests for tokens (Pacer). A credential that was good is asked about too, for
// only auth issues tokens.
type Paced struct {
	authv1.TokenServiceClient
	pacer *Pacer
}

// NewPaced bounds the callers of auth by limits.
func NewPaced(auth authv1.TokenServiceClient, limits Limits, clock func() time.Time) (*Paced, error) {
	pacer, err := NewPacer(limits, clock)
	if err != nil {
		return nil, err
	}
	return &Paced{auth, pacer}, nil
}

// IssueToken fails as auth does, and with RATE_LIMITED.
func (p *Paced) IssueToken(ctx context.Context, in *authv1.IssueTokenRequest, opts ...grpc.CallOption) (*authv1.IssueTokenResponse, error) {
	return pace(ctx, p, issueKey(in), func() (*authv1.IssueTokenResponse, error) {
		return p.TokenServiceClient.IssueToken(ctx, in, opts...)
	})
}

// IssueWidgetToken fails as auth does, and with RATE_LIMITED. A citizen's token that does not hold is no failure of the client's.
func (p *Paced) IssueWidgetToken(
	ctx context.Context, in *authv1.IssueWidgetTokenRequest, opts ...grpc.CallOption,
) (*authv1.IssueWidgetTokenResponse, error) {
	return pace(ctx, p, issueWidgetKey(in), func() (*authv1.IssueWidgetTokenResponse, error) {
		return p.TokenServiceClient.IssueWidgetToken(ctx, in, opts...)
	})
}

// pace makes a request for a token whose credential has a name, unless its caller has to wait.
func pace[Issued any](ctx context.Context, p *Paced, k key, issue func() (Issued, error)) (issued Issued, err error) {
	err = p.pacer.pace(ctx, k, func(bool) (err error) {
		issued, err = issue()
		return err
	})
	return issued, err
}

// issueKey names the credential of a request for a token. An assertion is another one each time, so none is ever known.
func issueKey(in *authv1.IssueTokenRequest) key {
	return hash(Credential{
		Scheme: Basic, ClientID: in.GetClientId(), Secret: in.GetClientSecret(), Token: in.GetApiKey() + in.GetClientAssertion().GetAssertion(),
	}, "", Clients{in.GetFamilies(), in.GetDataSets()})
}

// issueWidgetKey names the credential of a request for a widget's token, whoever the citizen is.
func issueWidgetKey(in *authv1.IssueWidgetTokenRequest) key {
	return hash(Credential{Scheme: widget, ClientID: in.GetClientId(), Secret: in.GetClientSecret()},
		"", Clients{in.GetFamilies(), in.GetDataSets()})
}
