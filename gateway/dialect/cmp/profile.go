package cmp

import (
	"context"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/ventanilla/ventanilla/gateway/dialect"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	cmpv1 "github.com/ventanilla/ventanilla/proto/gen/go/cmp/v1"
	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// shownAccesses is how many reads of the citizen's data are shown.
const shownAccesses = 20

// accessFields names the fields of the domain request as the endpoint does.
var accessFields = dialect.Fields{
	Request: (*identityv1.ListCitizenAccessesRequest)(nil),
	Names:   map[string]string{"page_size": "", "page_token": "", "purpose": ""},
}

// citizenFields names the fields of the domain request as the endpoints do.
var citizenFields = dialect.Fields{
	Request: (*identityv1.GetCitizenRequest)(nil),
	Names:   map[string]string{"household_facts": "", "purpose": ""},
}

// GetProfile tells who the citizen is, the potential benefits, and who read the citizen's data.
func (a *widgetAdapter) GetProfile(ctx context.Context, in *cmpv1.GetProfileRequest) (*cmpv1.GetProfileResponse, error) {
	to, err := a.admit(ctx, in)
	if err != nil {
		return nil, err
	}
	var citizen *identityv1.GetCitizenResponse
	var accesses *identityv1.ListCitizenAccessesResponse
	var explained *benefitsv1.ExplainResponse
	calls, asking := errgroup.WithContext(ctx)
	calls.Go(func() (err error) {
		citizen, err = a.citizen(asking, to, &identityv1.GetCitizenRequest{Purpose: purposeProfile})
		return err
	})
	calls.Go(func() (err error) {
		accesses, err = a.accesses(asking, to)
		return err
	})
	calls.Go(func() (err error) {
		explained, err = a.explain(asking, to, purposeProfile)
		return err
	})
	if err := calls.Wait(); err != nil {
		return nil, err
	}
	profile := &cmpv1.Perfil{
		Persona: &cmpv1.Persona{
			Rut:       to.identity.Principal.GetCitizen(),
			Nombres:   citizen.GetGivenNames(),
			Apellidos: strings.TrimSpace(citizen.GetFirstSurname() + " " + citizen.GetSecondSurname()),
		},
		Beneficios: benefitsOf(explained.GetExplanations()),
		Revision:   explained.GetBasis().GetCatalogueRevision(),
	}
	for _, access := range accesses.GetAccesses() {
		profile.Accesos = append(profile.Accesos, &cmpv1.Acceso{
			Fecha: access.GetAt().AsTime().UTC().Format(time.RFC3339), Quien: reader(access, to.language), Motivo: access.GetPurpose(),
		})
	}
	return &cmpv1.GetProfileResponse{Code: statusOK, Success: true, Data: profile}, keepNothing(ctx)
}

// citizen is nil when nothing is on record.
func (a *widgetAdapter) citizen(ctx context.Context, to shown, in *identityv1.GetCitizenRequest) (known *identityv1.GetCitizenResponse, err error) {
	err = to.identity.Call(ctx, func(ctx context.Context) (err error) {
		known, err = a.citizens.GetCitizen(ctx, in)
		return err
	})
	return known, citizenFields.Translate(unlessUnknown(err))
}

// accesses is nil when nothing is on record.
func (a *widgetAdapter) accesses(ctx context.Context, to shown) (known *identityv1.ListCitizenAccessesResponse, err error) {
	err = to.identity.Call(ctx, func(ctx context.Context) (err error) {
		known, err = a.citizens.ListCitizenAccesses(ctx, &identityv1.ListCitizenAccessesRequest{PageSize: shownAccesses, Purpose: purposeProfile})
		return err
	})
	return known, accessFields.Translate(unlessUnknown(err))
}

// unlessUnknown lets pass that nothing is on record of a citizen.
func unlessUnknown(err error) error {
	if rpcerr.Reason(err) == errorsv1.Reason_REASON_PERSON_NOT_FOUND {
		return nil
	}
	return err
}
