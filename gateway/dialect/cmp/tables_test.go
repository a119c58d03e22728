package cmp_test

import (
	"testing"

	"github.com/ventanilla/ventanilla/gateway/dialect/cmp"
	"github.com/ventanilla/ventanilla/gateway/edgetest"
	cmpv1 "github.com/ventanilla/ventanilla/proto/gen/go/cmp/v1"
	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

func TestEveryReasonHasAnAnswer(t *testing.T) {
	edgetest.EveryReason(t, cmp.Answers, "auth", "identity", "benefits")
}

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

func TestEveryValueHasAWord(t *testing.T) {
	for number, name := range benefitsv1.Truth_name {
		if (cmp.Truths[benefitsv1.Truth(number)] == "") != (number == 0) {
			t.Errorf("%s: %q", name, cmp.Truths[benefitsv1.Truth(number)])
		}
	}
	for number, name := range identityv1.HouseholdRelation_name {
		relation := identityv1.HouseholdRelation(number)
		member := relation > identityv1.HouseholdRelation_HOUSEHOLD_RELATION_NONE
		if (cmp.Relations[relation] != "") != member {
			t.Errorf("%s: %q", name, cmp.Relations[relation])
		}
	}
}

func TestEveryReaderHasAWordInEachLanguage(t *testing.T) {
	for language := range cmp.Readers {
		seen := make(map[string]bool)
		for _, access := range []*identityv1.CitizenAccess{
			{Actor: "client:w1", OnBehalfOf: "the person"}, {Actor: "operator"}, {Actor: "client:w1"}, {Actor: "peer:benefits"},
		} {
			who := cmp.Reader(access, language)
			if who == "" || seen[who] {
				t.Errorf("%s: %q reads as %v", language, who, access)
			}
			seen[who] = true
		}
	}
}
