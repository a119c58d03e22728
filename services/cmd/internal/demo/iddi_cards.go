package demo

import (
	"context"
	"fmt"

	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// ensureCard keeps the membership's live card, whatever its folio, and makes one where there is none.
func (to Identity) ensureCard(ctx context.Context, of *identityv1.Membership) (*identityv1.Card, error) {
	if card, err := to.card(ctx, of, identityv1.CardState_CARD_STATE_LIVE); card != nil || err != nil {
		return card, err
	}
	return to.issue(ctx, of)
}

// ensureRevoked keeps a revoked card of the membership, or makes one.
func (to Identity) ensureRevoked(ctx context.Context, of *identityv1.Membership) (*identityv1.Card, error) {
	if card, err := to.card(ctx, of, identityv1.CardState_CARD_STATE_REVOKED); card != nil || err != nil {
		return card, err
	}
	live, err := to.ensureCard(ctx, of) // an earlier run may have ended in between
	if err != nil {
		return nil, err
	}
	answer, err := to.Cards.RevokeCard(ctx, &identityv1.RevokeCardRequest{
		Folio: live.GetFolio(), DataSet: live.GetDataSet(), Reason: identityv1.RevocationReason_REVOCATION_REASON_LOST,
	})
	if err != nil {
		return nil, fmt.Errorf("revoking a demo's card: %w", err)
	}
	return answer.GetCard(), nil
}

// card is the newest of a membership in a state; nil when there is none.
func (to Identity) card(ctx context.Context, of *identityv1.Membership, state identityv1.CardState) (*identityv1.Card, error) {
	known, err := to.Cards.ListCards(ctx, &identityv1.ListCardsRequest{PersonId: of.GetPersonId(), Access: access})
	if err != nil {
		return nil, fmt.Errorf("listing the cards of a demo's person: %w", err)
	}
	for _, card := range known.GetCards() {
		if card.GetMembershipId() == of.GetMembershipId() && card.GetState() == state {
			return card, nil
		}
	}
	return nil, nil
}

func (to Identity) issue(ctx context.Context, of *identityv1.Membership) (*identityv1.Card, error) {
	made, err := to.Cards.IssueCard(ctx, &identityv1.IssueCardRequest{MembershipId: of.GetMembershipId()})
	if err != nil {
		return nil, fmt.Errorf("issuing a demo's card: %w", err)
	}
	return made.GetCard(), nil
}
