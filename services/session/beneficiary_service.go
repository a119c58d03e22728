package session

import (
	"context"
	"strings"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

type beneficiaryService struct {
	sessionv1.UnimplementedBeneficiaryServiceServer
	*Service
}

// AuthenticateBeneficiary takes the client's word for who it is.
func (s *beneficiaryService) AuthenticateBeneficiary(ctx context.Context, req *sessionv1.AuthenticateBeneficiaryRequest) (*sessionv1.AuthenticateBeneficiaryResponse, error) {
	clientID, set, err := clientWith(ctx, scopeSecurity)
	if err != nil {
		return nil, err
	}
	if strings.TrimSpace(req.GetUniqueKey()) == "" {
		return nil, rpcerr.Missing("unique_key")
	}
	personID, err := s.personOf(ctx, set, req.GetUniqueKey())
	if err != nil {
		return nil, err
	}
	id, err := s.store.Beneficiary(ctx, clientID, set, personID, req.GetUniqueKey())
	if err != nil {
		return nil, sqlstore.Failure(err, "entering a beneficiary")
	}
	token, err := s.issueToken(ctx, id)
	return &sessionv1.AuthenticateBeneficiaryResponse{Token: token}, err
}

// EraseBeneficiary deletes what the service keeps of a person. It need not be known to identity: that may have forgotten it before.
func (s *beneficiaryService) EraseBeneficiary(ctx context.Context, req *sessionv1.EraseBeneficiaryRequest) (*sessionv1.EraseBeneficiaryResponse, error) {
	erased, err := s.store.EraseBeneficiary(ctx, authn.CallerOf(ctx).Actor(), store.DataSetFromProto(req.GetDataSet()), req.GetPersonId())
	if err != nil {
		return nil, sqlstore.Failure(err, "erasing a beneficiary")
	}
	return &sessionv1.EraseBeneficiaryResponse{Erased: erased}, nil
}

// clientWith is the client that calls, with its data set. It fails with PERMISSION_DENIED for one whose credential lacks the scope.
func clientWith(ctx context.Context, scope string) (clientID string, set store.DataSet, err error) {
	caller := authn.CallerOf(ctx)
	if err := caller.Needs(scope); err != nil {
		return "", "", err
	}
	own, err := caller.DataSet(authv1.DataSet_DATA_SET_UNSPECIFIED)
	if err != nil {
		return "", "", err
	}
	return caller.Claims.ClientID, store.DataSetFromProto(own), nil
}
