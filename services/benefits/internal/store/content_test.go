package store_test

import (
	"testing"

	"google.golang.org/protobuf/types/known/structpb"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	"github.com/ventanilla/ventanilla/services/benefits/internal/store"
)

// What a digest is of must not change with a release, or everything would be imported again as a draft.
func TestCanonicalStaysAsItIs(t *testing.T) {
	example := &benefitsv1.ExampleCase{Name: "x", Outcome: benefitsv1.Outcome_OUTCOME_ELIGIBLE, Facts: &structpb.Struct{Fields: map[string]*structpb.Value{
		"person.z": structpb.NewNumberValue(0.1), "person.a": structpb.NewNumberValue(70), "household.b": structpb.NewBoolValue(false),
	}}}
	benefit := &benefitsv1.Benefit{
		BenefitId: "a", Category: "salud", Url: "https://example.org/?a&b", ChileatiendeIds: []int64{1 << 53},
		Texts:    map[string]*benefitsv1.BenefitText{"en": {Title: "<b>"}, "es": {Title: "Pensión\n\u2028", Description: `"\`}},
		Examples: []*benefitsv1.ExampleCase{example, {Name: "y", Facts: &structpb.Struct{}}},
	}
	const want = `{"beneficiary":"BENEFICIARY_PERSON","benefitId":"a","category":"salud","chileatiendeIds":["9007199254740992"],` +
		`"examples":[{"facts":{"household.b":false,"person.a":70,"person.z":0.1},"name":"x","outcome":"OUTCOME_ELIGIBLE"},{"name":"y"}],` +
		`"texts":{"en":{"title":"<b>"},"es":{"description":"\"\\","title":"Pensión\n\u2028"}},"url":"https://example.org/?a&b"}`
	const wantDigest = "c9d69019958bc728bbe11ff38358a883c3bf46f7bf2449f44bf66aa410a2fcca"
	for range 20 { // maps and protojson's spaces vary
		content, digest, err := store.Canonical(benefit)
		if err != nil || string(content) != want || digest != wantDigest {
			t.Fatalf("%v, %s\n%s", err, digest, content)
		}
	}
	if benefit.GetBeneficiary() != benefitsv1.Beneficiary_BENEFICIARY_UNSPECIFIED {
		t.Error("the benefit itself was changed")
	}
}
