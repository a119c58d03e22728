package cmp_test

import (
	"testing"

	"github.com/ventanilla/ventanilla/gateway/dialect/cmp"
	"github.com/ventanilla/ventanilla/gateway/edgetest"
	cmpv1 "github.com/ventanilla/ventanilla/proto/gen/go/cmp/v1"
)

func TestEveryReasonHasAnAnswer(t *testing.T) { edgetest.EveryReason(t, cmp.Answers) }

func TestEveryValidatedFieldHasAName(t *testing.T) { edgetest.EveryField(t, cmp.Fields) }

func TestEveryAnswerHasTexts(t *testing.T) {
	for reason, answer := range cmp.Answers {
		if envelope, oauth := answer.Texts(); envelope == "" || oauth == "" {
			t.Errorf("%s has no text", reason)
		}
	}
}

func TestEveryRouteIsAnnotated(t *testing.T) {
	family, err := cmp.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	edgetest.EveryRoute(t, family, cmpv1.File_cmp_v1_oauth_proto)
}
