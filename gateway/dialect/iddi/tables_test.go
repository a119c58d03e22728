package iddi_test

import (
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/ventanilla/ventanilla/gateway/dialect/iddi"
	"github.com/ventanilla/ventanilla/gateway/edgetest"
	iddiv1 "github.com/ventanilla/ventanilla/proto/gen/go/iddi/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

var contracts = []protoreflect.FileDescriptor{
	iddiv1.File_iddi_v1_oauth_proto, iddiv1.File_iddi_v1_profile_proto, iddiv1.File_iddi_v1_catalogue_proto, iddiv1.File_iddi_v1_card_proto,
}

func TestEveryReasonHasAnAnswer(t *testing.T) { edgetest.EveryReason(t, iddi.Answers, "identity") }

func TestEveryAnswerHasTexts(t *testing.T) {
	for reason, answer := range iddi.Answers {
		if text, oauth := answer.Texts(); text == "" || oauth == "" {
			t.Errorf("%s has no text", reason)
		}
	}
}

func TestEveryValidatedFieldHasAName(t *testing.T) {
	for _, fields := range iddi.Fields {
		edgetest.EveryField(t, fields)
	}
}

func TestEveryRouteIsAnnotated(t *testing.T) {
	family, err := iddi.New(nil, nil, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	edgetest.EveryRoute(t, family, contracts...)
}

func TestEveryValueHasAName(t *testing.T) {
	everyValue(t, iddi.Letters)
	everyValue(t, iddi.States)
	everyValue(t, iddi.RevocationReasons)
	catalogues := make(map[identityv1.Catalogue]string)
	for name, catalogue := range iddi.Catalogues {
		catalogues[catalogue] = name
	}
	everyValue(t, catalogues)
}

// everyValue fails unless each value of an enum but the first has a name.
func everyValue[E interface {
	~int32
	protoreflect.Enum
}](t *testing.T, names map[E]string) {
	t.Helper()
	values := E(0).Descriptor().Values()
	for i := 1; i < values.Len(); i++ {
		if names[E(values.Get(i).Number())] == "" {
			t.Errorf("%s has no name", values.Get(i).FullName())
		}
	}
	if len(names) != values.Len()-1 {
		t.Errorf("%d names for %d values of %s", len(names), values.Len()-1, E(0).Descriptor().FullName())
	}
}
