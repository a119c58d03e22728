package identity

import (
	"context"
	"errors"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/identity/internal/card"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

// VerifyCard checks the text of a QR code.
func (s *cardService) VerifyCard(ctx context.Context, req *identityv1.VerifyCardRequest) (*identityv1.VerifyCardResponse, error) {
	caller := callerOf(ctx)
	set, err := caller.dataSetFor(scopeRead, req.GetDataSet())
	if err != nil {
		return nil, err
	}
	read, err := card.Parse(req.GetQr())
	if err != nil { // which is all there is to say of it
		return &identityv1.VerifyCardResponse{Verdict: identityv1.CardVerdict_CARD_VERDICT_UNREADABLE}, nil //nolint:nilerr // it is the verdict
	}
	answer := &identityv1.VerifyCardResponse{Fields: read.List(), Verdict: identityv1.CardVerdict_CARD_VERDICT_BAD_SIGNATURE}
	if read.Addressed && read.Address != s.validator(set) {
		answer.Verdict = identityv1.CardVerdict_CARD_VERDICT_UNKNOWN_ISSUER
		return answer, nil
	}
	found, err := s.store.Card(ctx, set, read.Folio)
	switch {
	case errors.Is(err, sqlstore.ErrNotFound):
		return answer, nil
	case err != nil:
		return nil, sqlstore.Failure(err, "finding a card")
	case !s.prover.proves(found, read.Text(), read.Signature):
		return answer, nil
	}
	answer.Verdict = verdictOn(cardState(found.Card, s.now()))
	answer.RevocationReason = cardReasonToProto(found.Reason)
	if err := s.recordRead(ctx, "VerifyCard", cardTarget(found), []string{"verdict", "revocation_reason"}, req.GetAccess()); err != nil {
		return nil, err
	}
	return answer, nil
}

func verdictOn(state identityv1.CardState) identityv1.CardVerdict {
	switch state {
	case identityv1.CardState_CARD_STATE_REVOKED:
		return identityv1.CardVerdict_CARD_VERDICT_REVOKED
	case identityv1.CardState_CARD_STATE_EXPIRED:
		return identityv1.CardVerdict_CARD_VERDICT_EXPIRED
	}
	return identityv1.CardVerdict_CARD_VERDICT_VALID
}

// GetCardStatus tells whether the card of a folio and a signature is good now.
func (s *cardService) GetCardStatus(ctx context.Context, req *identityv1.GetCardStatusRequest) (*identityv1.GetCardStatusResponse, error) {
	set, err := callerOf(ctx).dataSet(req.GetDataSet())
	if err != nil {
		return nil, err
	}
	found, err := s.provenCard(ctx, set, req.GetFolio(), req.GetSignature())
	if err != nil {
		return nil, err
	}
	err = s.recordRead(ctx, "GetCardStatus", cardTarget(found),
		[]string{"state", "revocation_reason", "expires_at", "revoked_at"}, req.GetAccess())
	if err != nil {
		return nil, err
	}
	return &identityv1.GetCardStatusResponse{
		State:            cardState(found.Card, s.now()),
		RevocationReason: cardReasonToProto(found.Reason),
		ExpiresAt:        orAbsent(found.ExpiresAt),
		RevokedAt:        orAbsent(found.RevokedAt),
	}, nil
}

// cardTarget is what the access log says was read: the person, under its pseudonym; the card alone once the person was erased.
func cardTarget(c store.KeyedCard) string {
	if c.Pseudonym == "" {
		return "card:" + c.Folio
	}
	return c.Pseudonym
}
