package colppy

import (
	"context"
	"strconv"

	"github.com/ventanilla/ventanilla/gateway/dialect"
	colppyv1 "github.com/ventanilla/ventanilla/proto/gen/go/colppy/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

var (
	organisationsFields = dialect.Fields{
		Request: (*sessionv1.ListUserOrganisationsRequest)(nil),
		Names:   sessionNames(listNames(), map[string]string{"query": ""}),
	}
	organisationFields = dialect.Fields{
		Request: (*sessionv1.GetUserOrganisationRequest)(nil), Names: sessionNames(map[string]string{"organisation_id": "idEmpresa"}),
	}
)

// organisationColumns are what organisations are listed by.
var organisationColumns = columns{
	"IdEmpresa":           {path: "organisation_id"},
	"razonSocial":         {path: "legal_name"},
	"Nombre":              {path: "trade_name"},
	"CUIT":                {path: "cuit"},
	"tipo":                {path: "type"},
	"fechaVencimiento":    {path: "last_day"},
	"activa":              {path: "disabled", word: opposite, inverted: true},
	"actividad_economica": {path: "activity"},
}

// empresa tells of organisations.
type empresa struct {
	colppyv1.UnimplementedEmpresaServiceServer
	workspace sessionv1.WorkspaceServiceClient
}

// ListarEmpresa lists those that the user is a member of.
func (e *empresa) ListarEmpresa(ctx context.Context, in *colppyv1.ListarEmpresaRequest) (*colppyv1.ListarEmpresaResponse, error) {
	query, err := organisationColumns.query(in)
	if err != nil {
		return nil, err
	}
	found, err := e.workspace.ListUserOrganisations(ctx, &sessionv1.ListUserOrganisationsRequest{Session: callerOf(ctx).session, Query: query})
	if err != nil {
		return nil, translate(organisationsFields, err)
	}
	out := &colppyv1.ListarEmpresaResponse{Total: strconv.FormatInt(found.GetTotal(), 10)}
	for _, organisation := range found.GetOrganisations() {
		out.Data = append(out.Data, empresaOf(organisation))
	}
	return out, nil
}

// LeerEmpresa returns one.
func (e *empresa) LeerEmpresa(ctx context.Context, in *colppyv1.LeerEmpresaRequest) (*colppyv1.LeerEmpresaResponse, error) {
	found, err := e.workspace.GetUserOrganisation(ctx, &sessionv1.GetUserOrganisationRequest{
		Session: callerOf(ctx).session, OrganisationId: in.GetIdEmpresa(),
	})
	if err != nil {
		return nil, translate(organisationFields, err)
	}
	return &colppyv1.LeerEmpresaResponse{Data: empresaOf(found.GetOrganisation())}, nil
}

// empresaOf is an organisation as the family shows it.
func empresaOf(of *sessionv1.UserOrganisation) *colppyv1.Empresa {
	organisation := of.GetOrganisation()
	out := &colppyv1.Empresa{
		IdEmpresa: strconv.FormatInt(organisation.GetOrganisationId(), 10), RazonSocial: organisation.GetLegalName(),
		Nombre: organisation.GetTradeName(), IdPlan: strconv.Itoa(int(organisation.GetPlanId())), Tipo: organisation.GetType(),
		EsAdministrador: flag(of.GetAdministrator()), LogoPath: organisation.GetLogoPath(), Activa: flag(!organisation.GetDisabled()),
		Cuit: organisation.GetCuit(), FechaCierreImpuesto: organisation.GetFiscalYearEnd(), ActividadEconomica: organisation.GetActivity(),
	}
	if day := organisation.GetLastDay(); day != "" {
		out.FechaVencimiento = &day
	}
	if of.GetLastLoginAt() != nil {
		out.UltimoLogin = new(argentine(of.GetLastLoginAt()))
	}
	return out
}
