package e2e

import (
	"database/sql"
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/gateway/dialect/colppy"
)

// hostileMark begins every hostile value, so that it is known where it ends up.
const hostileMark = "zqxj"

// hostile are what SQL, or a text made by joining, could take for something else than a value.
var hostile = []string{
	`'`, `''`, `"`, "`", `\`, `\'`, `%`, `_`, `%\`, `$1`, `?`, `:a`, `;`, `--`, `/* x */`, `*/`, `)`, `' OR '1'='1`, `' OR 1=1 --`, `x'); DROP TABLE session.customer; --`,
	`'; UPDATE session.customer SET legal_name='x'; --`, `' UNION SELECT password FROM session.account --`, `' || (SELECT password FROM session.account) || '`,
	`%' ESCAPE '%`, `E'\x27'`, `U&'\0027'`, `$$x$$`, `CASE WHEN 1=1 THEN pg_sleep(9) END`, `{"$gt":""}`, `ʼ OR ʼ1ʼ=ʼ1`, `＇ OR ＇1＇=＇1`, "e\u0301'\u0301", `💣'`,
}

// hostileNames are what is no field, operator or direction.
var hostileNames = []string{
	`legal_name`, `legal_name_key`, `RazonSocial; DROP TABLE session.customer`, `RazonSocial--`, `RazonSocial' OR '1'='1`, `RazonSocial"`, `lower(RazonSocial)`,
	`RazonSocial DESC, (SELECT password FROM session.account)`, `CASE WHEN 1=1 THEN cuit ELSE dni END`, `1`, `*`, `= '' OR 1=1 --`, `asc; DROP TABLE session.customer`,
}

// hostileWords sends them wherever a list takes a word: they are found as the texts that they are, or refused, no table is another afterwards, and
// the statements of the server have none of them.
func hostileWords(t *testing.T, w *workplace) {
	db, err := sql.Open("pgx", w.postgres.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	key := w.opened(t, w.gateway[0])
	logged(t, db, "all")
	defer logged(t, db, "none")
	asks := asking{w, w.user.session(key) + `,"idEmpresa":` + w.organisation}
	for _, value := range hostile {
		entered := text(t, map[string]any{"idEmpresa": w.organisation, "RazonSocial": hostileMark + value})
		must(t, w.operate("Cliente", "alta_cliente", `{`+w.user.session(key)+`,"info_general":`+entered+`}`), w.gateway[0])
	}
	before := contents(t, db)
	for _, value := range hostile {
		asks.value(t, hostileMark+value)
	}
	for _, name := range hostileNames {
		asks.name(t, name)
	}
	if after := contents(t, db); !maps.Equal(after, before) {
		t.Errorf("the tables are others:\n%v\n%v", before, after)
	}
	inspect(t, w.postgres.Log())
}

// asking asks for lists in an organisation.
type asking struct {
	*workplace
	parameters string
}

// list asks for a part of a list.
func (a asking) list(t *testing.T, provision string, query map[string]any) operationAnswer {
	t.Helper()
	var beside strings.Builder
	for name, value := range query {
		beside.WriteString(`,"` + name + `":` + text(t, value))
	}
	asked := a.operate(provision, "listar_"+strings.ToLower(provision), `{`+a.parameters+`}`, beside.String())
	return (&platform{edge: a.gateway[0].edge}).asked(t, asked.next(), 200)
}

// value compares every text of the lists with a value, and finds the customer that has it as its name, with at most another one that is spelt alike.
func (a asking) value(t *testing.T, value string) {
	t.Helper()
	for provision, fields := range map[string][]string{
		"Cliente": {"RazonSocial", "NombreFantasia", "DirPostalCiudad", "DirPostalCodigoPostal", "DirPostalProvincia", "DirPostalPais", "Telefono", "Email"},
		"Empresa": {"razonSocial", "Nombre", "tipo", "actividad_economica"},
	} {
		for _, op := range []string{"=", "<>", ">=", "<=", "like"} {
			var filters []any
			for _, field := range fields {
				filters = append(filters, map[string]any{"field": field, "op": op, "value": value})
			}
			if e := a.list(t, provision, map[string]any{"filter": filters}); e.Result.Estado != int(colppy.EstadoExito) || e.Response["success"] != true {
				t.Errorf("%s %s %q: %+v", provision, op, value, e)
			}
		}
	}
	e := a.list(t, "Cliente", map[string]any{"filter": []any{map[string]any{"field": "RazonSocial", "op": "=", "value": value}}})
	if found := text(t, e.Response["data"]); !strings.Contains(found, text(t, value)) || e.Response["total"].(float64) > 2 {
		t.Errorf("%q is not what was found: %s", value, found)
	}
	for _, odd := range []map[string]any{{"start": value}, {"limit": value}, {"order": value}} {
		a.isRefused(t, odd)
	}
}

// name has a list refuse a name in each place and shape.
func (a asking) name(t *testing.T, name string) {
	t.Helper()
	for _, query := range []map[string]any{
		{"filter": []any{map[string]any{"field": name, "op": "=", "value": "x"}}},
		{"filter": []any{map[string]any{"field": "RazonSocial", "op": name, "value": "x"}}},
		{"order": []any{map[string]any{"field": name, "dir": "asc"}}},
		{"order": []any{map[string]any{"field": "RazonSocial", "dir": name}}},
		{"order": map[string]any{"field": []any{"RazonSocial", name}, "order": "desc"}},
		{"order": map[string]any{"field": name, "dir": "asc"}},
	} {
		a.isRefused(t, query)
	}
}

func (a asking) isRefused(t *testing.T, query map[string]any) {
	t.Helper()
	if e := a.list(t, "Cliente", query); e.Result.Estado != int(colppy.EstadoExito) || e.Response["success"] != false {
		t.Errorf("%v is not refused: %+v", query, e)
	}
}

func text(t *testing.T, v any) string {
	t.Helper()
	var out strings.Builder
	to := json.NewEncoder(&out)
	to.SetEscapeHTML(false)
	if err := to.Encode(v); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(out.String())
}
