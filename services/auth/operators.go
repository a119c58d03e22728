package auth

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/pki"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	"github.com/ventanilla/ventanilla/services/auth/internal/operatorcert"
	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

// defaultCredentialLife is that of requests that name none.
const defaultCredentialLife = 12 * time.Hour

type operatorService struct {
	authv1.UnimplementedOperatorServiceServer
	*Service
}

// CreateOperator registers an operator.
func (s *operatorService) CreateOperator(ctx context.Context, req *authv1.CreateOperatorRequest) (*authv1.CreateOperatorResponse, error) {
	stored, err := s.store.CreateOperator(ctx, store.Operator{
		Name:  req.GetOperator().GetName(),
		Roles: roleNames(req.GetOperator().GetRoles()),
	}, act(ctx, "CreateOperator"))
	if errors.Is(err, sqlstore.ErrConflict) {
		return nil, rpcerr.New(errorsv1.Reason_REASON_OPERATOR_EXISTS, "an operator of the name exists")
	}
	if err != nil {
		return nil, failure(err, "creating an operator")
	}
	return &authv1.CreateOperatorResponse{Operator: s.show(stored)}, nil
}

// ListOperators returns all operators in the order of their names.
func (s *operatorService) ListOperators(ctx context.Context, _ *authv1.ListOperatorsRequest) (*authv1.ListOperatorsResponse, error) {
	operators, err := s.store.Operators(ctx)
	if err != nil {
		return nil, failure(err, "listing operators")
	}
	answer := &authv1.ListOperatorsResponse{}
	for _, operator := range operators {
		answer.Operators = append(answer.Operators, operatorToProto(operator))
	}
	return answer, nil
}

// DisableOperator ends an operator's credentials.
func (s *operatorService) DisableOperator(ctx context.Context, req *authv1.DisableOperatorRequest) (*authv1.DisableOperatorResponse, error) {
	stored, err := s.store.ChangeOperator(ctx, req.GetName(), act(ctx, "DisableOperator"), func(o *store.Operator) error {
		if o.Disabled {
			return store.ErrUnchanged
		}
		o.Disabled = true
		o.Epoch++
		return nil
	})
	if errors.Is(err, sqlstore.ErrNotFound) {
		return nil, operatorNotFound()
	}
	if err != nil {
		return nil, failure(err, "disabling an operator")
	}
	return &authv1.DisableOperatorResponse{Operator: s.show(stored)}, nil
}

// IssueCredential signs a short-lived client certificate for an operator.
func (s *operatorService) IssueCredential(ctx context.Context, req *authv1.IssueCredentialRequest) (*authv1.IssueCredentialResponse, error) {
	if !mayIssue(ctx, req.GetName()) {
		return nil, rpcerr.New(errorsv1.Reason_REASON_PERMISSION_DENIED,
			"a credential for another operator takes the role security")
	}
	operator, err := s.store.Operator(ctx, req.GetName())
	if errors.Is(err, sqlstore.ErrNotFound) || err == nil && operator.Disabled {
		return nil, operatorNotFound()
	}
	if err != nil {
		return nil, failure(err, "reading an operator")
	}
	life := defaultCredentialLife
	if req.GetLife() != nil {
		life = req.GetLife().AsDuration()
	}
	certificate, err := operatorcert.Issue(s.keys.Operators, req.GetCertificateRequest(), operator.Name, operator.Epoch, life)
	if errors.Is(err, pki.ErrRequest) {
		return nil, rpcerr.Wrap(errorsv1.Reason_REASON_CERTIFICATE_REQUEST_INVALID, err,
			"the certificate request cannot be signed", rpcerr.Field("certificate_request", "not signable"))
	}
	if err != nil {
		return nil, err
	}
	issued := issuedCredential{Serial: certificate.SerialNumber.Text(16), Expires: certificate.NotAfter}
	if err := s.store.RecordAct(ctx, act(ctx, "IssueCredential"), operator.Name, issued); err != nil {
		return nil, failure(err, "recording a credential")
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
		return claims.Operator == name || slices.Contains(claims.Roles, security)
	}
	peer, _ := authn.PeerFromContext(ctx)
	return peer == bootstrap
}

// ListAdminActs returns the recorded acts of operators, newest first.
func (s *operatorService) ListAdminActs(ctx context.Context, req *authv1.ListAdminActsRequest) (*authv1.ListAdminActsResponse, error) {
	var below int64
	if token := req.GetPageToken(); token != "" {
		var err error
		if below, err = strconv.ParseInt(token, 10, 64); err != nil || below <= 0 {
			return nil, invalid("page_token", "not one that was given out")
		}
	}
	size := pageSize(req.GetPageSize())
	acts, err := s.store.AdminActs(ctx, below, size+1)
	if err != nil {
		return nil, failure(err, "listing admin acts")
	}
	acts, more := cutPage(acts, size)
	answer := &authv1.ListAdminActsResponse{}
	for _, act := range acts {
		answer.Acts = append(answer.Acts, actToProto(act))
	}
	if more {
		answer.NextPageToken = strconv.FormatInt(acts[size-1].Number, 10)
	}
	return answer, nil
}

// show takes an operator that was just stored into the view and returns it.
func (s *operatorService) show(stored store.Operator) *authv1.Operator {
	s.view.PutOperator(stored)
	s.changed()
	return operatorToProto(stored)
}
