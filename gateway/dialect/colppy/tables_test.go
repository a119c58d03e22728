package colppy_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/ventanilla/ventanilla/gateway/dialect/colppy"
	"github.com/ventanilla/ventanilla/gateway/edgetest"
	colppyv1 "github.com/ventanilla/ventanilla/proto/gen/go/colppy/v1"
	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

func TestEveryReasonHasAnAnswer(t *testing.T) {
	edgetest.EveryReason(t, colppy.Answers, "session")
}

func TestEveryValidatedFieldHasAName(t *testing.T) {
	for _, fields := range colppy.Fields {
		edgetest.EveryField(t, fields)
	}
}

// An answer has an estado of the table, or a text and a status for strict calls, and not both.
func TestEveryAnswerIsWhole(t *testing.T) {
	for reason, a := range colppy.Answers {
		estado, text, strict := a.Parts()
		refuses := text != "" && strict >= 400
		fails := estado != colppy.EstadoExito && text == "" && strict == 0
		if refuses == fails || refuses && estado != colppy.EstadoExito {
			t.Errorf("%s: %d, %q, %d", reason, estado, text, strict)
		}
	}
}

func TestEstadosAreDistinct(t *testing.T) {
	codes, texts := map[colppy.Estado]bool{}, map[string]bool{}
	for _, m := range colppy.Estados() {
		if codes[m.Estado] || texts[m.Mensaje] || m.Mensaje == "" || m.When == "" || m.Status == 0 {
			t.Errorf("%+v", m)
		}
		codes[m.Estado], texts[m.Mensaje] = true, true
	}
	for reason, a := range colppy.Answers {
		if estado, _, _ := a.Parts(); !codes[estado] {
			t.Errorf("%s has the estado %d, which is not in the table", reason, estado)
		}
	}
}

func TestEveryRouteIsAnnotated(t *testing.T) {
	family, err := colppy.New(nil, nil, nil, colppy.Config{})
	if err != nil {
		t.Fatal(err)
	}
	edgetest.EveryRoute(t, family, colppyv1.File_colppy_v1_service_proto)
}

// declared are the fields of a row that the contract says lists take.
func declared(row proto.Message) (names []string) {
	fields := row.ProtoReflect().Descriptor().Fields()
	for i := range fields.Len() {
		if listed, _ := proto.GetExtension(fields.Get(i).Options(), colppyv1.E_Listed).(bool); listed {
			names = append(names, fields.Get(i).JSONName())
		}
	}
	slices.Sort(names)
	return names
}

func TestListsTakeWhatTheContractDeclares(t *testing.T) {
	if got, want := slices.Sorted(maps.Keys(colppy.OrganisationColumns)), declared(&colppyv1.Empresa{}); !slices.Equal(got, want) {
		t.Errorf("Empresa takes %q, the contract has %q", got, want)
	}
	if got, want := slices.Sorted(maps.Keys(colppy.CustomerColumns)), declared(&colppyv1.Cliente{}); !slices.Equal(got, want) {
		t.Errorf("Cliente takes %q, the contract has %q", got, want)
	}
	for name, column := range colppy.CustomerColumns {
		m := (&sessionv1.Customer{}).ProtoReflect().Descriptor()
		for path := range strings.SplitSeq(column.Path(), ".") {
			f := m.Fields().ByName(protoreflect.Name(path))
			if f == nil {
				t.Fatalf("%s: a customer has no %s", name, column.Path())
			}
			m = f.Message()
		}
	}
}

// every fails unless each value of an enum but 0 has a word of its own.
func every[E interface {
	comparable
	protoreflect.Enum
}](t *testing.T, words map[E]string, but ...protoreflect.EnumNumber) {
	t.Helper()
	var none E
	seen := map[string]bool{}
	values := none.Descriptor().Values()
	for i := range values.Len() {
		number := values.Get(i).Number()
		if number == 0 || slices.Contains(but, number) {
			continue
		}
		word := words[none.Type().New(number).(E)]
		if word == "" || seen[word] {
			t.Errorf("%s: %q", values.Get(i).Name(), word)
		}
		seen[word] = true
	}
}

func TestEveryValueHasAWord(t *testing.T) {
	every(t, colppy.PaymentTerms)
	every(t, colppy.VatConditions)
	every(t, colppy.Statuses)
	every(t, colppy.Channels)
	every(t, colppy.Outcomes, benefitsv1.Outcome_OUTCOME_NOT_ELIGIBLE.Number())
	if len(colppy.Statuses) != len(notificationsv1.Status_name)-1 {
		t.Errorf("%d statuses have words", len(colppy.Statuses))
	}
}
