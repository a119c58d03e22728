package mosia_test

import (
	"net/http"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/ventanilla/ventanilla/gateway/dialect/mosia"
	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/gateway/edgetest"
	mosiav1 "github.com/ventanilla/ventanilla/proto/gen/go/mosia/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

var contracts = []protoreflect.FileDescriptor{
	mosiav1.File_mosia_v1_pass_key_proto, mosiav1.File_mosia_v1_functionality_proto,
	mosiav1.File_mosia_v1_security_proto, mosiav1.File_mosia_v1_message_proto,
}

func family(t *testing.T) edge.Family {
	t.Helper()
	f, err := mosia.New(nil, nil, nil, mosia.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestEveryReasonHasAnAnswer(t *testing.T) { edgetest.EveryReason(t, mosia.Answers, "session") }

func TestEveryAnswerHasAText(t *testing.T) {
	for reason, answer := range mosia.Answers {
		if answer.Text() == "" || http.StatusText(answer.Status()) == "" {
			t.Errorf("%s has no text, or no status", reason)
		}
	}
}

func TestEveryValidatedFieldHasAName(t *testing.T) {
	for _, fields := range mosia.Fields {
		edgetest.EveryField(t, fields)
	}
}

func TestEveryRouteIsAnnotated(t *testing.T) { edgetest.EveryRoute(t, family(t), contracts...) }

func TestEveryRelationHasAWord(t *testing.T) {
	for number, name := range identityv1.HouseholdRelation_name {
		relation := identityv1.HouseholdRelation(number)
		member := relation > identityv1.HouseholdRelation_HOUSEHOLD_RELATION_NONE
		if (mosia.Relations[relation] != "") != member {
			t.Errorf("%s: %q", name, mosia.Relations[relation])
		}
	}
	if word := mosia.Relation("child"); word == nil || *word != "filho" {
		t.Errorf("a child is %v", word)
	}
}
