package identity

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/identity/internal/card"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

// folioAttempts bounds how many folios are tried for one card. Of 62⁶ each is taken with small odds.
const folioAttempts = 8

// IssueCard makes a card for a membership.
func (s *cardService) IssueCard(ctx context.Context, req *identityv1.IssueCardRequest) (*identityv1.IssueCardResponse, error) {
	made, err := s.withFolio(func(folio string) (store.Card, error) {
		return s.store.IssueCard(ctx, act(ctx, "IssueCard"), req.GetMembershipId(), s.cardMaker(folio))
	})
	switch {
	case errors.Is(err, store.ErrNoMembership):
		return nil, membershipNotFound()
	case errors.Is(err, store.ErrCardLive):
		return nil, rpcerr.New(errorsv1.Reason_REASON_CARD_LIVE, "the membership has a live card: renew it")
	case err != nil:
		return nil, sqlstore.Failure(err, "issuing a card")
	}
	return &identityv1.IssueCardResponse{Card: s.cardToProto(made)}, nil
}

// RenewCard revokes a card as replaced and makes its successor.
func (s *cardService) RenewCard(ctx context.Context, req *identityv1.RenewCardRequest) (*identityv1.RenewCardResponse, error) {
	set, err := callerOf(ctx).dataSet(req.GetDataSet())
	if err != nil {
		return nil, err
	}
	made, err := s.withFolio(func(folio string) (store.Card, error) {
		return s.store.RenewCard(ctx, act(ctx, "RenewCard"), set, req.GetFolio(), s.cardMaker(folio))
	})
	switch {
	case errors.Is(err, sqlstore.ErrNotFound):
		return nil, cardNotFound()
	case errors.Is(err, store.ErrCardRevoked):
		return nil, cardRevoked()
	case errors.Is(err, store.ErrNoMembership):
		return nil, membershipEnded("the membership is gone")
	case err != nil:
		return nil, sqlstore.Failure(err, "renewing a card")
	}
	return &identityv1.RenewCardResponse{Card: s.cardToProto(made)}, nil
}

// RevokeCard ends a card.
func (s *cardService) RevokeCard(ctx context.Context, req *identityv1.RevokeCardRequest) (*identityv1.RevokeCardResponse, error) {
	set, err := callerOf(ctx).dataSet(req.GetDataSet())
	if err != nil {
		return nil, err
	}
	revoked, err := s.store.RevokeCard(ctx, act(ctx, "RevokeCard"), set, req.GetFolio(), cardReasonFromProto(req.GetReason()))
	if errors.Is(err, sqlstore.ErrNotFound) {
		return nil, cardNotFound()
	}
	if err != nil {
		return nil, sqlstore.Failure(err, "revoking a card")
	}
	return &identityv1.RevokeCardResponse{Card: s.cardToProto(revoked)}, nil
}

// withFolio makes a card under a random folio, and under another when that is taken.
func (s *Service) withFolio(issue func(folio string) (store.Card, error)) (made store.Card, err error) {
	for range folioAttempts {
		if made, err = issue(s.newFolio()); !errors.Is(err, store.ErrFolioTaken) {
			break
		}
	}
	return made, err
}

// cardMaker writes and signs a card under a folio. It refuses a membership that does not last, and one that lacks what is
// printed.
func (s *Service) cardMaker(folio string) store.CardMaker {
	return func(from store.CardSource, key store.SigningKey) (store.Card, error) {
		expires, err := endOfDay(from.ValidUntil)
		if err != nil {
			return store.Card{}, err
		}
		if !from.EndedAt.IsZero() || !expires.IsZero() && !s.now().Before(expires) {
			return store.Card{}, membershipEnded("the membership has ended, or is past its last day")
		}
		fields, err := card.Build(s.validator(from.DataSet), holderOf(from), folio)
		if lacks, ok := errors.AsType[*card.FieldError](err); ok {
			return store.Card{}, rpcerr.Invalid(sourceField(from.Type, lacks.Field), lacks.Problem)
		}
		if err != nil {
			return store.Card{}, err
		}
		signer, err := s.ring.Signer(key)
		if err != nil {
			return store.Card{}, err
		}
		text := fields.Text()
		return store.Card{Folio: folio, Text: text, Signature: card.Sign(text, signer), ExpiresAt: expires}, nil
	}
}

func holderOf(from store.CardSource) card.Holder {
	h := card.Holder{
		Type: from.Type, Number: from.Number,
		FirstSurname: from.FirstSurname, SecondSurname: from.SecondSurname, GivenNames: from.GivenNames,
	}
	switch from.Type {
	case "A", "D":
		h.Programme, h.Code = from.DepartmentName, from.DepartmentCode
	case "E", "S":
		h.Programme = from.Entity
	default:
		h.Programme, h.Code = from.ProgrammeName, from.ProgrammeCode
	}
	return h
}

// sourceField names a field of a card as the person and the membership do.
func sourceField(letter, field string) string {
	if field != "programme" && field != "code" {
		return field
	}
	switch letter {
	case "A", "D":
		return "department"
	case "E", "S":
		return "entity"
	}
	return "programme"
}

// endOfDay is the end of a day like "2006-01-02", in UTC; zero for no day.
func endOfDay(day string) (time.Time, error) {
	if day == "" {
		return time.Time{}, nil
	}
	begin, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return time.Time{}, fmt.Errorf("reading the last day of a membership: %w", err)
	}
	return begin.AddDate(0, 0, 1), nil
}

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// randomFolio returns 6 letters and digits, each as likely as any other.
func randomFolio() string {
	folio := make([]byte, 0, 6)
	for random := make([]byte, 12); ; {
		_, _ = rand.Read(random) // never fails
		for _, b := range random {
			if b < 4*62 {
				folio = append(folio, base62[b%62])
			}
			if len(folio) == cap(folio) {
				return string(folio)
			}
		}
	}
}
