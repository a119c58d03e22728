package demo

import (
	"context"
	"fmt"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// access says why the demo looks at its own persons.
var access = &identityv1.Access{Purpose: "datos de demostración"}

// seedProduction enters the persons and gives some of their memberships cards.
func (to Identity) seedProduction(ctx context.Context, f *IDDI) error {
	memberships, err := to.ensurePersons(ctx, authv1.DataSet_DATA_SET_PRODUCTION, persons())
	if err != nil {
		return err
	}
	card, err := to.ensureCard(ctx, memberships[0])
	if err != nil {
		return err
	}
	f.Folio, f.FirmaDigital, f.QR = card.GetFolio(), card.GetSignature(), card.GetQr()
	if f.PublicKey, err = to.publicKey(ctx, card); err != nil {
		return err
	}
	for _, membership := range memberships[2:] { // all but the one with a revoked card
		if _, err := to.ensureCard(ctx, membership); err != nil {
			return err
		}
	}
	revoked, err := to.ensureRevoked(ctx, memberships[1])
	f.RevokedFolio, f.RevokedFirmaDigital = revoked.GetFolio(), revoked.GetSignature()
	return err
}

// seedStaging has one person.
func (to Identity) seedStaging(ctx context.Context, f *IDDI) error {
	memberships, err := to.ensurePersons(ctx, authv1.DataSet_DATA_SET_STAGING, stagingPersons())
	if err != nil {
		return err
	}
	card, err := to.ensureCard(ctx, memberships[0])
	f.StagFolio, f.StagFirmaDigital = card.GetFolio(), card.GetSignature()
	return err
}

// ensurePersons enters catalogues and persons unless an earlier run did, and returns each person's first membership.
func (to Identity) ensurePersons(ctx context.Context, set authv1.DataSet, wanted []person) ([]*identityv1.Membership, error) {
	var first []*identityv1.Membership
	for i, p := range wanted {
		p.DataSet = set
		found, err := to.Persons.FindPerson(ctx, &identityv1.FindPersonRequest{
			Key: &identityv1.FindPersonRequest_UniqueKey{UniqueKey: p.GetUniqueKey()}, DataSet: set, Access: access,
		})
		id := found.GetPerson().GetPersonId()
		if status.Code(err) == codes.NotFound {
			if i == 0 {
				err = to.putCatalogues(ctx, set)
			} else {
				err = nil
			}
			if err == nil {
				id, err = to.create(ctx, p.Person)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("entering the demo's person %s: %w", p.GetUniqueKey(), err)
		}
		membership, err := to.ensureMemberships(ctx, id, p.memberships)
		if err != nil {
			return nil, err
		}
		first = append(first, membership)
	}
	return first, nil
}

func (to Identity) create(ctx context.Context, person *identityv1.Person) (string, error) {
	made, err := to.Persons.CreatePerson(ctx, &identityv1.CreatePersonRequest{Person: person})
	return made.GetPerson().GetPersonId(), err
}

// ensureMemberships enters those that the person lacks, and returns the first.
func (to Identity) ensureMemberships(ctx context.Context, person string, wanted []*identityv1.Membership) (*identityv1.Membership, error) {
	known, err := to.Memberships.ListMemberships(ctx, &identityv1.ListMembershipsRequest{PersonId: person, Access: access})
	if err != nil {
		return nil, fmt.Errorf("listing the memberships of a demo's person: %w", err)
	}
	var first *identityv1.Membership
	for _, w := range wanted {
		membership := same(known.GetMemberships(), w)
		if membership == nil {
			w.PersonId = person
			made, err := to.Memberships.CreateMembership(ctx, &identityv1.CreateMembershipRequest{Membership: w})
			if err != nil {
				return nil, fmt.Errorf("entering a membership of a demo's person: %w", err)
			}
			membership = made.GetMembership()
		}
		if first == nil {
			first = membership
		}
	}
	return first, nil
}

// same is the membership that lasts and is of the type and number.
func same(known []*identityv1.Membership, wanted *identityv1.Membership) *identityv1.Membership {
	for _, m := range known {
		if m.GetType() == wanted.GetType() && m.GetNumber() == wanted.GetNumber() && m.GetEndedAt() == nil {
			return m
		}
	}
	return nil
}
