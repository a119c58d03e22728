package identity

import (
	"context"
	"errors"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/keyring"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

type cardKeyService struct {
	identityv1.UnimplementedCardKeyServiceServer
	*Service
}

// ListCardKeys returns all keys of both data sets, oldest first.
func (s *cardKeyService) ListCardKeys(ctx context.Context, _ *identityv1.ListCardKeysRequest) (*identityv1.ListCardKeysResponse, error) {
	stored, err := s.store.CardKeys(ctx)
	if err != nil {
		return nil, sqlstore.Failure(err, "listing card keys")
	}
	answer := &identityv1.ListCardKeysResponse{}
	for _, key := range stored {
		answer.CardKeys = append(answer.CardKeys, cardKeyToProto(key))
	}
	return answer, nil
}

// RotateCardKey makes the next key the one that signs.
func (s *cardKeyService) RotateCardKey(ctx context.Context, req *identityv1.RotateCardKeyRequest) (*identityv1.RotateCardKeyResponse, error) {
	set, err := callerOf(ctx).dataSet(req.GetDataSet())
	if err != nil {
		return nil, err
	}
	fresh, err := s.vault.New(store.UseCard, set, store.KeyNext)
	if err != nil {
		return nil, sqlstore.Failure(err, "rotating a card key")
	}
	active, err := s.store.RotateCardKey(ctx, act(ctx, "RotateCardKey"), set, fresh, func(next store.SigningKey) error {
		if ready := next.CreatedAt.Add(s.config.Cards.PublishBefore); !req.GetForce() && s.now().Before(ready) {
			return keyNotReady("verifiers that are offline may not have heard of the next key before " +
				ready.Format(time.RFC3339) + ": wait, or force it")
		}
		_, err := s.vault.Open(next)
		return err
	})
	switch {
	case errors.Is(err, keyring.ErrWrongKey):
		return nil, keyNotReady("this replica does not have the key-encryption key that the next key is sealed under")
	case errors.Is(err, sqlstore.ErrNotFound):
		return nil, keyNotReady("there is no next key: restart the service, which makes one")
	case err != nil:
		return nil, sqlstore.Failure(err, "rotating a card key")
	}
	return &identityv1.RotateCardKeyResponse{CardKey: cardKeyToProto(active)}, nil
}

// RetireCardKey withdraws an old key and revokes the cards that it signed.
func (s *cardKeyService) RetireCardKey(ctx context.Context, req *identityv1.RetireCardKeyRequest) (*identityv1.RetireCardKeyResponse, error) {
	revoked, err := s.store.RetireCardKey(ctx, act(ctx, "RetireCardKey"), req.GetKeyId(), func(key store.SigningKey) error {
		if key.State != store.KeyOld {
			return rpcerr.New(errorsv1.Reason_REASON_KEY_IN_USE, "the key is "+string(key.State)+": rotate first")
		}
		return nil
	})
	if errors.Is(err, sqlstore.ErrNotFound) {
		return nil, rpcerr.New(errorsv1.Reason_REASON_KEY_NOT_FOUND, "no key of cards has the identifier")
	}
	if err != nil {
		return nil, sqlstore.Failure(err, "retiring a card key")
	}
	return &identityv1.RetireCardKeyResponse{RevokedCards: revoked}, nil
}

// RewrapCardKeys seals every private key under the present key-encryption key.
func (s *cardKeyService) RewrapCardKeys(ctx context.Context, _ *identityv1.RewrapCardKeysRequest) (*identityv1.RewrapCardKeysResponse, error) {
	rewrapped, all, err := s.store.RewrapKeys(ctx, act(ctx, "RewrapCardKeys"), s.vault.Reseal)
	if err != nil {
		return nil, sqlstore.Failure(err, "sealing keys anew")
	}
	return &identityv1.RewrapCardKeysResponse{Rewrapped: int32(rewrapped), PrivateKeys: int32(all)}, nil
}

func keyNotReady(message string) error {
	return rpcerr.New(errorsv1.Reason_REASON_KEY_NOT_READY, message)
}

func cardKeyToProto(in store.CardKey) *identityv1.CardKey {
	return &identityv1.CardKey{
		KeyId:       in.ID,
		DataSet:     dataSetToProto(in.DataSet),
		State:       cardKeyStateToProto(in.State),
		PublicKey:   in.Public,
		CreatedAt:   timestamppb.New(in.CreatedAt),
		ActivatedAt: orAbsent(in.ActivatedAt),
		LiveCards:   in.LiveCards,
	}
}

func cardKeyStateToProto(state store.KeyState) identityv1.CardKeyState {
	switch state {
	case store.KeyNext:
		return identityv1.CardKeyState_CARD_KEY_STATE_NEXT
	case store.KeyActive:
		return identityv1.CardKeyState_CARD_KEY_STATE_ACTIVE
	case store.KeyOld:
		return identityv1.CardKeyState_CARD_KEY_STATE_OLD
	case store.KeyRetired:
		return identityv1.CardKeyState_CARD_KEY_STATE_RETIRED
	}
	return identityv1.CardKeyState_CARD_KEY_STATE_UNSPECIFIED
}
