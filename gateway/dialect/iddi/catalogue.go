package iddi

import (
	"context"

	"github.com/ventanilla/ventanilla/gateway/dialect"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	iddiv1 "github.com/ventanilla/ventanilla/proto/gen/go/iddi/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// catalogues are those that are served, by the last segment of their paths.
var catalogues = map[string]identityv1.Catalogue{
	"tipos-perfil":        identityv1.Catalogue_CATALOGUE_MEMBERSHIP_TYPES,
	"estatus":             identityv1.Catalogue_CATALOGUE_STATUSES,
	"programas":           identityv1.Catalogue_CATALOGUE_PROGRAMMES,
	"unidades-academicas": identityv1.Catalogue_CATALOGUE_ACADEMIC_UNITS,
	"adscripciones":       identityv1.Catalogue_CATALOGUE_DEPARTMENTS,
}

// Pages of a catalogue.
const (
	usualLimit = 50
	maxLimit   = 500
	maxPage    = 1_000_000_000
)

// catalogueFields names the fields of the domain request as the endpoint does.
var catalogueFields = dialect.Fields{
	Request: (*identityv1.ListCatalogueRequest)(nil),
	Names:   map[string]string{"catalogue": "", "data_set": "", "page_size": "limit", "page": "page"},
}

// catalogueAdapter serves catalogues from the identity service.
type catalogueAdapter struct {
	iddiv1.UnimplementedCatalogueServiceServer
	clients    clients
	catalogues identityv1.CatalogueServiceClient
}

// ListCatalogue checks the caller, its rights, the parameters and whether there is such a catalogue, in this order.
func (a *catalogueAdapter) ListCatalogue(ctx context.Context, in *iddiv1.ListCatalogueRequest) (*iddiv1.ListCatalogueResponse, error) {
	caller, err := a.clients.authenticate(ctx, scopeCatalogue)
	if err != nil {
		return nil, err
	}
	limit, page, err := pageOf(ctx, in)
	if err != nil {
		return nil, err
	}
	catalogue, ok := catalogues[in.GetCatalogo()]
	if !ok {
		return nil, rpcerr.New(errorsv1.Reason_REASON_ROUTE_NOT_FOUND, "there is no such catalogue")
	}
	var known *identityv1.ListCatalogueResponse
	err = caller.Call(ctx, func(ctx context.Context) (err error) {
		known, err = a.catalogues.ListCatalogue(ctx, &identityv1.ListCatalogueRequest{
			Catalogue: catalogue, DataSet: dataSet(ctx), PageSize: limit, Page: page,
		})
		return err
	})
	if err != nil {
		return nil, catalogueFields.Translate(err)
	}
	answer := &iddiv1.ListCatalogueResponse{Paginacion: &iddiv1.Paginacion{
		Limit: limit, Page: page, Total: known.GetTotal(), Paginas: (known.GetTotal() + int64(limit) - 1) / int64(limit),
	}}
	for _, entry := range known.GetEntries() {
		answer.Data = append(answer.Data, &iddiv1.Entrada{Clave: entry.GetCode(), Nombre: entry.GetName()})
	}
	return answer, nil
}

// pageOf is the page that is asked for.
func pageOf(ctx context.Context, in *iddiv1.ListCatalogueRequest) (limit int32, page int64, err error) {
	if err := dialect.Query(ctx, in); err != nil {
		return 0, 0, err
	}
	limit, page = usualLimit, 1
	if in.Limit != nil {
		limit = in.GetLimit()
	}
	if in.Page != nil {
		page = in.GetPage()
	}
	var wrong []string
	if limit < 1 || limit > maxLimit {
		wrong = append(wrong, "limit")
	}
	if page < 1 || page > maxPage {
		wrong = append(wrong, "page")
	}
	if wrong != nil {
		return 0, 0, invalid(wrong...)
	}
	return limit, page, nil
}
