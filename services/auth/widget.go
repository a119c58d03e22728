package auth

import (
	"context"
	"errors"
	"slices"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	"github.com/ventanilla/ventanilla/services/auth/internal/directory"
	"github.com/ventanilla/ventanilla/services/auth/internal/store"
	"github.com/ventanilla/ventanilla/services/auth/internal/widgettoken"
)

// widgetToken is a widget's token in force, and the client that it was issued to.
type widgetToken struct {
	widgettoken.Claims
	client *directory.Client
}

// widget checks what a widget's call carries. It fails with CREDENTIAL_INVALID and ORIGIN_REFUSED.
func (s *tokenService) widget(ctx context.Context, in *authv1.WidgetToken, of served) (identity, error) {
	token, err := s.widgetInForce(ctx, in.GetClientId(), in.GetToken())
	if errors.Is(err, errVoid) {
		return identity{}, refusedFor(unknownClient, reasonToken)
	}
	if err != nil {
		return identity{}, err
	}
	client := token.client
	switch {
	case !of.family(client.Client):
		return identity{}, refusedFor(client.ID, reasonFamily)
	case !of.dataSet(client.Client):
		return identity{}, refusedFor(client.ID, reasonDataSet)
	case !slices.Contains(client.Origins, in.GetOrigin()):
		return identity{}, originRefused()
	}
	principal := principalOf(client, s.scopes(client.Client))
	principal.TokenId, principal.KeyId = token.ID, token.KeyID
	if principal.Citizen, err = s.citizenOf(ctx, token); errors.Is(err, errVoid) {
		return identity{}, refusedFor(client.ID, reasonToken)
	}
	return identity{principal, token.Expires}, err
}

// citizenOf is the RUT that a token's number stands for. It fails with errVoid when it stands for nobody. After the store was
// restored, a number may be given out again: it is not the token's when it is younger than the token.
func (s *Service) citizenOf(ctx context.Context, token widgetToken) (string, error) {
	citizen, err := s.store.Citizen(ctx, token.Citizen)
	switch {
	case errors.Is(err, sqlstore.ErrNotFound):
		return "", errVoid
	case err != nil:
		return "", sqlstore.Failure(err, "looking up a citizen")
	case citizen.DataSet != token.client.DataSet, token.IssuedAt.Add(leeway).Before(citizen.CreatedAt):
		return "", errVoid
	}
	return citizen.RUT, nil
}

// widgetInForce reads a widget's token together with the identifier of its client. It fails with errVoid when the token is
// malformed, forged, another's, over, not begun, revoked, its client's no more, or of a retired key.
func (s *Service) widgetInForce(ctx context.Context, clientID, text string) (widgetToken, error) {
	claims, err := s.readWidget(ctx, clientID, text)
	if errors.Is(err, widgettoken.ErrInvalid) {
		return widgetToken{}, errVoid
	}
	if err != nil {
		return widgetToken{}, err
	}
	epoch, ok := widgettoken.Epoch(claims.ID)
	now := s.now()
	if !ok || !now.Before(claims.Expires) || now.Add(leeway).Before(claims.IssuedAt) {
		return widgetToken{}, errVoid
	}
	client, err := clientInForce(ctx, s.view, clientID, epoch)
	if err != nil {
		return widgetToken{}, err
	}
	if client.Kind != store.KindWidget {
		return widgetToken{}, errVoid
	}
	revoked, err := s.view.TokenRevoked(ctx, claims.ID)
	if err != nil {
		return widgetToken{}, sqlstore.Failure(err, "looking up a revocation")
	}
	if revoked {
		return widgetToken{}, errVoid
	}
	return widgetToken{claims, client}, nil
}

// readWidget checks form and signature, and looks a key that the ring does not have up in the store before it calls it unknown.
func (s *Service) readWidget(ctx context.Context, clientID, text string) (widgettoken.Claims, error) {
	if err := s.view.Ensure(ctx); err != nil { // the ring is as current as the view
		return widgettoken.Claims{}, sqlstore.Failure(err, "following the store")
	}
	key := func(id string) ([]byte, error) {
		secret, err := s.ring.Widget(id)
		if secret == nil || err != nil {
			return nil, keyAwayUnlessNone(err)
		}
		return widgettoken.DeriveKey(secret, clientID)
	}
	claims, err := widgettoken.Parse(text, key)
	if !errors.Is(err, widgettoken.ErrUnknownKey) || s.ring.Known(claims.KeyID) {
		return claims, err
	}
	if err := s.view.Poll(ctx); err != nil {
		return widgettoken.Claims{}, sqlstore.Failure(err, "looking up a signing key")
	}
	return widgettoken.Parse(text, key)
}

func keyAwayUnlessNone(err error) error {
	if err == nil {
		return nil
	}
	return keyAway(err)
}
