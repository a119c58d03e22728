package benefits_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

const (
	draft     = benefitsv1.VersionState_VERSION_STATE_DRAFT
	inReview  = benefitsv1.VersionState_VERSION_STATE_IN_REVIEW
	published = benefitsv1.VersionState_VERSION_STATE_PUBLISHED
	retired   = benefitsv1.VersionState_VERSION_STATE_RETIRED

	benefitInvalid = errorsv1.Reason_REASON_BENEFIT_INVALID
	versionState   = errorsv1.Reason_REASON_VERSION_STATE
	benefitUnknown = errorsv1.Reason_REASON_BENEFIT_NOT_FOUND
	examplesFail   = errorsv1.Reason_REASON_EXAMPLES_FAIL
	denied         = errorsv1.Reason_REASON_PERMISSION_DENIED
	fieldInvalid   = errorsv1.Reason_REASON_FIELD_INVALID
)

// catalogue is a replica's catalogue with the category "salud", the fact person.kind of the values "a" and "b", and two operators:
// ana, who edits, and carla, who publishes.
type catalogue struct {
	benefitsv1.CatalogueServiceClient
	*platform
	ana, carla context.Context
}

func (p *platform) catalogue() *catalogue {
	p.T.Helper()
	c := &catalogue{
		CatalogueServiceClient: benefitsv1.NewCatalogueServiceClient(p.replica().As("gateway")), platform: p,
		ana: p.operator("ana", "editor"), carla: p.operator("carla", "publisher"),
	}
	_, err := c.Import(c.ana, &benefitsv1.ImportRequest{
		Categories: []*benefitsv1.Category{{CategoryId: "salud", Labels: map[string]string{"es": "Salud"}}},
		Facts:      []*benefitsv1.FactDefinition{kind("a", "b")},
	})
	check(p.T, err)
	return c
}

func (p *platform) operator(name string, roles ...string) context.Context {
	return p.By(authn.Claims{Operator: name, Roles: roles})
}

// kind is the fact person.kind.
func kind(values ...string) *benefitsv1.FactDefinition {
	return &benefitsv1.FactDefinition{
		Name: "person.kind", Type: benefitsv1.FactType_FACT_TYPE_STRING, Labels: map[string]string{"es": "clase"}, Values: values,
	}
}

func example(name string, outcome benefitsv1.Outcome, facts map[string]any) *benefitsv1.ExampleCase {
	known, err := structpb.NewStruct(facts)
	if err != nil {
		panic(err)
	}
	return &benefitsv1.ExampleCase{Name: name, Facts: known, Outcome: outcome}
}

// pension is a benefit that can be published, for those who are 65 and of the kind "a".
func pension(id string) *benefitsv1.Benefit {
	sentence := map[string]string{"es": "Una frase."}
	return &benefitsv1.Benefit{
		BenefitId: id, Category: "salud", Url: "https://example.org/" + id,
		Texts: map[string]*benefitsv1.BenefitText{"es": {Title: "Pensión", Description: "Lo que es."}},
		Conditions: []*benefitsv1.Condition{
			{Name: "age", Expression: "person.age >= 65", Sentences: sentence},
			{Name: "kind", Expression: `person.kind == "a"`, Sentences: sentence},
		},
		Examples: []*benefitsv1.ExampleCase{
			example("una", benefitsv1.Outcome_OUTCOME_ELIGIBLE, map[string]any{"person.age": 70, "person.kind": "a"}),
			example("otra", benefitsv1.Outcome_OUTCOME_NOT_ELIGIBLE, map[string]any{"person.age": 20}),
		},
	}
}

// enter imports benefits and returns the drafts.
func (c *catalogue) enter(benefits ...*benefitsv1.Benefit) []*benefitsv1.BenefitVersion {
	c.T.Helper()
	answer, err := c.Import(c.ana, &benefitsv1.ImportRequest{Benefits: benefits})
	check(c.T, err)
	return answer.GetDrafts()
}

func (c *catalogue) submit(by context.Context, id string, version int32) error {
	_, err := c.Submit(by, &benefitsv1.SubmitRequest{BenefitId: id, Version: version, Note: "revísenlo"})
	return err
}

func (c *catalogue) publish(by context.Context, id string, version int32) error {
	_, err := c.Publish(by, &benefitsv1.PublishRequest{BenefitId: id, Version: version})
	return err
}

func (c *catalogue) force(id string, version int32) {
	c.T.Helper()
	check(c.T, c.submit(c.ana, id, version))
	check(c.T, c.publish(c.carla, id, version))
}

// wantFields checks what an error says of fields: "field: some of the description".
func wantFields(t *testing.T, err error, reason errorsv1.Reason, want ...string) {
	t.Helper()
	wantReason(t, err, reason)
	var got []string
	for _, f := range rpcerr.Fields(err) {
		got = append(got, f.Field+": "+f.Description)
	}
	for i, field := range want {
		name, says, _ := strings.Cut(field, ": ")
		if i >= len(got) || !strings.HasPrefix(got[i], name+": ") || !strings.Contains(got[i], says) {
			t.Errorf("the fields are\n%s\nwant %q", strings.Join(got, "\n"), want)
			return
		}
	}
	if len(got) != len(want) {
		t.Errorf("the fields are\n%s\nwant %q", strings.Join(got, "\n"), want)
	}
}

func TestABenefitsLife(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		c := p.catalogue()
		drafts := c.enter(pension("pgu"))
		if len(drafts) != 1 || drafts[0].GetVersion() != 1 || drafts[0].GetState() != draft || drafts[0].GetAuthor() != "ana" || len(drafts[0].GetDigest()) != 64 {
			t.Fatalf("the drafts are %v", drafts)
		}
		wantReason(t, c.publish(c.carla, "pgu", 1), versionState)
		berta := p.operator("berta", "editor", "publisher")
		p.Clock.Advance(time.Minute)
		submitted, err := c.Submit(berta, &benefitsv1.SubmitRequest{BenefitId: "pgu", Version: 1, Note: "lista"})
		check(t, err)
		if v := submitted.GetVersion(); v.GetState() != inReview || !v.GetSubmittedAt().AsTime().Equal(p.Clock.Now().Truncate(time.Millisecond)) {
			t.Errorf("submitted is %v", v)
		}
		wantReason(t, c.publish(berta, "pgu", 1), errorsv1.Reason_REASON_AUTHOR_MAY_NOT_PUBLISH)
		wantReason(t, c.publish(p.operator("ana", "editor", "publisher"), "pgu", 1), errorsv1.Reason_REASON_AUTHOR_MAY_NOT_PUBLISH)
		returned, err := c.Return(c.carla, &benefitsv1.ReturnRequest{BenefitId: "pgu", Version: 1, Note: "falta la cita"})
		if check(t, err); returned.GetVersion().GetState() != draft {
			t.Errorf("returned is %v", returned)
		}
		check(t, c.submit(c.ana, "pgu", 1))
		check(t, c.submit(c.ana, "pgu", 1)) // as who lost the answer does
		check(t, c.publish(c.carla, "pgu", 1))
		retiring := &benefitsv1.RetireRequest{BenefitId: "pgu", Version: 1, Note: "derogada"}
		gone, err := c.Retire(c.carla, retiring)
		if check(t, err); gone.GetVersion().GetState() != retired || gone.GetVersion().GetPublishedBy() != "carla" || gone.GetVersion().GetRetiredAt() == nil {
			t.Errorf("retired is %v", gone)
		}
		wantReason(t, c.publish(c.carla, "pgu", 1), versionState)

		var got []string
		token := ""
		for {
			page, err := c.ListHistory(p.operator("vera", "viewer"), &benefitsv1.ListHistoryRequest{BenefitId: "pgu", PageSize: 4, PageToken: token})
			check(t, err)
			for _, e := range page.GetEvents() {
				got = append(got, fmt.Sprintf("%s %d %s>%s %s", e.GetActor(), e.GetVersion(), short(e.GetBefore()), short(e.GetAfter()), e.GetNote()))
			}
			if token = page.GetNextPageToken(); token == "" {
				break
			}
		}
		want := []string{
			"ana 1 unspecified>draft ", "berta 1 draft>in_review lista", "carla 1 in_review>draft falta la cita",
			"ana 1 draft>in_review revísenlo", "carla 1 in_review>published ", "carla 1 published>retired derogada",
		}
		if !slices.Equal(got, want) {
			t.Errorf("the history is\n%s", strings.Join(got, "\n"))
		}
	})
}

func short(state benefitsv1.VersionState) string {
	return strings.ToLower(strings.TrimPrefix(state.String(), "VERSION_STATE_"))
}

func TestOnlyWhatDiffersBecomesADraft(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		c := p.catalogue()
		c.enter(pension("a"), pension("b"))
		c.force("a", 1)
		other := pension("b")
		other.Note = "otra"
		answer, err := c.Import(c.ana, &benefitsv1.ImportRequest{Benefits: []*benefitsv1.Benefit{pension("a"), other, pension("c")}})
		check(t, err)
		if answer.GetUnchanged() != 1 || len(answer.GetDrafts()) != 2 || answer.GetDrafts()[0].GetVersion() != 2 || answer.GetDrafts()[1].GetVersion() != 1 {
			t.Errorf("the import gave %v", answer)
		}
		wantReason(t, c.submit(c.ana, "b", 1), versionState) // 2 is newer
		all, err := c.ListBenefits(c.ana, &benefitsv1.ListBenefitsRequest{})
		check(t, err)
		back := &benefitsv1.ImportRequest{}
		for _, v := range all.GetVersions() {
			back.Benefits = append(back.Benefits, v.GetBenefit())
		}
		facts, err := c.ListFactDefinitions(c.ana, &benefitsv1.ListFactDefinitionsRequest{})
		check(t, err)
		back.Facts = facts.GetFacts()
		if !slices.ContainsFunc(back.GetFacts(), (*benefitsv1.FactDefinition).GetDerived) {
			t.Error("no derived fact is listed")
		}
		categories, err := c.ListCategories(c.ana, &benefitsv1.ListCategoriesRequest{})
		check(t, err)
		back.Categories = categories.GetCategories()
		same, err := c.Import(c.ana, back)
		if check(t, err); same.GetUnchanged() != 3 || len(same.GetDrafts()) != 0 {
			t.Errorf("what was listed is not the same when it is imported: %v", same)
		}
	})
}

// refusals are parts of a catalogue that cannot be imported, and what is said of them.
var refusals = map[string]struct {
	part   func(in *benefitsv1.ImportRequest)
	fields []string
}{
	"expressions": {func(in *benefitsv1.ImportRequest) {
		in.Benefits = append(in.Benefits, pension("x"), pension("y"))
		in.Benefits[1].Conditions[0].Expression = "person.ag >= 65"
		in.Benefits[1].Conditions[1].Expression = "has(person.kind)"
		in.Benefits[2].Conditions[1].Expression = "person.age"
	}, []string{
		"benefits[1].conditions[0].expression: person.ag", "benefits[1].conditions[1].expression: has",
		"benefits[2].conditions[1].expression: int",
	}},
	"texts": {func(in *benefitsv1.ImportRequest) {
		b := in.GetBenefits()[0]
		b.Texts["en"] = &benefitsv1.BenefitText{Title: " ", Description: "a\x00"}
		b.Conditions[0].Sentences = map[string]string{"en": "A\nsentence"}
		b.Conditions[1].Name = "age"
		b.Citations = []*benefitsv1.Citation{{Norm: "\t"}, {Norm: "Ley", Article: "1\x1b", Url: "https://:1"}}
		b.Examples[1].Name = "\u200b \n"
		b.Url, b.Note = "https://", "una nota\n"
	}, []string{
		"benefits[0].conditions[0].sentences: Spanish", "benefits[0].conditions[1].name: another",
		`benefits[0].texts["en"].title: begin or end`, `benefits[0].texts["en"].description: control`,
		`benefits[0].conditions[0].sentences["en"]: one line`,
		"benefits[0].citations[0].norm: one line", "benefits[0].citations[1].article: one line", "benefits[0].citations[1].url: https",
		"benefits[0].examples[1].name: one line", "benefits[0].url: https", "benefits[0].note: begin or end",
	}},
	"no Spanish": {func(in *benefitsv1.ImportRequest) {
		b := in.GetBenefits()[0]
		b.Texts = map[string]*benefitsv1.BenefitText{"en": b.GetTexts()["es"]}
		in.Categories = []*benefitsv1.Category{{CategoryId: "z", Labels: map[string]string{"en": "Z"}}}
		f := kind()
		f.Labels = map[string]string{"en": "kind"}
		in.Facts = []*benefitsv1.FactDefinition{f}
	}, []string{"categories[0].labels: Spanish", "facts[0].labels: Spanish", "benefits[0].texts: Spanish"}},
	"days": {func(in *benefitsv1.ImportRequest) {
		in.Benefits = append(in.Benefits, pension("x"))
		in.Benefits[0].EffectiveFrom, in.Benefits[0].EffectiveUntil = "2026-02-29", "2026-13-01"
		in.Benefits[1].EffectiveFrom, in.Benefits[1].EffectiveUntil = "2026-01-02", "2026-01-01"
	}, []string{
		"benefits[0].effective_from: no such day", "benefits[0].effective_until: no such day",
		"benefits[1].effective_until: before",
	}},
	"twice": {func(in *benefitsv1.ImportRequest) {
		in.Benefits = append(in.Benefits, pension("pgu"))
		category := &benefitsv1.Category{CategoryId: "z", Labels: map[string]string{"es": "Z"}}
		in.Categories = []*benefitsv1.Category{category, category}
		in.Facts = []*benefitsv1.FactDefinition{kind("a", "b"), kind("a", "b")}
	}, []string{"categories[1].category_id: another", "facts[1].name: another", "benefits[1].benefit_id: another"}},
	"categories": {func(in *benefitsv1.ImportRequest) { in.Benefits[0].Category = "trabajo" }, []string{"benefits[0].category: the catalogue has salud"}},
	"facts": {func(in *benefitsv1.ImportRequest) {
		number := kind("1")
		number.Name, number.Type = "person.number", benefitsv1.FactType_FACT_TYPE_INT
		in.Facts = []*benefitsv1.FactDefinition{number}
	}, []string{"facts[0].values: only texts"}},
	"names of facts": {func(in *benefitsv1.ImportRequest) {
		for _, name := range []string{"person.age", "person.true"} {
			f := kind()
			f.Name = name
			in.Facts = append(in.Facts, f)
		}
	}, []string{"facts[0].name: derived", "facts[1].name: word"}},
}

func TestWhatIsWrongIsNotImported(t *testing.T) {
	c := newPlatform(t).catalogue()
	for name, refusal := range refusals {
		t.Run(name, func(t *testing.T) {
			in := &benefitsv1.ImportRequest{Benefits: []*benefitsv1.Benefit{pension("pgu")}}
			refusal.part(in)
			_, err := c.Import(c.ana, in)
			wantFields(t, err, benefitInvalid, refusal.fields...)
			lint, err := c.Lint(c.carla, &benefitsv1.LintRequest{Categories: in.GetCategories(), Facts: in.GetFacts(), Benefits: in.GetBenefits()})
			check(t, err)
			var found int
			for _, f := range lint.GetFindings() {
				if f.GetSeverity() == benefitsv1.Severity_SEVERITY_ERROR {
					found++
				}
			}
			if found != len(refusal.fields) {
				t.Errorf("lint finds %v", lint.GetFindings())
			}
		})
	}
	if all, err := c.ListBenefits(c.ana, &benefitsv1.ListBenefitsRequest{}); err != nil || len(all.GetVersions()) > 0 {
		t.Errorf("%v was imported, %v", all, err)
	}
}

func TestAFactKeepsWhatVersionsRelyOn(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		c := p.catalogue()
		spaced := pension("pgu")
		spaced.Conditions[1].Expression = `person . kind == "a"`
		spaced.Examples[0] = example("una", benefitsv1.Outcome_OUTCOME_POTENTIAL, map[string]any{"person.age": 70})
		c.enter(spaced)
		define := func(f *benefitsv1.FactDefinition) error {
			_, err := c.Import(c.ana, &benefitsv1.ImportRequest{Facts: []*benefitsv1.FactDefinition{f}})
			return err
		}
		number := kind()
		number.Type = benefitsv1.FactType_FACT_TYPE_INT
		wantFields(t, define(number), errorsv1.Reason_REASON_FACT_TYPE_CHANGED, "facts[0].type: never changes")
		check(t, define(kind("b"))) // a draft is only a draft
		check(t, define(kind("b", "a", "c")))
		check(t, c.submit(c.ana, "pgu", 1))
		wantFields(t, define(kind("b")), benefitInvalid, "facts[0].values: version 1 of pgu, which is in review")
		check(t, c.publish(c.carla, "pgu", 1))
		wantFields(t, define(kind("b", "c")), benefitInvalid, "facts[0].values: published")
		check(t, define(kind("a"))) // nobody compares with the others
		check(t, define(kind()))
		wantFields(t, define(kind("c")), benefitInvalid, "facts[0].values: published")
		_, err := c.Retire(c.carla, &benefitsv1.RetireRequest{BenefitId: "pgu", Version: 1, Note: "x"})
		check(t, err)
		check(t, define(kind("c")))
	})
}

func TestExamplesMustComeOut(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		c := p.catalogue()
		wrong := pension("wrong")
		wrong.Examples[1].Outcome = benefitsv1.Outcome_OUTCOME_ELIGIBLE
		wrong.Examples = append(wrong.Examples, example("tercera", benefitsv1.Outcome_OUTCOME_POTENTIAL, map[string]any{"person.weight": 1}))
		few := pension("few")
		few.Examples = few.GetExamples()[:1]
		answer, err := c.Import(c.ana, &benefitsv1.ImportRequest{Benefits: []*benefitsv1.Benefit{wrong, few}})
		check(t, err)
		var found []string
		for _, f := range answer.GetFindings() {
			found = append(found, fmt.Sprint(f.GetField(), " ", f.GetBenefitId(), " ", f.GetRule(), " ", f.GetSeverity()))
		}
		if want := []string{
			"benefits[0].examples[1].outcome wrong examples SEVERITY_WARNING", "benefits[0].examples[2].facts wrong examples SEVERITY_WARNING",
			"benefits[1].examples few examples SEVERITY_WARNING",
		}; !slices.Equal(found, want) {
			t.Errorf("found\n%s", strings.Join(found, "\n"))
		}
		wantFields(t, c.submit(c.ana, "wrong", 1), examplesFail, "examples[1].outcome: comes out", "examples[2].facts: person.weight")
		wantFields(t, c.submit(c.ana, "few", 1), examplesFail, "examples: 1 of the 2")
	})
}

// What was right when it was submitted may be wrong when it is to be published: the days go on.
func TestExamplesMustComeOutWhenItIsPublished(t *testing.T) {
	c := newPlatform(t).catalogue()
	b := pension("pgu")
	year := c.Clock.Now().Year()
	b.Conditions[0].Expression = fmt.Sprintf(`today < timestamp("%d-06-01T00:00:00Z")`, year+1)
	b.Examples = []*benefitsv1.ExampleCase{
		example("una", benefitsv1.Outcome_OUTCOME_ELIGIBLE, map[string]any{"person.kind": "a"}),
		example("otra", benefitsv1.Outcome_OUTCOME_NOT_ELIGIBLE, map[string]any{"person.kind": "b"}),
	}
	c.enter(b)
	check(t, c.submit(c.ana, "pgu", 1))
	c.Clock.Advance(2 * 365 * 24 * time.Hour)
	c.carla = c.operator("carla", "publisher")
	wantFields(t, c.publish(c.carla, "pgu", 1), examplesFail, "examples[0].outcome: not eligible")
	c.Clock.Advance(-2 * 365 * 24 * time.Hour)
	check(t, c.publish(c.operator("carla", "publisher"), "pgu", 1))
}

func TestTheBootstrapPeerSeedsAPlatform(t *testing.T) {
	p := newPlatform(t)
	r := p.replica()
	c := benefitsv1.NewCatalogueServiceClient(r.As("bootstrap"))
	ctx := t.Context()
	_, err := c.Import(ctx, &benefitsv1.ImportRequest{
		Categories: []*benefitsv1.Category{{CategoryId: "salud", Labels: map[string]string{"es": "Salud"}}},
		Facts:      []*benefitsv1.FactDefinition{kind("a", "b")}, Benefits: []*benefitsv1.Benefit{pension("pgu")},
	})
	check(t, err)
	_, err = c.Submit(ctx, &benefitsv1.SubmitRequest{BenefitId: "pgu", Version: 1})
	check(t, err)
	answer, err := c.Publish(ctx, &benefitsv1.PublishRequest{BenefitId: "pgu", Version: 1})
	check(t, err)
	if v := answer.GetVersion(); v.GetAuthor() != "bootstrap editor" || v.GetPublishedBy() != "bootstrap publisher" || v.GetState() != published {
		t.Errorf("it published %v", v)
	}
	_, err = c.Retire(ctx, &benefitsv1.RetireRequest{BenefitId: "pgu", Version: 1, Note: "x"})
	wantReason(t, err, errorsv1.Reason_REASON_PEER_REFUSED)
	_, err = benefitsv1.NewCatalogueServiceClient(r.As("notifications")).ListCategories(ctx, &benefitsv1.ListCategoriesRequest{})
	wantReason(t, err, errorsv1.Reason_REASON_PEER_REFUSED)
}

func TestWhoMayDoWhat(t *testing.T) {
	p := newPlatform(t)
	c := p.catalogue()
	c.enter(pension("pgu"))
	calls := map[string]func(ctx context.Context) error{
		"look": func(ctx context.Context) error {
			_, err := c.ListBenefits(ctx, &benefitsv1.ListBenefitsRequest{})
			return err
		},
		"lint":    func(ctx context.Context) error { _, err := c.Lint(ctx, &benefitsv1.LintRequest{}); return err },
		"import":  func(ctx context.Context) error { _, err := c.Import(ctx, &benefitsv1.ImportRequest{}); return err },
		"submit":  func(ctx context.Context) error { return c.submit(ctx, "none", 1) },
		"publish": func(ctx context.Context) error { return c.publish(ctx, "none", 1) },
		"return": func(ctx context.Context) error {
			_, err := c.Return(ctx, &benefitsv1.ReturnRequest{BenefitId: "none", Version: 1, Note: "x"})
			return err
		},
		"retire": func(ctx context.Context) error {
			_, err := c.Retire(ctx, &benefitsv1.RetireRequest{BenefitId: "none", Version: 1, Note: "x"})
			return err
		},
	}
	may := map[string]string{
		"viewer": "look lint", "support": "look lint", "security": "look lint",
		"editor": "look lint import submit return", "publisher": "look lint return publish retire",
	}
	for role, some := range may {
		for name, call := range calls {
			refused := rpcerr.Reason(call(p.operator("zoe", role))) == denied
			if allowed := slices.Contains(strings.Fields(some), name); allowed == refused {
				t.Errorf("%s by a %s is refused: %v", name, role, refused)
			}
		}
	}
	for name, call := range calls {
		if reason := rpcerr.Reason(call(p.byClient(1, "benefits.evaluate"))); reason != denied {
			t.Errorf("%s by a client: %v", name, reason)
		}
	}
}

func TestWhatThereIsNot(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		c := p.catalogue()
		c.enter(pension("pgu"))
		for id, version := range map[string]int32{"pgu": 2, "PGU": 1, "pg": 1, "p\x00": 1, "%": 1} {
			_, err := c.GetBenefit(c.ana, &benefitsv1.GetBenefitRequest{BenefitId: id, Version: version})
			wantReason(t, err, benefitUnknown)
			wantReason(t, c.submit(c.ana, id, version), benefitUnknown)
			wantReason(t, c.publish(c.carla, id, version), benefitUnknown)
			_, err = c.Retire(c.carla, &benefitsv1.RetireRequest{BenefitId: id, Version: version, Note: "x"})
			wantReason(t, err, benefitUnknown)
			if id != "pgu" {
				_, err = c.ListHistory(c.ana, &benefitsv1.ListHistoryRequest{BenefitId: id})
				wantReason(t, err, benefitUnknown)
			}
		}
		for _, token := range []string{"A", "a\x00", "-", "9999999999999999999999", "\u00f1"} {
			if token[0] != '9' { // which a benefit could have
				_, err := c.ListBenefits(c.ana, &benefitsv1.ListBenefitsRequest{PageToken: token})
				wantFields(t, err, fieldInvalid, "page_token: given out")
			}
			_, err := c.ListHistory(c.ana, &benefitsv1.ListHistoryRequest{BenefitId: "pgu", PageToken: token})
			wantFields(t, err, fieldInvalid, "page_token: given out")
		}
		_, err := c.Submit(c.ana, &benefitsv1.SubmitRequest{BenefitId: "pgu", Version: 1, Note: "a\x00"})
		wantFields(t, err, fieldInvalid, "note: control")
		none, err := c.ListBenefits(c.ana, &benefitsv1.ListBenefitsRequest{Category: "\x00"})
		if check(t, err); len(none.GetVersions()) > 0 {
			t.Errorf("of no category there is %v", none)
		}
	})
}

func TestAPageFitsAnAnswer(t *testing.T) {
	c := newPlatform(t).catalogue()
	long := strings.Repeat("ñ", 900)
	for i := range 60 { // of 100 KiB each
		b := pension(fmt.Sprintf("b-%02d", i))
		for n := range 50 {
			b.Examples = append(b.Examples, example(fmt.Sprint(n), benefitsv1.Outcome_OUTCOME_ELIGIBLE, map[string]any{
				"person.kind": "a", "person.age": 70, "person.relation": long,
			}))
		}
		c.enter(b)
	}
	got, pages, token := 0, 0, ""
	for {
		page, err := c.ListBenefits(c.ana, &benefitsv1.ListBenefitsRequest{PageSize: 200, PageToken: token})
		check(t, err)
		if size := proto.Size(page); size > 4<<20 {
			t.Errorf("a page has %d bytes", size)
		}
		got, pages = got+len(page.GetVersions()), pages+1
		if token = page.GetNextPageToken(); token == "" {
			break
		}
	}
	if got != 60 || pages < 2 {
		t.Errorf("%d benefits on %d pages", got, pages)
	}
}

func TestReplicasImportTogether(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		c := p.catalogue()
		var group sync.WaitGroup
		for i := range 3 {
			replica := benefitsv1.NewCatalogueServiceClient(p.replica().As("gateway"))
			group.Go(func() {
				for n := range 3 {
					f, b := kind(), pension("pgu")
					f.Name = fmt.Sprintf("person.f%d_%d", i, n)
					b.Conditions[1].Expression = f.GetName() + ` == "a"`
					b.Examples = nil
					answer, err := replica.Import(c.ana, &benefitsv1.ImportRequest{Facts: []*benefitsv1.FactDefinition{f}, Benefits: []*benefitsv1.Benefit{b}})
					if err != nil || len(answer.GetDrafts()) != 1 {
						t.Errorf("%v, %v", answer, err)
					}
				}
			})
		}
		group.Wait()
		newest, err := c.GetBenefit(c.ana, &benefitsv1.GetBenefitRequest{BenefitId: "pgu"})
		check(t, err)
		history, err := c.ListHistory(c.ana, &benefitsv1.ListHistoryRequest{BenefitId: "pgu"})
		check(t, err)
		if newest.GetVersion().GetVersion() != 9 || len(history.GetEvents()) != 9 {
			t.Errorf("the newest is %d, after %d events", newest.GetVersion().GetVersion(), len(history.GetEvents()))
		}
	})
}

func TestTheCatalogueWithoutItsStoreIsUnavailable(t *testing.T) {
	server := testkit.PostgresServer(t)
	c := openPlatform(t, server.URL, 4).catalogue()
	c.enter(pension("pgu"))
	calls := map[string]func() error{
		"ListCategories": func() error { _, err := c.ListCategories(c.ana, &benefitsv1.ListCategoriesRequest{}); return err },
		"ListFactDefinitions": func() error {
			_, err := c.ListFactDefinitions(c.ana, &benefitsv1.ListFactDefinitionsRequest{})
			return err
		},
		"ListBenefits": func() error { _, err := c.ListBenefits(c.ana, &benefitsv1.ListBenefitsRequest{}); return err },
		"GetBenefit": func() error {
			_, err := c.GetBenefit(c.ana, &benefitsv1.GetBenefitRequest{BenefitId: "pgu"})
			return err
		},
		"ListHistory": func() error {
			_, err := c.ListHistory(c.ana, &benefitsv1.ListHistoryRequest{BenefitId: "pgu"})
			return err
		},
		"Lint":    func() error { _, err := c.Lint(c.ana, &benefitsv1.LintRequest{}); return err },
		"Import":  func() error { _, err := c.Import(c.ana, &benefitsv1.ImportRequest{}); return err },
		"Submit":  func() error { return c.submit(c.ana, "pgu", 1) },
		"Publish": func() error { return c.publish(c.carla, "pgu", 1) },
	}
	server.Stop()
	for name, call := range calls {
		err := call()
		wantReason(t, err, errorsv1.Reason_REASON_UNAVAILABLE)
		if _, told := rpcerr.Delay(err); !told {
			t.Errorf("%s does not say when to try again: %v", name, err)
		}
	}
	server.Start()
	testkit.Eventually(t, 10*time.Second, calls["Lint"])
	c.force("pgu", 1)
}

// What docs/catalogue.md shows of expressions is taken.
func TestTheDocumentedExpressionsAreTaken(t *testing.T) {
	c := newPlatform(t).catalogue()
	page, err := os.ReadFile("../../docs/catalogue.md")
	check(t, err)
	_, rest, _ := strings.Cut(string(page), "```cel\n")
	block, _, found := strings.Cut(rest, "```\n")
	if !found {
		t.Fatal("the page has no expressions")
	}
	in := &benefitsv1.LintRequest{Benefits: []*benefitsv1.Benefit{pension("pgu")}}
	for name, kind := range map[string]benefitsv1.FactType{
		"household.rsh_tranche": benefitsv1.FactType_FACT_TYPE_INT, "person.employment": benefitsv1.FactType_FACT_TYPE_STRING,
		"person.programmes": benefitsv1.FactType_FACT_TYPE_STRING_LIST, "person.married_on": benefitsv1.FactType_FACT_TYPE_DATE,
	} {
		in.Facts = append(in.Facts, &benefitsv1.FactDefinition{Name: name, Type: kind, Labels: map[string]string{"es": "x"}})
	}
	for line := range strings.Lines(block) {
		in.Benefits[0].Conditions = append(in.Benefits[0].Conditions, &benefitsv1.Condition{
			Name: fmt.Sprint("c", len(in.GetBenefits()[0].GetConditions())), Expression: strings.TrimSpace(line), Sentences: map[string]string{"es": "x"},
		})
	}
	in.Benefits[0].Examples = in.GetBenefits()[0].GetExamples()[1:]
	answer, err := c.Lint(c.ana, in)
	check(t, err)
	if found := answer.GetFindings(); len(found) != 1 || found[0].GetRule() != "examples" || len(in.GetBenefits()[0].GetConditions()) < 5 {
		t.Errorf("found %v", found)
	}
}
