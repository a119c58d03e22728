package colppy_test

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/ventanilla/ventanilla/gateway/dialect/colppy"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	colppyv1 "github.com/ventanilla/ventanilla/proto/gen/go/colppy/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

// checkRefused fails unless an error is the caller's and names what is wrong.
func checkRefused(t *testing.T, err error) {
	t.Helper()
	switch rpcerr.Reason(err) {
	case errorsv1.Reason_REASON_MALFORMED_BODY:
	case errorsv1.Reason_REASON_FIELD_MISSING, errorsv1.Reason_REASON_FIELD_INVALID:
		if len(rpcerr.Fields(err)) == 0 {
			t.Errorf("%v names no parameter", err)
		}
	default:
		t.Errorf("got %v", err)
	}
}

// FuzzEnvelope reads any body: it is a request of an operation, which reads alike once it is written as the contract has it, or an
// error that is the caller's.
func FuzzEnvelope(f *testing.F) {
	const service = `"service":{"provision":"Cliente","operacion":"alta_cliente"}`
	for _, seed := range []string{
		`{"auth":{"usuario":"a","password":"b"},` + service + `,"parameters":{"sesion":{"usuario":"u","claveSesion":1},"info_general":{"idEmpresa":"7","RazonSocial":"R","dni":1}}}`,
		`{` + service + `,"parameters":{"sesion":[],"info_general":{"idEmpresa":" ","CUIT":true},"info_otra":[]}}`,
		`{"service":{"provision":"Usuario","operacion":"iniciar_sesion"},"parameters":{"usuario":"u","password":5e1}}`,
		`{"service":{"provision":"Empresa","operacion":"listar_empresa"},"start":"1","order":{"field":["a"]},"parameters":{"sesion":{"usuario":"u","claveSesion":"k"}}}`,
		`{"service":{"provision":"Indice","operacion":"listar"},"parameters":[]}`, `{"service":[]}`, `[]`, ``, `{"service":{"provision":"\ud800"}}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := colppy.Decode(strings.NewReader(text))
		if err != nil {
			checkRefused(t, err)
			return
		}
		if got == nil {
			return
		}
		parameters, err := protojson.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		service := serviceOf(t, text)
		again, err := colppy.Decode(strings.NewReader(`{"service":` + service + `,"parameters":` + string(parameters) + `}`))
		if err != nil || !proto.Equal(got, again) {
			t.Errorf("got %v, %v\nwant %v", again, err, got)
		}
	})
}

// FuzzFilter reads any filter: what the domain is asked has fields that the list declares, and no other.
func FuzzFilter(f *testing.F) {
	f.Add("RazonSocial", "like", "%a%")
	f.Add("Activo", "=", "1")
	f.Add("idCondicionPago", "<>", "a 15 Dias")
	f.Add("1; DROP TABLE customer", "=", "' OR 1=1 --")
	f.Add("customer_id", ">=", "1")
	paths := map[string]bool{}
	for _, column := range colppy.CustomerColumns {
		paths[column.Path()] = true
	}
	f.Fuzz(func(t *testing.T, field, op, value string) {
		query, err := colppy.CustomerColumns.Query(&colppyv1.ListarClienteRequest{
			Filter: []*colppyv1.Filtro{{Field: field, Op: op, Value: value}}, Order: []*colppyv1.Orden{{Field: field, Dir: op}},
		})
		if err != nil {
			checkRefused(t, err)
			return
		}
		if len(query.GetFilters()) != 1 || len(query.GetOrders()) != 1 {
			t.Fatalf("asked %v", query)
		}
		filter := query.GetFilters()[0]
		if !paths[filter.GetField()] || !paths[query.GetOrders()[0].GetField()] || filter.GetOperator() == sessionv1.Operator_OPERATOR_UNSPECIFIED {
			t.Errorf("asked %v", query)
		}
	})
}

// FuzzOrder reads any value for an order: it is none of the shapes, or as many fields with a direction each.
func FuzzOrder(f *testing.F) {
	for _, seed := range []string{
		`[{"field":"a","dir":"desc"}]`, `{"field":["a","b"],"order":"asc"}`, `{"field":"a","dir":"DESC"}`, `[{"field":["a"],"order":"desc"},{"field":"b"}]`,
		`{}`, `[]`, `""`, `1`, `null`, `{"dir":"asc"}`, `{"field":[1]}`, `[[]]`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, order string) {
		got, err := colppy.Decode(strings.NewReader(`{"service":{"provision":"Empresa","operacion":"listar_empresa"},"parameters":` +
			`{"sesion":{"usuario":"u","claveSesion":"k"},"order":` + order + `}}`))
		if err != nil {
			checkRefused(t, err)
			return
		}
		list, ok := got.(*colppyv1.ListarEmpresaRequest)
		if !ok {
			return // the text goes on with another service
		}
		for _, o := range list.GetOrder() {
			if strings.TrimSpace(o.GetField()) == "" || o.GetDir() != "asc" && o.GetDir() != "desc" {
				t.Errorf("order %v", o)
			}
		}
	})
}
