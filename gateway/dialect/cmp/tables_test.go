package cmp_test

import (
	"testing"

	"github.com/ventanilla/ventanilla/gateway/dialect/cmp"
	"github.com/ventanilla/ventanilla/gateway/edgetest"
	cmpv1 "github.com/ventanilla/ventanilla/proto/gen/go/cmp/v1"
)

func TestEveryReasonHasAnAnswer(t *testing.T) { edgetest.EveryReason(t, cmp.Answers, "auth", "identity", "benefits") }

func TestEveryValidatedFieldHasAName(t *testing.T) {
	for _, fields := range cmp.Fields {
		edgetest.EveryField(t, fields)
	}
}

func TestEveryAnswerHasTexts(t *testing.T) {
	for reason, answer := range cmp.Answers {
		if envelope, oauth := answer.Texts(); envelope == "" || oauth == "" {
			t.Errorf("%s has no text", reason)
		}
	}
}

func TestEveryRouteIsAnnotated(t *testing.T) {
	family, err := cmp.New(nil, nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	edgetest.EveryRoute(t, family, cmpv1.File_cmp_v1_oauth_proto, cmpv1.File_cmp_v1_widget_token_proto,
		cmpv1.File_cmp_v1_benefits_proto, cmpv1.File_cmp_v1_widget_proto)
}
