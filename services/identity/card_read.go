package identity

import (
	"context"
	"errors"

	"github.com/ventanilla/ventanilla/pkg/qr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/identity/internal/keys"
)

// defaultScale is how many pixels wide a module is drawn when the request does not say.
const defaultScale = 8

// ListCards returns a person's cards, newest first.
func (s *cardService) ListCards(ctx context.Context, req *identityv1.ListCardsRequest) (*identityv1.ListCardsResponse, error) {
	if err := callerOf(ctx).Needs(scopeRead); err != nil {
		return nil, err
	}
	person, err := s.person(ctx, req.GetPersonId())
	if err != nil {
		return nil, err
	}
	cards, err := s.store.Cards(ctx, req.GetPersonId())
	if err != nil {
		return nil, sqlstore.Failure(err, "listing cards")
	}
	answer := &identityv1.ListCardsResponse{}
	for _, c := range cards {
		answer.Cards = append(answer.Cards, s.cardToProto(c))
	}
	if err := s.recordRead(ctx, "ListCards", person.Pseudonym, []string{"cards"}, req.GetAccess()); err != nil {
		return nil, err
	}
	return answer, nil
}

// RenderCard draws a live card's QR code.
func (s *cardService) RenderCard(ctx context.Context, req *identityv1.RenderCardRequest) (*identityv1.RenderCardResponse, error) {
	caller := callerOf(ctx)
	set, err := caller.dataSetFor(scopeRead, req.GetDataSet())
	if err != nil {
		return nil, err
	}
	found, err := s.store.Card(ctx, set, req.GetFolio())
	if errors.Is(err, sqlstore.ErrNotFound) {
		return nil, cardNotFound()
	}
	if err != nil {
		return nil, sqlstore.Failure(err, "finding a card")
	}
	switch cardState(found.Card, s.now()) {
	case identityv1.CardState_CARD_STATE_REVOKED:
		return nil, cardRevoked()
	case identityv1.CardState_CARD_STATE_EXPIRED:
		return nil, membershipEnded("the card is past its last day")
	}
	answer, err := draw(s.qr(found.Card), req.GetFormat(), req.GetScale())
	if err != nil {
		return nil, sqlstore.Failure(err, "drawing a card")
	}
	if err := s.recordRead(ctx, "RenderCard", found.Pseudonym, []string{"image", "qr"}, req.GetAccess()); err != nil {
		return nil, err
	}
	return answer, nil
}

func draw(text string, format identityv1.ImageFormat, scale int32) (*identityv1.RenderCardResponse, error) {
	if scale == 0 {
		scale = defaultScale
	}
	code, err := qr.New(text)
	if err != nil {
		return nil, err
	}
	if format == identityv1.ImageFormat_IMAGE_FORMAT_SVG {
		return &identityv1.RenderCardResponse{Image: code.SVG(int(scale)), MediaType: "image/svg+xml", Qr: text}, nil
	}
	image, err := code.PNG(int(scale))
	return &identityv1.RenderCardResponse{Image: image, MediaType: "image/png", Qr: text}, err
}

// GetCardKeys returns the public keys of a data set.
func (s *cardService) GetCardKeys(ctx context.Context, req *identityv1.GetCardKeysRequest) (*identityv1.GetCardKeysResponse, error) {
	set, err := callerOf(ctx).dataSet(req.GetDataSet())
	if err != nil {
		return nil, err
	}
	published, err := s.store.PublishedKeys(ctx, set)
	if err != nil {
		return nil, sqlstore.Failure(err, "reading card keys")
	}
	jwks, err := keys.Set(published)
	if err != nil {
		return nil, sqlstore.Failure(err, "writing card keys")
	}
	return &identityv1.GetCardKeysResponse{Jwks: jwks, Validators: []string{s.validator(set)}}, nil
}
