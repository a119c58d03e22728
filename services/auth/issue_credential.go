package auth

import (
	"context"
	"errors"
	"slices"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/pki"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	"github.com/ventanilla/ventanilla/services/auth/internal/operatorcert"
)

// defaultCredentialLife is that of requests that name none.
const defaultCredentialLife = 12 * time.Hour

// IssueCredential signs a short-lived client certificate for an operator.
func (s *operatorService) IssueCredential(ctx context.Context, req *authv1.IssueCredentialRequest) (*authv1.IssueCredentialResponse, error) {
	if !mayIssue(ctx, req.GetName()) {
		return nil, rpcerr.New(errorsv1.Reason_REASON_PERMISSION_DENIED,
			"a credential for another operator takes the role security")
	}
	operator, err := s.store.Operator(ctx, req.GetName())
	if errors.Is(err, sqlstore.ErrNotFound) {
		return nil, operatorNotFound()
	}
	if err != nil {
		return nil, sqlstore.Failure(err, "reading an operator")
	}
	if operator.Disabled {
		return nil, operatorDisabled()
	}
	life := defaultCredentialLife
	if req.GetLife() != nil {
		life = req.GetLife().AsDuration()
	}
	authority, err := s.ring.Operators()
	if err != nil {
		return nil, keyAway(err)
	}
	certificate, err := operatorcert.Issue(authority, req.GetCertificateRequest(), operator.Name, operator.Epoch, life)
	if errors.Is(err, pki.ErrRequest) {
		return nil, rpcerr.Wrap(errorsv1.Reason_REASON_CERTIFICATE_REQUEST_INVALID, err,
			"the certificate request cannot be signed", rpcerr.Field("certificate_request", "not signable"))
	}
	if err != nil {
		return nil, err
	}
	issued := issuedCredential{Serial: certificate.SerialNumber.Text(16), Expires: certificate.NotAfter}
	if err := s.store.RecordAct(ctx, act(ctx, "IssueCredential"), operator.Name, issued); err != nil {
		return nil, sqlstore.Failure(err, "recording a credential")
	}
	return &authv1.IssueCredentialResponse{
		Certificate: certificate.Raw,
		ExpiresAt:   timestamppb.New(certificate.NotAfter),
	}, nil
}

// issuedCredential is what the admin log shows of a credential.
type issuedCredential struct {
	Serial  string    `json:"serial"`
	Expires time.Time `json:"expires_at"`
}

// mayIssue tells whether the caller may have a credential for an operator: its own,
// or anybody's with the role security or as the peer that sets a platform up.
func mayIssue(ctx context.Context, name string) bool {
	if claims, ok := authn.FromContext(ctx); ok {
		return claims.Operator == name || slices.Contains(claims.Roles, authn.Security)
	}
	peer, _ := authn.PeerFromContext(ctx)
	return peer == bootstrap
}
