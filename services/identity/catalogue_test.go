package identity_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

const (
	types      = identityv1.Catalogue_CATALOGUE_MEMBERSHIP_TYPES
	statuses   = identityv1.Catalogue_CATALOGUE_STATUSES
	programmes = identityv1.Catalogue_CATALOGUE_PROGRAMMES
	units      = identityv1.Catalogue_CATALOGUE_ACADEMIC_UNITS
)

func entriesOf(page *identityv1.ListCatalogueResponse) []string {
	var all []string
	for _, e := range page.GetEntries() {
		all = append(all, e.GetCode()+" "+e.GetName())
	}
	return all
}

func TestCatalogues(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		catalogues := identityv1.NewCatalogueServiceClient(p.replica().As("gateway"))
		editor := p.ByOperator("editor")
		put := func(catalogue identityv1.Catalogue, set authv1.DataSet, code, name string) {
			_, err := catalogues.PutCatalogueEntry(editor, &identityv1.PutCatalogueEntryRequest{
				DataSet: set, Entry: &identityv1.CatalogueEntry{Catalogue: catalogue, Code: code, Name: name},
			})
			check(t, err)
		}
		list := func(req *identityv1.ListCatalogueRequest) *identityv1.ListCatalogueResponse {
			page, err := catalogues.ListCatalogue(p.byClient(production, "catalogo"), req)
			check(t, err)
			return page
		}
		put(types, production, "S", "Prestador de servicio")
		if diff := cmp.Diff([]string{
			"A Administrativo", "B Bachillerato", "D Docente", "E Externo", "L Licenciatura", "P Posgrado", "S Prestador de servicio", //nolint:misspell // Spanish
		}, entriesOf(list(&identityv1.ListCatalogueRequest{Catalogue: types}))); diff != "" {
			t.Errorf("types (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{
			"A PAGO A pago", "ACTIVO Activo", "ADMITIDO Admitido", "BAJA DEFINITIVA Baja definitiva", "BAJA TEMPORAL Baja temporal",
			"CAMBIO DE CARRERA Cambio de carrera", "COMPLEMENTO Complemento", "CON RECIBO Con recibo", "EGRESADO Egresado", "EN TRAMITE En trámite",
			"INSCRITO Inscrito", "JUBILADO Jubilado", "PREINSCRITO Preinscrito",
		}, entriesOf(list(&identityv1.ListCatalogueRequest{Catalogue: statuses}))); diff != "" {
			t.Errorf("statuses (-want +got):\n%s", diff)
		}
		for _, code := range []string{"100", "9", "20", "9"} {
			put(programmes, production, code, "Programa Ñ "+code)
		}
		put(programmes, staging, "1", "Prueba")
		second := list(&identityv1.ListCatalogueRequest{Catalogue: programmes, PageSize: 2, Page: 2})
		if diff := cmp.Diff([]string{"100 Programa Ñ 100"}, entriesOf(second)); diff != "" || second.GetTotal() != 3 {
			t.Errorf("the second page of %d (-want +got):\n%s", second.GetTotal(), diff)
		}
		if beyond := list(&identityv1.ListCatalogueRequest{Catalogue: programmes, PageSize: 500, Page: 1_000_000_000}); len(beyond.GetEntries()) > 0 || beyond.GetTotal() != 3 {
			t.Errorf("beyond the end is %v", beyond)
		}
		if first := list(&identityv1.ListCatalogueRequest{Catalogue: programmes, PageSize: 1}); entriesOf(first)[0] != "9 Programa Ñ 9" {
			t.Errorf("the first is %v", first)
		}
		tests, err := catalogues.ListCatalogue(p.byClient(staging, "catalogo"), &identityv1.ListCatalogueRequest{Catalogue: programmes})
		if check(t, err); len(tests.GetEntries()) != 1 || tests.GetEntries()[0].GetName() != "Prueba" {
			t.Errorf("a client of staging sees %v", tests)
		}
		_, err = catalogues.DeleteCatalogueEntry(editor, &identityv1.DeleteCatalogueEntryRequest{Catalogue: programmes, Code: "100"})
		check(t, err)
		_, err = catalogues.DeleteCatalogueEntry(editor, &identityv1.DeleteCatalogueEntryRequest{Catalogue: programmes, Code: "100"})
		wantReason(t, err, errorsv1.Reason_REASON_CATALOGUE_ENTRY_NOT_FOUND)
		if entries := p.entered("catalogue:production/programmes/100"); len(entries) != 2 || !strings.Contains(entries[1], `"actor":"ana","act":"DeleteCatalogueEntry"`) {
			t.Errorf("the log says %v", entries)
		}
	})
}

func TestCataloguesRefuseWhatIsWrong(t *testing.T) {
	p := newPlatform(t)
	r := p.replica()
	r.codes()
	conn := r.As("gateway")
	catalogues := identityv1.NewCatalogueServiceClient(conn)
	editor := p.ByOperator("editor")
	for name, c := range map[string]struct {
		catalogue  identityv1.Catalogue
		code, name string
		reason     errorsv1.Reason
		field      string
	}{
		"no catalogue":         {0, "1", "A", errorsv1.Reason_REASON_FIELD_MISSING, "entry.catalogue"},
		"another type":         {types, "X", "A", errorsv1.Reason_REASON_FIELD_INVALID, "entry.code"},
		"a small letter":       {types, "l", "A", errorsv1.Reason_REASON_FIELD_INVALID, "entry.code"},
		"a programme's letter": {programmes, "A", "A", errorsv1.Reason_REASON_FIELD_INVALID, "entry.code"},
		"a long programme":     {programmes, "123456", "A", errorsv1.Reason_REASON_FIELD_INVALID, "entry.code"},
		"a long unit":          {units, strings.Repeat("A", 17), "A", errorsv1.Reason_REASON_FIELD_INVALID, "entry.code"},
		"a unit with a space":  {units, "A B", "A", errorsv1.Reason_REASON_FIELD_INVALID, "entry.code"},
		"a status with a line": {statuses, "A\nB", "A", errorsv1.Reason_REASON_FIELD_INVALID, "entry.code"},
		"a status at the end":  {statuses, "A ", "A", errorsv1.Reason_REASON_FIELD_INVALID, "entry.code"},
		"a status of nothing":  {statuses, "\ufffd", "A", errorsv1.Reason_REASON_FIELD_INVALID, "entry.code"},
		"no name":              {programmes, "1", "", errorsv1.Reason_REASON_FIELD_MISSING, "entry.name"},
		"a blank name":         {programmes, "1", " ", errorsv1.Reason_REASON_FIELD_MISSING, "entry.name"},
		"a name with a NUL":    {programmes, "1", "A\x00", errorsv1.Reason_REASON_FIELD_INVALID, "entry.name"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := catalogues.PutCatalogueEntry(editor, &identityv1.PutCatalogueEntryRequest{
				Entry: &identityv1.CatalogueEntry{Catalogue: c.catalogue, Code: c.code, Name: c.name},
			})
			wantViolation(t, err, c.reason, c.field)
		})
	}
	_, err := catalogues.DeleteCatalogueEntry(editor, &identityv1.DeleteCatalogueEntryRequest{Catalogue: types, Code: "L"})
	wantField(t, err, "catalogue")
	person := p.createPerson(identityv1.NewPersonServiceClient(conn), valentina(t, "a")).GetPersonId()
	_, err = identityv1.NewMembershipServiceClient(conn).CreateMembership(editor, &identityv1.CreateMembershipRequest{Membership: studentOf(person)})
	check(t, err)
	for catalogue, code := range map[identityv1.Catalogue]string{programmes: "6895", units: "UACE", statuses: "INSCRITO"} {
		_, err := catalogues.DeleteCatalogueEntry(editor, &identityv1.DeleteCatalogueEntryRequest{Catalogue: catalogue, Code: code})
		wantReason(t, err, errorsv1.Reason_REASON_CATALOGUE_ENTRY_IN_USE)
	}
	const forbidden = errorsv1.Reason_REASON_PERMISSION_DENIED
	_, err = catalogues.ListCatalogue(p.byClient(production, "identity.read"), &identityv1.ListCatalogueRequest{Catalogue: types})
	wantReason(t, err, forbidden)
	_, err = catalogues.ListCatalogue(p.byClient(staging, "catalogo"), &identityv1.ListCatalogueRequest{Catalogue: types, DataSet: production})
	wantReason(t, err, forbidden)
	for _, ctx := range []struct{ name string }{{"viewer"}, {"security"}} {
		_, err = catalogues.PutCatalogueEntry(p.ByOperator(ctx.name), &identityv1.PutCatalogueEntryRequest{
			Entry: &identityv1.CatalogueEntry{Catalogue: types, Code: "L", Name: "A"},
		})
		wantReason(t, err, forbidden)
	}
}
