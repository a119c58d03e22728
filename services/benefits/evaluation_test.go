package benefits_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

const (
	eligible    = benefitsv1.Outcome_OUTCOME_ELIGIBLE
	potential   = benefitsv1.Outcome_OUTCOME_POTENTIAL
	notEligible = benefitsv1.Outcome_OUTCOME_NOT_ELIGIBLE

	fieldMissing = errorsv1.Reason_REASON_FIELD_MISSING
	unavailable  = errorsv1.Reason_REASON_UNAVAILABLE
	production   = authv1.DataSet_DATA_SET_PRODUCTION
	staging      = authv1.DataSet_DATA_SET_STAGING
)

// The persons of evaluated: of 70 years and the kind "a", of 70, of 20, and one who is not on record.
const (
	old, oldOfNoKind, young, stranger = "11111111-1", "22222222-2", "33333333-3", "44444444-4"
)

// evaluated is a replica whose catalogue has the pensions "alta" and "baja" of salud and "zeta" of trabajo, which comes first.
type evaluated struct {
	*catalogue
	benefitsv1.EvaluationServiceClient
	benefitsv1.SimulationServiceClient
}

func (p *platform) evaluated() *evaluated {
	p.T.Helper()
	c := p.catalogue()
	conn := p.replica().As("gateway")
	_, err := c.Import(c.ana, &benefitsv1.ImportRequest{Categories: []*benefitsv1.Category{
		{CategoryId: "salud", Labels: map[string]string{"es": "Salud"}, Position: 2},
		{CategoryId: "trabajo", Labels: map[string]string{"es": "Trabajo"}, Position: 1},
	}})
	check(p.T, err)
	alta, baja, zeta := pension("b-alta"), pension("a-baja"), pension("c-zeta")
	alta.Texts["es"].Title, baja.Texts["es"].Title = "Ánimo", "Bono"
	alta.Texts["en"] = &benefitsv1.BenefitText{Title: "Vigour", Description: "What it is."}
	zeta.Category, zeta.Beneficiary = "trabajo", benefitsv1.Beneficiary_BENEFICIARY_HOUSEHOLD
	c.enter(alta, baja, zeta)
	for _, id := range []string{"b-alta", "a-baja", "c-zeta"} {
		c.force(id, 1)
	}
	p.Clock.Advance(time.Second)
	p.population.knows(old, p.person("p-old", 70, map[string]any{"kind": "a"}))
	p.population.knows("p-old", p.person("p-old", 70, map[string]any{"kind": "a"}))
	p.population.knows(oldOfNoKind, p.person("p-unknown", 70, nil))
	p.population.knows(young, p.person("p-young", 20, map[string]any{"kind": "a"}))
	return &evaluated{c, benefitsv1.NewEvaluationServiceClient(conn), benefitsv1.NewSimulationServiceClient(conn)}
}

// person is what identity knows of somebody of so many years.
func (p *platform) person(id string, years int, facts map[string]any) *identityv1.Situation {
	p.T.Helper()
	return &identityv1.Situation{
		PersonId: id, BirthDate: p.Clock.Now().AddDate(-years, -1, 0).Format(time.DateOnly), Facts: values(p.T, facts),
	}
}

func values(t testing.TB, facts map[string]any) map[string]*structpb.Value {
	t.Helper()
	all, err := structpb.NewStruct(facts)
	check(t, err)
	return all.GetFields()
}

// of is a subject by its RUT, or else by its person_id.
func of(key string) *benefitsv1.Subject {
	if strings.HasPrefix(key, "p-") {
		return &benefitsv1.Subject{Subject: &benefitsv1.Subject_PersonId{PersonId: key}}
	}
	return &benefitsv1.Subject{Subject: &benefitsv1.Subject_Identifier{
		Identifier: &identityv1.Identifier{Kind: identityv1.IdentifierKind_IDENTIFIER_KIND_RUT, Value: key},
	}}
}

// terms are the least that a request has to say.
func terms() *benefitsv1.Terms { return &benefitsv1.Terms{Access: because()} }

// asking is a client that may evaluate.
func (p *platform) asking() context.Context { return p.byClient(production, "benefits.evaluate") }

// told is an answer in short.
func told(answer *benefitsv1.EvaluateResponse) (short []string) {
	for _, d := range answer.GetDecisions() {
		short = append(short, d.GetBenefitId()+" "+strings.TrimPrefix(d.GetOutcome().String(), "OUTCOME_"))
	}
	return short
}

func (e *evaluated) wantTold(in *benefitsv1.EvaluateRequest, want ...string) *benefitsv1.EvaluateResponse {
	e.T.Helper()
	answer, err := e.Evaluate(e.asking(), in)
	check(e.T, err)
	if diff := cmp.Diff(want, told(answer)); diff != "" {
		e.T.Error(diff)
	}
	return answer
}

func TestEachOutcome(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		e := p.evaluated()
		all := func(outcome string) []string {
			return []string{"c-zeta " + outcome, "b-alta " + outcome, "a-baja " + outcome}
		}
		e.wantTold(&benefitsv1.EvaluateRequest{Subject: of(old), Terms: terms()}, all("ELIGIBLE")...)
		e.wantTold(&benefitsv1.EvaluateRequest{Subject: of("p-old"), Terms: terms()}, all("ELIGIBLE")...)
		e.wantTold(&benefitsv1.EvaluateRequest{Subject: of(oldOfNoKind), Terms: terms()}, all("POTENTIAL")...)
		e.wantTold(&benefitsv1.EvaluateRequest{Subject: of(young), Terms: terms()}, all("NOT_ELIGIBLE")...)
		e.wantTold(&benefitsv1.EvaluateRequest{Subject: of(stranger), Terms: terms()}, all("POTENTIAL")...)

		outcomes := []benefitsv1.Outcome{eligible, notEligible}
		e.wantTold(&benefitsv1.EvaluateRequest{Subject: of(young), Terms: terms(), Outcomes: outcomes}, all("NOT_ELIGIBLE")...)
		e.wantTold(&benefitsv1.EvaluateRequest{Subject: of(oldOfNoKind), Terms: terms(), Outcomes: outcomes})

		category := terms()
		category.Category = "trabajo"
		e.wantTold(&benefitsv1.EvaluateRequest{Subject: of(old), Terms: category}, "c-zeta ELIGIBLE")

		_, err := e.Evaluate(e.asking(), &benefitsv1.EvaluateRequest{Subject: of("p-nobody"), Terms: terms()})
		wantReason(t, err, errorsv1.Reason_REASON_PERSON_NOT_FOUND)
	})
}

func TestADecisionTellsItsBenefit(t *testing.T) {
	e := newPlatform(t).evaluated()
	in := &benefitsv1.EvaluateRequest{Subject: of(old), Terms: terms()}
	in.Terms.Language = "en-GB"
	answer := e.wantTold(in, "c-zeta ELIGIBLE", "a-baja ELIGIBLE", "b-alta ELIGIBLE") // Pensión; Bono, Vigour
	want := &benefitsv1.Decision{
		BenefitId: "b-alta", Version: 1, Outcome: eligible, Category: "salud", Url: "https://example.org/b-alta",
		Title: "Vigour", Description: "What it is.", Beneficiary: benefitsv1.Beneficiary_BENEFICIARY_PERSON,
	}
	if diff := cmp.Diff(want, answer.GetDecisions()[2], protocmp.Transform()); diff != "" {
		t.Error(diff)
	}
	if got := answer.GetDecisions()[0]; got.GetTitle() != "Pensión" || got.GetBeneficiary() != benefitsv1.Beneficiary_BENEFICIARY_HOUSEHOLD {
		t.Errorf("got %v", got)
	}
	basis := answer.GetBasis()
	if basis.GetCatalogueRevision() != 3 || len(basis.GetInputsDigest()) != 64 ||
		!basis.GetKnownAt().AsTime().Equal(e.Clock.Now().Truncate(time.Millisecond)) {
		t.Errorf("it rests on %v", basis)
	}
}

// What is asked of identity is what the rules need, as of the end of the day, on whose behalf.
func TestIdentityIsAskedForWhatTheRulesNeed(t *testing.T) {
	e := newPlatform(t).evaluated()
	_, err := e.Import(e.ana, &benefitsv1.ImportRequest{Facts: []*benefitsv1.FactDefinition{{
		Name: "person.other", Type: benefitsv1.FactType_FACT_TYPE_BOOL, Labels: map[string]string{"es": "otro"},
	}}})
	check(t, err)
	e.wantTold(&benefitsv1.EvaluateRequest{Subject: of(old), Terms: terms()}, "c-zeta ELIGIBLE", "b-alta ELIGIBLE", "a-baja ELIGIBLE")
	past := terms()
	past.AsOf, past.KnownAt, past.Access.OnBehalfOf = "2026-01-31", timestamppb.New(e.Clock.Now()), "somebody"
	_, err = e.Evaluate(e.ByOperator("support"), &benefitsv1.EvaluateRequest{Subject: of(old), Terms: past})
	check(t, err)
	now := timestamppb.New(e.Clock.Now().Truncate(time.Millisecond))
	want := []*identityv1.SituationScope{
		{
			PersonFacts: []string{"kind"}, ValidAt: now, KnownAt: now, DataSet: production,
			Access: &identityv1.Access{Purpose: "a test", OnBehalfOf: "client:c1"},
		},
		{
			// Midnight in Chile is at three in summer.
			PersonFacts: []string{"kind"}, ValidAt: timestamppb.New(time.Date(2026, 2, 1, 2, 59, 59, 999e6, time.UTC)), KnownAt: now, DataSet: production,
			Access: &identityv1.Access{Purpose: "a test", OnBehalfOf: "ana for somebody"},
		},
	}
	if diff := cmp.Diff(want, e.population.scopes(), protocmp.Transform()); diff != "" {
		t.Error(diff)
	}
}

// However a fact is written that lint lets through, it is known to what decides.
func TestHoweverAFactIsWritten(t *testing.T) {
	e := newPlatform(t).evaluated()
	retire := func(id string) {
		t.Helper()
		_, err := e.Retire(e.ByOperator("publisher"), &benefitsv1.RetireRequest{BenefitId: id, Version: 1, Note: "fuera"})
		check(t, err)
		e.Clock.Advance(time.Second)
	}
	for _, id := range []string{"b-alta", "a-baja", "c-zeta"} { // no other may speak of the fact
		retire(id)
	}
	expressions := []string{"person . kind == 'a'", "person. // what\nkind == 'a'", "person.`kind` == 'a'", "((person)\n).kind == 'a'"}
	for i, expression := range expressions {
		written := pension(fmt.Sprint("d-", i))
		written.Conditions[1].Expression = expression
		e.enter(written)
		e.force(written.GetBenefitId(), 1)
		e.Clock.Advance(time.Second)
		e.wantTold(&benefitsv1.EvaluateRequest{Subject: of(old), Terms: terms()}, written.GetBenefitId()+" ELIGIBLE")
		retire(written.GetBenefitId())
	}
}

// The day lasts to its end, also where clocks change at midnight: forward in September, back in April.
func TestTheEndOfADayOnWhichClocksChange(t *testing.T) {
	e := newPlatform(t).evaluated()
	for day, want := range map[string]time.Time{
		"2025-09-06": time.Date(2025, 9, 7, 3, 59, 59, 999e6, time.UTC),
		"2025-09-07": time.Date(2025, 9, 8, 2, 59, 59, 999e6, time.UTC),
		"2025-04-05": time.Date(2025, 4, 6, 3, 59, 59, 999e6, time.UTC),
		"2025-04-06": time.Date(2025, 4, 7, 3, 59, 59, 999e6, time.UTC),
	} {
		asked := terms()
		asked.AsOf = day
		_, err := e.Evaluate(e.asking(), &benefitsv1.EvaluateRequest{Subject: of(old), Terms: asked})
		check(t, err)
		scopes := e.population.scopes()
		if got := scopes[len(scopes)-1].GetValidAt().AsTime(); !got.Equal(want) {
			t.Errorf("%s ends at %v, want %v", day, got, want)
		}
	}
}

func TestWhoMayAsk(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		e := p.evaluated()
		citizen := p.By(authn.Claims{
			ClientID: "w1", Family: "cmp", Kind: authv1.ClientKind_CLIENT_KIND_WIDGET, DataSet: production, Citizen: old,
		})
		answer, err := e.Evaluate(citizen, &benefitsv1.EvaluateRequest{Terms: terms()})
		check(t, err)
		if got := told(answer); len(got) != 3 || got[0] != "c-zeta ELIGIBLE" {
			t.Errorf("the citizen was told %q", got)
		}
		if got := p.population.scopes()[0].GetAccess().GetOnBehalfOf(); got != "the person" {
			t.Errorf("read on behalf of %q", got)
		}
		for name, c := range map[string]struct {
			by      context.Context
			subject *benefitsv1.Subject
			set     authv1.DataSet
			want    errorsv1.Reason
		}{
			"a citizen about another":         {citizen, of(young), 0, denied},
			"a citizen about itself by name":  {citizen, of(old), 0, denied},
			"a citizen in another data set":   {citizen, nil, staging, denied},
			"a client about nobody":           {p.asking(), nil, 0, fieldMissing},
			"a client without the scope":      {p.byClient(production, "benefits.facts"), of(old), 0, denied},
			"a client of staging there":       {p.byClient(staging, "benefits.evaluate"), of(old), staging, 0},
			"a client of staging elsewhere":   {p.byClient(staging, "benefits.evaluate"), of(old), production, denied},
			"a client whose set is not known": {p.byClient(0, "benefits.evaluate"), of(old), 0, unavailable},
			"a role":                          {p.ByPeer("session"), of(old), 0, 0},
			"support":                         {p.ByOperator("support"), of(old), staging, 0},
			"viewers":                         {p.ByOperator("viewer"), of(old), 0, denied},
		} {
			t.Run(name, func(t *testing.T) {
				terms := terms()
				terms.DataSet = c.set
				_, err := e.Evaluate(c.by, &benefitsv1.EvaluateRequest{Subject: c.subject, Terms: terms})
				wantReason(t, err, c.want)
				_, err = e.Explain(c.by, &benefitsv1.ExplainRequest{Subject: c.subject, Terms: terms})
				wantReason(t, err, c.want)
			})
		}
	})
}

func TestTermsThatCannotBeMet(t *testing.T) {
	e := newPlatform(t).evaluated()
	for field, change := range map[string]func(*benefitsv1.Terms){
		"terms.category":            func(t *benefitsv1.Terms) { t.Category = "nada" },
		"terms.as_of":               func(t *benefitsv1.Terms) { t.AsOf = "2026-02-30" },
		"terms.known_at":            func(t *benefitsv1.Terms) { t.KnownAt = timestamppb.New(e.Clock.Now().Add(time.Minute)) },
		"terms.language":            func(t *benefitsv1.Terms) { t.Language = "español" },
		"terms.access.on_behalf_of": func(t *benefitsv1.Terms) { t.Access.OnBehalfOf = strings.Repeat("x", 155) },
	} {
		in := &benefitsv1.EvaluateRequest{Subject: of(old), Terms: terms()}
		change(in.Terms)
		_, err := e.Evaluate(e.asking(), in)
		wantFields(t, err, fieldInvalid, field+": ")
	}
	for _, day := range []string{"1899-12-31", "2200-01-01"} {
		in := &benefitsv1.EvaluateRequest{Subject: of(old), Terms: terms()}
		in.Terms.AsOf = day
		_, err := e.Evaluate(e.asking(), in)
		wantFields(t, err, fieldInvalid, "terms.as_of: ")
	}
	_, err := e.Evaluate(e.asking(), &benefitsv1.EvaluateRequest{Subject: of("11111111-2"), Terms: terms()})
	wantFields(t, err, fieldInvalid, "subject.identifier.value: check digit")
	_, err = e.Evaluate(e.asking(), &benefitsv1.EvaluateRequest{Subject: of(old), Terms: &benefitsv1.Terms{Access: &identityv1.Access{}}})
	wantFields(t, err, fieldMissing, "terms.access.purpose: ")
	if got := len(e.population.scopes()); got != 0 {
		t.Errorf("identity was asked %d times", got)
	}
}

// What was answered comes out again, whatever is published or retired meanwhile.
func TestAnAnswerComesOutAgain(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		e := p.evaluated()
		first, err := e.Evaluate(e.asking(), &benefitsv1.EvaluateRequest{Subject: of(old), Terms: terms()})
		check(t, err)
		again := &benefitsv1.EvaluateRequest{Subject: of(old), Terms: terms()}
		again.Terms.AsOf, again.Terms.KnownAt = first.GetBasis().GetAsOf(), first.GetBasis().GetKnownAt()
		same := func() {
			t.Helper()
			answer, err := e.Evaluate(e.asking(), again)
			check(t, err)
			if diff := cmp.Diff(first, answer, protocmp.Transform()); diff != "" {
				t.Error(diff)
			}
		}
		same()
		p.Clock.Advance(time.Second)
		stricter := pension("a-baja")
		stricter.Conditions[0].Expression = "person.age >= 80"
		stricter.Examples[0] = example("una", eligible, map[string]any{"person.age": 80, "person.kind": "a"})
		e.enter(stricter)
		e.force("a-baja", 2)
		_, err = e.Retire(e.carla, &benefitsv1.RetireRequest{BenefitId: "c-zeta", Version: 1, Note: "ya no"})
		check(t, err)
		_, err = e.Import(e.ana, &benefitsv1.ImportRequest{Facts: []*benefitsv1.FactDefinition{{
			Name: "person.other", Type: benefitsv1.FactType_FACT_TYPE_BOOL, Labels: map[string]string{"es": "otro"},
		}}})
		check(t, err)
		changed := e.wantTold(&benefitsv1.EvaluateRequest{Subject: of(old), Terms: terms()}, "b-alta ELIGIBLE", "a-baja NOT_ELIGIBLE")
		if got := changed.GetBasis().GetCatalogueRevision(); got != 5 {
			t.Errorf("the revision is %d", got)
		}
		same()
		p.Clock.Advance(50 * 24 * time.Hour) // as of today is another day then
		same()
	})
}

// The version that applies on the day decides, the newest of them.
func TestVersionsHaveTheirDays(t *testing.T) {
	e := newPlatform(t).evaluated()
	later := pension("a-baja")
	later.EffectiveFrom, later.EffectiveUntil, later.Texts["es"].Title = "2030-03-01", "2030-03-31", "Después"
	for i := range later.Examples {
		later.Examples[i].Name += " después"
	}
	e.enter(later)
	e.force("a-baja", 2)
	e.Clock.Advance(time.Second)
	for day, version := range map[string]int32{"2030-02-28": 1, "2030-03-01": 2, "2030-03-31": 2, "2030-04-01": 1} {
		in := &benefitsv1.ExplainRequest{Subject: of(old), Terms: terms(), BenefitId: "a-baja"}
		in.Terms.AsOf = day
		answer, err := e.Explain(e.asking(), in)
		check(t, err)
		if got := answer.GetExplanations()[0].GetDecision().GetVersion(); got != version {
			t.Errorf("on %s version %d decides", day, got)
		}
	}
}

func TestReplicasFollowTheCatalogue(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		e := p.evaluated()
		other := benefitsv1.NewEvaluationServiceClient(p.replica().As("gateway"))
		in := &benefitsv1.EvaluateRequest{Subject: of(old), Terms: terms()}
		before, err := other.Evaluate(e.asking(), in)
		check(t, err)
		e.enter(pension("d-neu"))
		e.force("d-neu", 1)
		p.Clock.Advance(time.Second)
		testkit.Eventually(t, time.Minute, func() error {
			after, err := other.Evaluate(e.asking(), in)
			if err == nil && len(after.GetDecisions()) == len(before.GetDecisions()) {
				err = rpcerr.New(unavailable, "not yet")
			}
			return err
		})
	})
}

func TestIdentityDoesNotAnswer(t *testing.T) {
	e := newPlatform(t).evaluated()
	for from, want := range map[errorsv1.Reason]errorsv1.Reason{
		unavailable: unavailable,
		errorsv1.Reason_REASON_CREDENTIAL_INVALID: unavailable, // of ours, not of the caller's
		errorsv1.Reason_REASON_PERMISSION_DENIED:  errorsv1.Reason_REASON_INTERNAL,
		errorsv1.Reason_REASON_FIELD_INVALID:      errorsv1.Reason_REASON_INTERNAL,
	} {
		e.population.fails(rpcerr.New(from, "scripted"))
		_, err := e.Evaluate(e.asking(), &benefitsv1.EvaluateRequest{Subject: of(old), Terms: terms()})
		wantReason(t, err, want)
		if _, ok := rpcerr.Delay(err); ok != (want == unavailable) {
			t.Errorf("%s: when to come back is told: %t", from, ok)
		}
	}
}

// A hundred callers of a pool of one connection are answered, while the catalogue changes, each with a whole one.
func TestAPoolOfOneServesAHundred(t *testing.T) {
	for engine, url := range map[string]string{"sqlite": "sqlite:" + t.TempDir() + "/one.db", "postgres": testkit.Postgres(t)} {
		t.Run(engine, func(t *testing.T) {
			p := openPlatform(t, url, 1)
			e := p.evaluated()
			var callers sync.WaitGroup
			ctx := e.asking()
			for range 100 {
				callers.Go(func() {
					answer, err := e.Evaluate(ctx, &benefitsv1.EvaluateRequest{Subject: of(old), Terms: terms()})
					if err != nil || int(answer.GetBasis().GetCatalogueRevision()) != len(answer.GetDecisions()) {
						t.Errorf("%v, %v", answer.GetBasis(), err)
					}
				})
			}
			e.enter(pension("d-neu"))
			e.force("d-neu", 1)
			callers.Wait()
		})
	}
}

func TestReasons(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		e := p.evaluated()
		full := pension("e-full")
		full.Conditions = []*benefitsv1.Condition{
			{Name: "kind", Expression: `person.kind == "a"`, Sentences: map[string]string{"es": "Ser de la clase A.", "en": "Be of class A."}},
			{Name: "old", Expression: "person.age >= 65", Sentences: map[string]string{"es": "Tener 65 años.", "en": "Be 65."}},
			{Name: "not_too_old", Expression: "person.age < 90", Sentences: map[string]string{"es": "No tener 90."}},
		}
		full.Citations = []*benefitsv1.Citation{{Norm: "Ley 1", Article: "artículo 2", Url: "https://example.org/ley"}}
		e.enter(full)
		e.force("e-full", 1)
		p.Clock.Advance(time.Second)
		p.population.knows(stranger, p.person("p-x", 40, nil))
		in := &benefitsv1.ExplainRequest{Subject: of(stranger), Terms: terms(), BenefitId: "e-full"}
		answer, err := e.Explain(p.byClient(production, "benefits.evaluate", "benefits.facts"), in)
		check(t, err)
		age := func() *structpb.Struct { return &structpb.Struct{Fields: values(t, map[string]any{"person.age": 40})} }
		want := &benefitsv1.Explanation{
			Decision: answer.GetExplanations()[0].GetDecision(),
			Conditions: []*benefitsv1.ConditionResult{
				{Name: "old", Sentence: "Tener 65 años.", Truth: benefitsv1.Truth_TRUTH_FALSE, LookedAt: age()},
				{
					Name: "kind", Sentence: "Ser de la clase A.", Truth: benefitsv1.Truth_TRUTH_UNKNOWN, LookedAt: &structpb.Struct{},
					Missing: []*benefitsv1.FactLabel{{Name: "person.kind", Label: "clase"}},
				},
				{Name: "not_too_old", Sentence: "No tener 90.", Truth: benefitsv1.Truth_TRUTH_TRUE, LookedAt: age()},
			},
			Citations: full.GetCitations(), Changes: []string{"Tendría que cumplirse: Tener 65 años.", "Falta saber: clase."},
		}
		if diff := cmp.Diff(want, answer.GetExplanations()[0], protocmp.Transform()); diff != "" {
			t.Error(diff)
		}
		if got := answer.GetExplanations()[0].GetDecision().GetOutcome(); got != notEligible {
			t.Errorf("the outcome is %v", got)
		}

		in.Terms.Language = "en"
		answer, err = e.Explain(e.asking(), in)
		check(t, err)
		if got, want := answer.GetExplanations()[0].GetChanges(), []string{"This would have to hold: Be 65.", "It is not on record: clase."}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		for _, c := range answer.GetExplanations()[0].GetConditions() {
			if c.GetLookedAt() != nil {
				t.Errorf("%s tells facts to a client without the scope", c.GetName())
			}
		}

		in.BenefitId = ""
		whole, err := e.Explain(e.asking(), in)
		check(t, err)
		evaluated, err := e.Evaluate(e.asking(), &benefitsv1.EvaluateRequest{Subject: in.GetSubject(), Terms: in.GetTerms()})
		check(t, err)
		for i, d := range evaluated.GetDecisions() {
			if !proto.Equal(d, whole.GetExplanations()[i].GetDecision()) {
				t.Errorf("%v is explained as %v", d, whole.GetExplanations()[i].GetDecision())
			}
		}
		if len(whole.GetExplanations()) != len(evaluated.GetDecisions()) || !proto.Equal(whole.GetBasis(), evaluated.GetBasis()) {
			t.Errorf("Explain has %d explanations on %v", len(whole.GetExplanations()), whole.GetBasis())
		}
		in.Outcomes = []benefitsv1.Outcome{eligible}
		none, err := e.Explain(e.asking(), in)
		check(t, err)
		if got := len(none.GetExplanations()); got != 0 {
			t.Errorf("%d are eligible", got)
		}

		for id, category := range map[string]string{"nada": "", "e-full": "trabajo"} {
			in.BenefitId, in.Terms.Category = id, category
			_, err = e.Explain(e.asking(), in)
			wantReason(t, err, benefitUnknown)
		}
	})
}
