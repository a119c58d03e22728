package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/structpb"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	"github.com/ventanilla/ventanilla/services/benefits/internal/store"
)

var catalogueChecks = checks{
	"VocabularyComesInOrder":         vocabularyComesInOrder,
	"VocabularyChangesButForTypes":   vocabularyChangesButForTypes,
	"ContentIsKeptWhole":             contentIsKeptWhole,
	"OnlyWhatDiffersIsADraft":        onlyWhatDiffersIsADraft,
	"BenefitsAreListedPageByPage":    benefitsAreListedPageByPage,
	"AnImportIsWholeOrNot":           anImportIsWholeOrNot,
	"AnImportKnowsWhatItWasSeenWith": anImportKnowsWhatItWasSeenWith,
}

func spanish(text string) map[string]string { return map[string]string{"es": text} }

func category(id string, position int32) *benefitsv1.Category {
	return &benefitsv1.Category{CategoryId: id, Labels: spanish("de " + id), Position: position}
}

func fact(name string, kind benefitsv1.FactType, values ...string) *benefitsv1.FactDefinition {
	return &benefitsv1.FactDefinition{Name: name, Type: kind, Labels: spanish("de " + name), Values: values}
}

// benefit is one of the category "salud".
func benefit(id, title string) *benefitsv1.Benefit {
	return &benefitsv1.Benefit{
		BenefitId: id, Category: "salud", Url: "https://example.org/" + id, Beneficiary: benefitsv1.Beneficiary_BENEFICIARY_PERSON,
		Texts:      map[string]*benefitsv1.BenefitText{"es": {Title: title, Description: "lo que es"}},
		Conditions: []*benefitsv1.Condition{{Name: "age", Expression: "person.age >= 65", Sentences: spanish("Tener 65 años.")}},
	}
}

// enter imports what is given into a catalogue with the category "salud", and returns the drafts.
func enter(t failing, s *store.Store, actor string, benefits ...*benefitsv1.Benefit) []store.Version {
	t.Helper()
	drafts, _, err := try(s, actor, store.Import{Categories: []*benefitsv1.Category{category("salud", 1)}, Benefits: benefits})
	check(t, err)
	return drafts
}

// try imports as the service does: again when the catalogue has changed.
func try(s *store.Store, actor string, in store.Import) (drafts []store.Version, unchanged int, err error) {
	for {
		seen, err := s.ChangeNumber(ctx)
		if err != nil {
			return nil, 0, err
		}
		drafts, unchanged, err := s.Import(ctx, actor, in, seen)
		if !errors.Is(err, store.ErrChanged) {
			return drafts, unchanged, err
		}
	}
}

func vocabularyComesInOrder(t *testing.T, open Open) {
	s, _ := one(t, open)
	names := []string{"person.b", "person.a_1", "household.z", "person.a", "person.a1"}
	in := store.Import{Categories: []*benefitsv1.Category{category("b", 1), category("c", 0), category("a", 1), category("z", -2_000_000_000)}}
	for _, name := range names {
		in.Facts = append(in.Facts, fact(name, benefitsv1.FactType_FACT_TYPE_INT))
	}
	_, _, err := try(s, "ana", in)
	check(t, err)
	var ids, facts []string
	categories, err := s.Categories(ctx)
	check(t, err)
	for _, c := range categories {
		ids = append(ids, c.GetCategoryId())
	}
	wantSame(t, "categories", ids, []string{"z", "c", "a", "b"})
	defined, err := s.Facts(ctx)
	check(t, err)
	for _, f := range defined {
		facts = append(facts, f.GetName())
	}
	wantSame(t, "facts", facts, slices.Sorted(slices.Values(names)))
}

func vocabularyChangesButForTypes(t *testing.T, open Open) {
	s, _ := one(t, open)
	before, err := s.ChangeNumber(ctx)
	check(t, err)
	put := func(facts ...*benefitsv1.FactDefinition) int64 {
		_, _, err := try(s, "ana", store.Import{Facts: facts})
		check(t, err)
		number, err := s.ChangeNumber(ctx)
		check(t, err)
		return number
	}
	first := fact("person.kind", benefitsv1.FactType_FACT_TYPE_STRING, "ñ", "東京", `"<&>'`)
	for kind := range benefitsv1.FactType_name {
		if kind > 0 {
			put(fact(fmt.Sprintf("person.of_%d", kind), benefitsv1.FactType(kind)))
		}
	}
	after := put(first)
	if again := put(first); again != after || after != before+int64(len(benefitsv1.FactType_name)) {
		t.Errorf("changes are numbered %d, %d, %d", before, after, again)
	}
	second := fact("person.kind", benefitsv1.FactType_FACT_TYPE_INT, "other")
	second.Labels["en"] = "kind"
	put(second)
	facts, err := s.Facts(ctx)
	check(t, err)
	second.Type = benefitsv1.FactType_FACT_TYPE_STRING
	wantSame(t, "a changed fact", facts[0], second)
	for _, f := range facts[1:] {
		if want := fmt.Sprintf("person.of_%d", f.GetType()); f.GetName() != want {
			t.Errorf("%s has the type %s", f.GetName(), f.GetType())
		}
	}
}

func contentIsKeptWhole(t *testing.T, open Open) {
	s, _ := one(t, open)
	in := benefit("a", "Pensión «básica» <&> \"東京\" \u2028 \\")
	in.EffectiveFrom, in.EffectiveUntil, in.Note = "2026-01-01", "2026-12-31", strings.Repeat("ñ", 1000)
	in.ChileatiendeIds = []int64{1 << 60, 1}
	in.Citations = []*benefitsv1.Citation{{Norm: "Ley 1", Article: "artículo 2", Url: "https://example.org"}}
	in.Examples = []*benefitsv1.ExampleCase{{
		Name: "uno", Outcome: benefitsv1.Outcome_OUTCOME_POTENTIAL, AsOf: "2026-02-03",
		Facts: &structpb.Struct{Fields: map[string]*structpb.Value{"person.age": structpb.NewNumberValue(70.5), "person.b": structpb.NewBoolValue(true)}},
	}}
	drafts := enter(t, s, "ana", in)
	content, digest, err := store.Canonical(in)
	check(t, err)
	want := store.Version{
		BenefitID: "a", Number: 1, State: store.Draft, Category: "salud", Content: content, Digest: digest,
		EffectiveFrom: "2026-01-01", EffectiveUntil: "2026-12-31", Author: "ana", CreatedAt: start,
	}
	wantSame(t, "drafts", drafts, []store.Version{want})
	for _, number := range []int32{0, 1} {
		read, err := s.Version(ctx, "a", number)
		check(t, err)
		wantSame(t, "read", read, want)
		says, err := read.Benefit()
		check(t, err)
		wantSame(t, "says", says, in)
	}
	for id, number := range map[string]int32{"a": 2, "b": 0, "A": 0, "": 0, "a\x00": 1, "\xff": 0} {
		_, err := s.Version(ctx, id, number)
		wantClass(t, "a version that there is not", err, sqlstore.ErrNotFound)
	}
}

func onlyWhatDiffersIsADraft(t *testing.T, open Open) {
	s, _ := one(t, open)
	enter(t, s, "ana", benefit("a", "Uno"), benefit("b", "Dos"))
	unspecified := benefit("a", "Uno")
	unspecified.Beneficiary = benefitsv1.Beneficiary_BENEFICIARY_UNSPECIFIED
	drafts, unchanged, err := try(s, "berta", store.Import{Benefits: []*benefitsv1.Benefit{unspecified, benefit("b", "Tres")}})
	check(t, err)
	if unchanged != 1 || len(drafts) != 1 || drafts[0].BenefitID != "b" || drafts[0].Number != 2 || drafts[0].Author != "berta" {
		t.Errorf("%d unchanged, drafts %v", unchanged, drafts)
	}
	if back := enter(t, s, "ana", benefit("b", "Dos")); len(back) != 1 || back[0].Number != 3 {
		t.Errorf("what an older version says gave %v", back)
	}
}

func benefitsAreListedPageByPage(t *testing.T, open Open) {
	s, _ := one(t, open)
	other := benefit("c-1", "Otra")
	other.Category = "trabajo"
	_, _, err := try(s, "ana", store.Import{
		Categories: []*benefitsv1.Category{category("salud", 1), category("trabajo", 2)},
		Benefits:   []*benefitsv1.Benefit{benefit("a1", "1"), other, benefit("a", "2"), benefit("b", "3"), benefit("a-b", "4")},
	})
	check(t, err)
	publish(t, s, "b", 1)
	publish(t, s, "c-1", 1)
	moved := benefit("c-1", "Otra")
	enter(t, s, "ana", benefit("b", "3 nuevo"), moved)
	list := func(f store.Filter) (all []string) {
		after := ""
		for {
			page, err := s.Versions(ctx, f, after, 2)
			check(t, err)
			for _, v := range page {
				all = append(all, fmt.Sprint(v.BenefitID, " ", v.Number))
				after = v.BenefitID
			}
			if len(page) < 2 {
				return all
			}
		}
	}
	for _, c := range []struct {
		filter store.Filter
		want   []string
	}{
		{store.Filter{}, []string{"a 1", "a-b 1", "a1 1", "b 2", "c-1 2"}},
		{store.Filter{State: store.Draft}, []string{"a 1", "a-b 1", "a1 1", "b 2", "c-1 2"}},
		{store.Filter{State: store.Published}, []string{"b 1", "c-1 1"}},
		{store.Filter{Category: "salud"}, []string{"a 1", "a-b 1", "a1 1", "b 2", "c-1 2"}},
		{store.Filter{Category: "trabajo"}, nil},
		{store.Filter{Category: "trabajo", State: store.Published}, []string{"c-1 1"}},
		{store.Filter{Category: "Salud"}, nil},
		{store.Filter{Category: "x\x00"}, nil},
		{store.Filter{State: store.Retired}, nil},
	} {
		wantSame(t, fmt.Sprint(c.filter), list(c.filter), c.want)
	}
}

// everything is what a catalogue has.
func everything(t failing, s *store.Store) any {
	t.Helper()
	categories, err := s.Categories(ctx)
	check(t, err)
	facts, err := s.Facts(ctx)
	check(t, err)
	versions, err := s.Versions(ctx, store.Filter{}, "", 1000)
	check(t, err)
	number, err := s.ChangeNumber(ctx)
	check(t, err)
	all := []any{categories, facts, versions, number}
	for _, v := range versions {
		events, err := s.History(ctx, v.BenefitID, 0, 1000)
		check(t, err)
		all = append(all, events)
	}
	return all
}

func anImportIsWholeOrNot(t *testing.T, open Open) {
	s, _ := one(t, open)
	enter(t, s, "ana", benefit("a", "Uno"))
	before := everything(t, s)
	lost := benefit("z", "De otra categoría")
	lost.Category = "nowhere"
	_, _, err := try(s, "ana", store.Import{
		Categories: []*benefitsv1.Category{category("nuevo", 1), category("salud", 7)},
		Facts:      []*benefitsv1.FactDefinition{fact("person.x", benefitsv1.FactType_FACT_TYPE_INT)},
		Benefits:   []*benefitsv1.Benefit{benefit("a", "Dos"), benefit("b", "Uno"), lost},
	})
	if err == nil {
		t.Fatal("a category that there is not was taken")
	}
	if diff := cmp.Diff(before, everything(t, s), protocmp.Transform()); diff != "" {
		t.Errorf("a refused import left (-before +after):\n%s", diff)
	}
	enter(t, s, "ana", benefit("a", "Dos"))
	if v, err := s.Version(ctx, "a", 0); err != nil || v.Number != 2 {
		t.Errorf("the next is %d, %v", v.Number, err)
	}
}

func anImportKnowsWhatItWasSeenWith(t *testing.T, open Open) {
	s, _ := one(t, open)
	enter(t, s, "ana", benefit("a", "Uno"))
	seen, err := s.ChangeNumber(ctx)
	check(t, err)
	enter(t, s, "ana", benefit("b", "Uno")) // a draft changes nothing for others
	_, _, err = s.Import(ctx, "ana", store.Import{Benefits: []*benefitsv1.Benefit{benefit("c", "Uno")}}, seen)
	check(t, err)
	_, _, err = try(s, "ana", store.Import{Facts: []*benefitsv1.FactDefinition{fact("person.x", benefitsv1.FactType_FACT_TYPE_INT)}})
	check(t, err)
	_, _, err = s.Import(ctx, "ana", store.Import{Benefits: []*benefitsv1.Benefit{benefit("d", "Uno")}}, seen)
	wantClass(t, "an import seen before", err, store.ErrChanged)
}
