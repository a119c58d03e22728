package auth

import (
	"context"
	"errors"
	"slices"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/keyring"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	"github.com/ventanilla/ventanilla/services/auth/internal/keys"
	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

// listedFor is how long a retired key is still listed.
const listedFor = 90 * 24 * time.Hour

type keyService struct {
	authv1.UnimplementedKeyServiceServer
	*Service
}

// ListKeys returns the keys that sign tokens, but not those long retired.
func (s *keyService) ListKeys(ctx context.Context, _ *authv1.ListKeysRequest) (*authv1.ListKeysResponse, error) {
	stored, err := s.store.Keys(ctx)
	if err != nil {
		return nil, sqlstore.Failure(err, "listing keys")
	}
	answer := &authv1.ListKeysResponse{}
	for _, use := range keys.Rotating() {
		for _, key := range stored {
			if key.Use == use && (key.State != store.KeyRetired || s.now().Before(key.RetiredAt.Add(listedFor))) {
				answer.Keys = append(answer.Keys, keyToProto(key))
			}
		}
	}
	return answer, nil
}

// RotateKey makes the next key active.
func (s *keyService) RotateKey(ctx context.Context, req *authv1.RotateKeyRequest) (*authv1.RotateKeyResponse, error) {
	use, ok := useFromProto(req.GetUse(), req.GetAlgorithm())
	if !ok {
		return nil, rpcerr.Invalid("algorithm", "internal tokens have ES256, those of widgets HS256, access tokens RS256, ES256 or EdDSA")
	}
	changed, err := s.rotateKey(ctx, use, act(ctx, "RotateKey"), func(next store.SigningKey) error {
		if ready := next.CreatedAt.Add(s.config.Keys.PublishBefore); !req.GetForce() && s.now().Before(ready) {
			return keyNotReady("verifiers that keep key sets may not have heard of the next key before " +
				ready.Format(time.RFC3339) + ": wait, or force it")
		}
		return nil
	})
	if errors.Is(err, keyring.ErrWrongKey) {
		return nil, keyNotReady("this replica does not have the key-encryption key that the next key is sealed under")
	}
	if errors.Is(err, sqlstore.ErrNotFound) {
		return nil, keyNotReady("the next key is still being made: try again in a minute")
	}
	if err != nil {
		return nil, sqlstore.Failure(err, "rotating a key")
	}
	answer := &authv1.RotateKeyResponse{}
	for _, key := range changed {
		answer.Keys = append(answer.Keys, keyToProto(key))
	}
	return answer, nil
}

// RetireKey ends an old key with all its tokens. The answer leaves when that is stored and this replica honours it;
// the others follow within a second.
func (s *keyService) RetireKey(ctx context.Context, req *authv1.RetireKeyRequest) (*authv1.RetireKeyResponse, error) {
	if err := s.settled(ctx, req.GetKeyId()); err != nil {
		return nil, err
	}
	key, err := s.store.RetireKey(ctx, req.GetKeyId(), act(ctx, "RetireKey"), func(key *store.SigningKey) error {
		switch {
		case !slices.Contains(keys.Rotating(), key.Use):
			return sqlstore.ErrNotFound
		case key.State != store.KeyOld:
			return rpcerr.New(errorsv1.Reason_REASON_KEY_IN_USE, "the key is "+string(key.State)+": rotate first")
		}
		// Whoever else has the key can sign tokens that we know nothing of: all who may still have it in a set are told.
		if until := s.now().Add(keySetsKept + keyGrace); key.LastTokenEnds.Before(until) {
			key.LastTokenEnds = until
		}
		return nil
	})
	if errors.Is(err, sqlstore.ErrNotFound) {
		return nil, rpcerr.New(errorsv1.Reason_REASON_KEY_NOT_FOUND, "no signing key has the identifier")
	}
	if err != nil {
		return nil, sqlstore.Failure(err, "retiring a key")
	}
	if err := s.keysChanged(ctx); err != nil {
		return nil, sqlstore.Failure(err, "retiring a key")
	}
	return &authv1.RetireKeyResponse{Key: keyToProto(key)}, nil
}

// settled waits until no replica signs with a key that was superseded a moment ago, so that no token is dead when it is
// issued.
func (s *keyService) settled(ctx context.Context, id string) error {
	if err := s.keysChanged(ctx); err != nil { // another replica may have rotated it just now
		return sqlstore.Failure(err, "looking up a key")
	}
	superseded, ok := s.ring.Superseded(id)
	if !ok {
		return nil
	}
	left := superseded.Add(settling).Sub(s.now())
	if left <= 0 {
		return nil
	}
	wait := time.NewTimer(min(left, settling))
	defer wait.Stop()
	select {
	case <-wait.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// RewrapKeys seals every private key under the present key-encryption key.
func (s *keyService) RewrapKeys(ctx context.Context, _ *authv1.RewrapKeysRequest) (*authv1.RewrapKeysResponse, error) {
	count, err := s.store.RewrapKeys(ctx, act(ctx, "RewrapKeys"), s.vault.Reseal)
	if err != nil {
		return nil, sqlstore.Failure(err, "sealing keys anew")
	}
	return &authv1.RewrapKeysResponse{Rewrapped: int32(count)}, nil
}

func keyNotReady(message string) error {
	return rpcerr.New(errorsv1.Reason_REASON_KEY_NOT_READY, message)
}

// useFromProto is false for what no key signs.
func useFromProto(use authv1.KeyUse, algorithm authv1.SignatureAlgorithm) (store.Use, bool) {
	switch {
	case use == authv1.KeyUse_KEY_USE_WIDGET:
		return store.UseWidget, algorithm == authv1.SignatureAlgorithm_SIGNATURE_ALGORITHM_HS256
	case use != authv1.KeyUse_KEY_USE_ACCESS:
		return store.UseInternal, algorithm == authv1.SignatureAlgorithm_SIGNATURE_ALGORITHM_ES256
	case algorithm == authv1.SignatureAlgorithm_SIGNATURE_ALGORITHM_ES256:
		return store.UseAccessES256, true
	case algorithm == authv1.SignatureAlgorithm_SIGNATURE_ALGORITHM_EDDSA:
		return store.UseAccessEdDSA, true
	}
	return store.UseAccess, algorithm == authv1.SignatureAlgorithm_SIGNATURE_ALGORITHM_RS256
}

func keyToProto(in store.SigningKey) *authv1.SigningKey {
	out := &authv1.SigningKey{
		KeyId:           in.KID,
		Use:             authv1.KeyUse_KEY_USE_ACCESS,
		Algorithm:       authv1.SignatureAlgorithm_SIGNATURE_ALGORITHM_RS256,
		State:           stateToProto(in.State),
		CreatedAt:       timestamppb.New(in.CreatedAt),
		ActivatedAt:     orAbsent(in.ActivatedAt),
		SupersededAt:    orAbsent(in.SupersededAt),
		LastTokenEndsAt: orAbsent(in.LastTokenEnds),
		RetiredAt:       orAbsent(in.RetiredAt),
	}
	switch in.Use {
	case store.UseInternal:
		out.Use, out.Algorithm = authv1.KeyUse_KEY_USE_INTERNAL, authv1.SignatureAlgorithm_SIGNATURE_ALGORITHM_ES256
	case store.UseWidget:
		out.Use, out.Algorithm = authv1.KeyUse_KEY_USE_WIDGET, authv1.SignatureAlgorithm_SIGNATURE_ALGORITHM_HS256
	case store.UseAccessES256:
		out.Algorithm = authv1.SignatureAlgorithm_SIGNATURE_ALGORITHM_ES256
	case store.UseAccessEdDSA:
		out.Algorithm = authv1.SignatureAlgorithm_SIGNATURE_ALGORITHM_EDDSA
	}
	return out
}

func stateToProto(state store.KeyState) authv1.KeyState {
	switch state {
	case store.KeyNext:
		return authv1.KeyState_KEY_STATE_NEXT
	case store.KeyActive:
		return authv1.KeyState_KEY_STATE_ACTIVE
	case store.KeyOld:
		return authv1.KeyState_KEY_STATE_OLD
	case store.KeyRetired:
		return authv1.KeyState_KEY_STATE_RETIRED
	}
	return authv1.KeyState_KEY_STATE_UNSPECIFIED
}
