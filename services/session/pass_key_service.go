package session

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/opaquejwt"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

type passKeyService struct {
	sessionv1.UnimplementedPassKeyServiceServer
	*Service
}

// OpenFunctionality makes a pass key. It is stored when it is returned.
func (s *passKeyService) OpenFunctionality(ctx context.Context, req *sessionv1.OpenFunctionalityRequest) (*sessionv1.OpenFunctionalityResponse, error) {
	where, err := contextOf(req)
	if err != nil {
		return nil, err
	}
	token, ok := opaquejwt.Hash(req.GetBeneficiaryToken())
	if !ok {
		return nil, noToken()
	}
	opening, err := s.store.Opening(ctx, token, req.GetFunctionalityKey())
	switch {
	case errors.Is(err, store.ErrNoToken), err == nil && opening.DataSet != store.DataSetFromProto(req.GetDataSet()):
		return nil, noToken()
	case err != nil:
		return nil, sqlstore.Failure(err, "reading a beneficiary's token")
	case !opening.There:
		return nil, noFunctionality()
	}
	if opening.IntegrationKey != "" {
		s.refresh(ctx, opening.IntegrationKey, opening.BeneficiaryID, opening.UniqueKey)
	}
	id, err := uuid.NewRandom()
	if err != nil {
		return nil, fmt.Errorf("making a pass key: %w", err)
	}
	key := store.NewPassKey{Hash: sha256.Sum256([]byte(id.String())), Token: token, FunctionalityKey: req.GetFunctionalityKey()}
	key.Context = where.seal(s.kek, key.Hash)
	redirectURI, expiresAt, err := s.store.CreatePassKey(ctx, key)
	if err != nil {
		return nil, functionalityFailure(err, "storing a pass key")
	}
	return &sessionv1.OpenFunctionalityResponse{RedirectUri: redirectURI, PassKey: id.String(), ExpiresAt: timestamppb.New(expiresAt)}, nil
}

// RedeemPassKey tells who opened the functionality.
func (s *passKeyService) RedeemPassKey(ctx context.Context, req *sessionv1.RedeemPassKeyRequest) (*sessionv1.RedeemPassKeyResponse, error) {
	key, err := s.redeem(ctx, req.GetPassKey())
	if err != nil {
		return nil, err
	}
	attributes, err := s.told(key.BeneficiaryID, key.IntegrationKey, key.Told)
	if err != nil {
		return nil, fmt.Errorf("reading what an integration told: %w", err)
	}
	return &sessionv1.RedeemPassKeyResponse{UniqueKey: key.UniqueKey, AttributesJson: attributes}, nil
}

// GetPassKeyDevice tells what the functionality was opened with, and where.
func (s *passKeyService) GetPassKeyDevice(ctx context.Context, req *sessionv1.GetPassKeyDeviceRequest) (*sessionv1.GetPassKeyDeviceResponse, error) {
	key, err := s.redeem(ctx, req.GetPassKey())
	if err != nil {
		return nil, err
	}
	where, err := openContext(s.kek, sha256.Sum256([]byte(req.GetPassKey().GetPassKey())), key.Context)
	if err != nil {
		return nil, fmt.Errorf("reading what a functionality was opened with: %w", err)
	}
	return &sessionv1.GetPassKeyDeviceResponse{Device: where.device(), Location: where.location(), OpenedAt: timestamppb.New(key.OpenedAt)}, nil
}

// redeem finds what a client's pass key is good for. Whatever is wrong with the pass key, it does the same and fails with PASS_KEY_INVALID.
func (s *Service) redeem(ctx context.Context, in *sessionv1.PassKey) (store.PassKey, error) {
	clientID, set, err := clientWith(ctx, scopePassKey)
	if err != nil {
		return store.PassKey{}, err
	}
	asked := store.Redemption{Hash: sha256.Sum256([]byte(in.GetPassKey())), FunctionalityKey: in.GetFunctionalityKey(), ClientID: clientID, DataSet: set}
	if in.GetDataSet() != authv1.DataSet_DATA_SET_UNSPECIFIED && store.DataSetFromProto(in.GetDataSet()) != set {
		asked.DataSet = "" // nothing is of it
	}
	key, err := s.store.PassKey(ctx, asked)
	if errors.Is(err, store.ErrNoPassKey) {
		return store.PassKey{}, noPassKey()
	}
	return key, sqlstore.Failure(err, "redeeming a pass key")
}

func noToken() error {
	return rpcerr.New(errorsv1.Reason_REASON_SESSION_INVALID, "the beneficiary's token does not hold")
}

func noPassKey() error {
	return rpcerr.New(errorsv1.Reason_REASON_PASS_KEY_INVALID, "the pass key does not hold")
}
