package colppy

import (
	"context"

	"github.com/ventanilla/ventanilla/gateway/dialect"
	colppyv1 "github.com/ventanilla/ventanilla/proto/gen/go/colppy/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

var benefitsFields = dialect.Fields{
	Request: (*sessionv1.ListPotentialBenefitsRequest)(nil), Names: sessionNames(behalfNames(), map[string]string{"category": "categoria"}),
}

// beneficio tells of benefits.
type beneficio struct {
	colppyv1.UnimplementedBeneficioServiceServer
	workspace sessionv1.WorkspaceServiceClient
}

// ListarPotenciales lists what the user, or a customer, may have.
func (b *beneficio) ListarPotenciales(ctx context.Context, in *colppyv1.ListarPotencialesRequest) (*colppyv1.ListarPotencialesResponse, error) {
	found, err := b.workspace.ListPotentialBenefits(ctx, &sessionv1.ListPotentialBenefitsRequest{
		Session: callerOf(ctx).session, Behalf: behalf(in), Category: in.GetCategoria(),
	})
	if err != nil {
		return nil, translate(benefitsFields, err)
	}
	out := &colppyv1.ListarPotencialesResponse{Total: int32(len(found.GetDecisions()))}
	for _, d := range found.GetDecisions() {
		out.Data = append(out.Data, &colppyv1.BeneficioPotencial{
			Id: d.GetBenefitId(), Categoria: d.GetCategory(), Titulo: d.GetTitle(), Descripcion: d.GetDescription(), Url: d.GetUrl(),
			Situacion: outcomes[d.GetOutcome()],
		})
	}
	return out, nil
}

// behalf is for whom a request asks another service.
func behalf(in interface {
	GetIdEmpresa() int64
	GetIdCliente() int64
},
) *sessionv1.Behalf {
	return &sessionv1.Behalf{OrganisationId: in.GetIdEmpresa(), CustomerId: in.GetIdCliente()}
}
