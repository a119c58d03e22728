package identity

import (
	"context"
	"errors"
	"regexp"
	"strings"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

type catalogueService struct {
	identityv1.UnimplementedCatalogueServiceServer
	*Service
}

// catalogues are the store's by the contract's names.
var catalogues = map[identityv1.Catalogue]store.Catalogue{
	identityv1.Catalogue_CATALOGUE_MEMBERSHIP_TYPES: store.MembershipTypes,
	identityv1.Catalogue_CATALOGUE_STATUSES:         store.Statuses,
	identityv1.Catalogue_CATALOGUE_PROGRAMMES:       store.Programmes,
	identityv1.Catalogue_CATALOGUE_ACADEMIC_UNITS:   store.AcademicUnits,
	identityv1.Catalogue_CATALOGUE_DEPARTMENTS:      store.Departments,
}

// codeForms are how codes are written, and what to tell who writes them otherwise.
var codeForms = map[store.Catalogue]struct {
	form *regexp.Regexp
	want string
}{
	store.MembershipTypes: {regexp.MustCompile(`^[BLPADES]$`), "must be the letter of a type of membership: B, L, P, A, D, E or S"},
	store.Statuses: {
		regexp.MustCompile(`^[\p{L}\p{N}]([\p{L}\p{N} ./-]*[\p{L}\p{N}])?$`),
		"must be letters and digits, with spaces, dots, dashes and slashes between them",
	},
	store.Programmes:    {regexp.MustCompile(`^[0-9]{1,5}$`), "must be 1 to 5 digits"},
	store.AcademicUnits: {regexp.MustCompile(`^[0-9A-Za-z]{1,16}$`), "must be 1 to 16 letters and digits"},
	store.Departments:   {regexp.MustCompile(`^[0-9]{1,5}$`), "must be 1 to 5 digits"},
}

// ListCatalogue returns a page of a catalogue.
func (s *catalogueService) ListCatalogue(ctx context.Context, req *identityv1.ListCatalogueRequest) (*identityv1.ListCatalogueResponse, error) {
	caller := callerOf(ctx)
	if err := caller.Needs(scopeCatalogue); err != nil {
		return nil, err
	}
	set, err := caller.dataSet(req.GetDataSet())
	if err != nil {
		return nil, err
	}
	size := int64(req.GetPageSize())
	if size == 0 {
		size = defaultPageSize
	}
	entries, total, err := s.store.CatalogueEntries(ctx, set, catalogues[req.GetCatalogue()], size, size*(max(req.GetPage(), 1)-1))
	if err != nil {
		return nil, sqlstore.Failure(err, "reading a catalogue")
	}
	answer := &identityv1.ListCatalogueResponse{Total: total}
	for _, e := range entries {
		answer.Entries = append(answer.Entries, &identityv1.CatalogueEntry{Catalogue: req.GetCatalogue(), Code: e.Code, Name: e.Name})
	}
	return answer, nil
}

// PutCatalogueEntry makes or changes an entry.
func (s *catalogueService) PutCatalogueEntry(
	ctx context.Context, req *identityv1.PutCatalogueEntryRequest,
) (*identityv1.PutCatalogueEntryResponse, error) {
	e := store.CatalogueEntry{
		DataSet: dataSetFromProto(req.GetDataSet()), Catalogue: catalogues[req.GetEntry().GetCatalogue()],
		Code: req.GetEntry().GetCode(), Name: req.GetEntry().GetName(),
	}
	if codes := codeForms[e.Catalogue]; !codes.form.MatchString(e.Code) {
		return nil, rpcerr.Invalid("entry.code", codes.want)
	}
	if strings.TrimSpace(e.Name) == "" {
		return nil, rpcerr.Missing("entry.name")
	}
	if err := plain("entry.name", e.Name); err != nil {
		return nil, err
	}
	if err := s.store.PutCatalogueEntry(ctx, e, act(ctx, "PutCatalogueEntry")); err != nil {
		return nil, sqlstore.Failure(err, "storing a catalogue's entry")
	}
	return &identityv1.PutCatalogueEntryResponse{}, nil
}

// DeleteCatalogueEntry removes an entry that no membership has.
func (s *catalogueService) DeleteCatalogueEntry(
	ctx context.Context, req *identityv1.DeleteCatalogueEntryRequest,
) (*identityv1.DeleteCatalogueEntryResponse, error) {
	e := store.CatalogueEntry{
		DataSet: dataSetFromProto(req.GetDataSet()), Catalogue: catalogues[req.GetCatalogue()], Code: req.GetCode(),
	}
	if e.Catalogue == store.MembershipTypes {
		return nil, rpcerr.Invalid("catalogue", "types of membership stay: only their names change")
	}
	err := s.store.DeleteCatalogueEntry(ctx, e, act(ctx, "DeleteCatalogueEntry"))
	switch {
	case errors.Is(err, sqlstore.ErrNotFound):
		return nil, rpcerr.New(errorsv1.Reason_REASON_CATALOGUE_ENTRY_NOT_FOUND, "the catalogue has no such code")
	case errors.Is(err, store.ErrInUse):
		return nil, rpcerr.New(errorsv1.Reason_REASON_CATALOGUE_ENTRY_IN_USE, "memberships have the code")
	case err != nil:
		return nil, sqlstore.Failure(err, "deleting a catalogue's entry")
	}
	return &identityv1.DeleteCatalogueEntryResponse{}, nil
}
