package identity_test

import (
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

func aboutPerson(id string) *identityv1.FactSubject {
	return &identityv1.FactSubject{Subject: &identityv1.FactSubject_PersonId{PersonId: id}}
}

func aboutHousehold(id string) *identityv1.FactSubject {
	return &identityv1.FactSubject{Subject: &identityv1.FactSubject_HouseholdId{HouseholdId: id}}
}

func fact(name string, value any, st *identityv1.Statement) *identityv1.Fact {
	stored, err := structpb.NewValue(value)
	if err != nil {
		panic(err) // the test's own
	}
	return &identityv1.Fact{Name: name, Value: stored, Statement: st}
}

// Values keep their JSON types; what nobody stated, and what is not known any more, is absent.
func TestFactsOfEveryType(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		conn := p.replica().As("gateway")
		facts, editor, now := identityv1.NewFactServiceClient(conn), p.ByOperator("editor"), p.Clock.Now().Truncate(time.Millisecond)
		made, err := identityv1.NewHouseholdServiceClient(conn).CreateHousehold(editor, &identityv1.CreateHouseholdRequest{HouseholdKey: "H"})
		check(t, err)
		home, ana := made.GetHousehold().GetHouseholdId(), p.resident("production")
		for target, subject := range map[string]*identityv1.FactSubject{"p-" + ana: aboutPerson(ana), "household:" + home: aboutHousehold(home)} {
			told := []*identityv1.Fact{
				fact("a.list", []any{"ñ<>", 1.5, false}, stated(now, "")),
				fact("b", false, stated(now, "1")),
				fact("c", "", stated(now, "1")),
				fact("d_2", -0.125, stated(now, "1")),
				fact("empty", []any{}, stated(now, "1")),
				fact("gone", nil, stated(now, "1")),
			}
			_, err := facts.RecordFacts(editor, &identityv1.RecordFactsRequest{Subject: subject, Facts: told})
			check(t, err)
			got, err := facts.GetFacts(p.ByOperator("support"), &identityv1.GetFactsRequest{Subject: subject, Access: because()})
			check(t, err)
			if len(got.GetFacts()) != len(told)-1 {
				t.Fatalf("got %v", got)
			}
			for i, f := range got.GetFacts() {
				f.Statement.RecordedAt = nil
				if !proto.Equal(f, told[i]) {
					t.Errorf("got %v, want %v", f, told[i])
				}
			}
			some, err := facts.GetFacts(editor, &identityv1.GetFactsRequest{Subject: subject, Names: []string{"d_2", "unknown", "b"}, Access: because()})
			check(t, err)
			if len(some.GetFacts()) != 2 || some.GetFacts()[0].GetName() != "b" {
				t.Errorf("got %v", some)
			}
			entries := p.entered(target)
			if last := entries[len(entries)-1]; !strings.Contains(last, `"act":"GetFacts"`) || !strings.Contains(last, `"fields":["facts.b","facts.d_2"]`) {
				t.Errorf("entered %q", last)
			}
		}
	})
}

func TestFactsRefuseWhatIsWrong(t *testing.T) {
	p := newPlatform(t)
	facts, editor, ana := identityv1.NewFactServiceClient(p.replica().As("gateway")), p.ByOperator("editor"), aboutPerson(p.resident("production"))
	for name, f := range map[string]*identityv1.Fact{
		"facts[0].name":                fact("Not.A-Name", 1, stated(p.Clock.Now(), "")),
		"facts[0].value":               fact("a", map[string]any{"b": 1}, stated(p.Clock.Now(), "")),
		"facts[0].statement.reference": fact("a", 1, stated(p.Clock.Now(), "\t")),
	} {
		_, err := facts.RecordFacts(editor, &identityv1.RecordFactsRequest{Subject: ana, Facts: []*identityv1.Fact{f}})
		wantField(t, err, name)
	}
	for _, value := range []any{[]any{nil}, []any{[]any{1}}, strings.Repeat("x", 4<<10)} {
		_, err := facts.RecordFacts(editor, &identityv1.RecordFactsRequest{Subject: ana, Facts: []*identityv1.Fact{fact("a", value, stated(p.Clock.Now(), ""))}})
		wantField(t, err, "facts[0].value")
	}
	for subject, want := range map[*identityv1.FactSubject]errorsv1.Reason{
		aboutPerson("nobody"):    errorsv1.Reason_REASON_PERSON_NOT_FOUND,
		aboutHousehold("nobody"): errorsv1.Reason_REASON_HOUSEHOLD_NOT_FOUND,
	} {
		_, err := facts.GetFacts(editor, &identityv1.GetFactsRequest{Subject: subject, Access: because()})
		wantReason(t, err, want)
	}
	got, err := facts.GetFacts(editor, &identityv1.GetFactsRequest{Subject: ana, Access: because()})
	check(t, err)
	if len(got.GetFacts()) != 0 {
		t.Errorf("got %v", got)
	}
	_, err = facts.RecordFacts(p.ByOperator("viewer"), &identityv1.RecordFactsRequest{Subject: ana, Facts: []*identityv1.Fact{fact("a", 1, stated(p.Clock.Now().Add(time.Hour), ""))}})
	wantReason(t, err, errorsv1.Reason_REASON_PERMISSION_DENIED)
}
