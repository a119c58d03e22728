package identity

import (
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/identity/internal/card"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

func (s *Service) cardToProto(in store.Card) *identityv1.Card {
	return &identityv1.Card{
		Folio:            in.Folio,
		DataSet:          dataSetToProto(in.DataSet),
		MembershipId:     in.MembershipID,
		PersonId:         in.PersonID,
		Text:             in.Text,
		Signature:        in.Signature,
		Qr:               s.qr(in),
		KeyId:            in.KeyID,
		State:            cardState(in, s.now()),
		IssuedAt:         timestamppb.New(in.IssuedAt),
		ExpiresAt:        orAbsent(in.ExpiresAt),
		RevokedAt:        orAbsent(in.RevokedAt),
		RevocationReason: cardReasonToProto(in.Reason),
		Replaces:         in.Replaces,
	}
}

// qr is the text of a card's QR code; empty once the person was erased.
func (s *Service) qr(c store.Card) string {
	if c.Text == "" {
		return ""
	}
	return card.QR(s.validator(c.DataSet), c.Text, c.Signature)
}

// validator is the address that the QR codes of a data set begin with.
func (s *Service) validator(set store.DataSet) string {
	if set == store.Staging {
		return s.config.Cards.StagingValidator
	}
	return s.config.Cards.Validator
}

func cardState(c store.Card, now time.Time) identityv1.CardState {
	switch {
	case !c.RevokedAt.IsZero():
		return identityv1.CardState_CARD_STATE_REVOKED
	case c.Expired(now):
		return identityv1.CardState_CARD_STATE_EXPIRED
	}
	return identityv1.CardState_CARD_STATE_LIVE
}

const reasonPrefix = "REVOCATION_REASON_"

func cardReasonToProto(reason store.CardReason) identityv1.RevocationReason {
	return identityv1.RevocationReason(identityv1.RevocationReason_value[reasonPrefix+strings.ToUpper(string(reason))])
}

func cardReasonFromProto(reason identityv1.RevocationReason) store.CardReason {
	return store.CardReason(strings.ToLower(strings.TrimPrefix(reason.String(), reasonPrefix)))
}

func orAbsent(at time.Time) *timestamppb.Timestamp {
	if at.IsZero() {
		return nil
	}
	return timestamppb.New(at)
}
