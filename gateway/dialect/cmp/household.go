package cmp

import (
	"context"
	"math"
	"slices"

	"golang.org/x/sync/errgroup"
	"google.golang.org/protobuf/types/known/structpb"

	cmpv1 "github.com/ventanilla/ventanilla/proto/gen/go/cmp/v1"
	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// Facts about households that are shown, as the identity service names them.
const (
	factTranche = "rsh_tranche"
	factCommune = "commune"
)

// relations are the family's words for what a member is to the household.
var relations = map[identityv1.HouseholdRelation]string{
	identityv1.HouseholdRelation_HOUSEHOLD_RELATION_HEAD:     "jefatura",
	identityv1.HouseholdRelation_HOUSEHOLD_RELATION_PARTNER:  "pareja",
	identityv1.HouseholdRelation_HOUSEHOLD_RELATION_CHILD:    "hijo",
	identityv1.HouseholdRelation_HOUSEHOLD_RELATION_PARENT:   "progenitor",
	identityv1.HouseholdRelation_HOUSEHOLD_RELATION_RELATIVE: "familiar",
	identityv1.HouseholdRelation_HOUSEHOLD_RELATION_OTHER:    "otro",
}

// GetHousehold tells with whom the citizen lives, and the household's potential benefits.
func (a *widgetAdapter) GetHousehold(ctx context.Context, in *cmpv1.GetHouseholdRequest) (*cmpv1.GetHouseholdResponse, error) {
	to, err := a.admit(ctx, in)
	if err != nil {
		return nil, err
	}
	var citizen *identityv1.GetCitizenResponse
	var explained *benefitsv1.ExplainResponse
	calls, asking := errgroup.WithContext(ctx)
	calls.Go(func() (err error) {
		citizen, err = a.citizen(asking, to, &identityv1.GetCitizenRequest{
			Household: true, HouseholdFacts: []string{factTranche, factCommune}, Purpose: purposeHousehold,
		})
		return err
	})
	calls.Go(func() (err error) {
		explained, err = a.explain(asking, to, purposeHousehold)
		return err
	})
	if err := calls.Wait(); err != nil {
		return nil, err
	}
	households := slices.DeleteFunc(explained.GetExplanations(), func(e *benefitsv1.Explanation) bool {
		return e.GetDecision().GetBeneficiary() != benefitsv1.Beneficiary_BENEFICIARY_HOUSEHOLD
	})
	return &cmpv1.GetHouseholdResponse{Code: statusOK, Success: true, Data: &cmpv1.HogarCiudadano{
		Hogar:      household(citizen.GetHousehold()),
		Beneficios: benefitsOf(households),
		Revision:   explained.GetBasis().GetCatalogueRevision(),
	}}, keepNothing(ctx)
}

// household is nil for none.
func household(known *identityv1.CitizenHousehold) *cmpv1.Hogar {
	if known == nil {
		return nil
	}
	home := &cmpv1.Hogar{Tramo: tranche(known.GetFacts()[factTranche])}
	if commune := known.GetFacts()[factCommune].GetStringValue(); commune != "" {
		home.Comuna = &commune
	}
	for _, member := range known.GetMembers() {
		home.Integrantes = append(home.Integrantes, &cmpv1.Integrante{
			Nombre: member.GetGivenNames(), Relacion: relations[member.GetRelation()], Usted: member.GetSelf(),
		})
	}
	return home
}

// tranche is a number between 1 and 100, or nil: what is recorded otherwise is not known.
func tranche(fact *structpb.Value) *int32 {
	n := fact.GetNumberValue()
	if n < 1 || n > 100 || n != math.Trunc(n) {
		return nil
	}
	return new(int32(n))
}
