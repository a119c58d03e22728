package benefits_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// simulated is what a simulation told.
type simulated struct {
	progress []int64
	changes  []*benefitsv1.SimulationChange
	summary  *benefitsv1.SimulationSummary
}

func (e *evaluated) simulate(by context.Context, in *benefitsv1.SimulateRequest) (*simulated, error) {
	stream, err := e.Simulate(by, in)
	if err != nil {
		return nil, err
	}
	told := &simulated{}
	for {
		answer, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return told, nil
		}
		if err != nil {
			return told, err
		}
		if told.summary != nil {
			return told, errors.New("something follows the summary")
		}
		switch step := answer.GetStep().(type) {
		case *benefitsv1.SimulateResponse_Progress:
			told.progress = append(told.progress, step.Progress.GetPersons())
		case *benefitsv1.SimulateResponse_Change:
			told.changes = append(told.changes, step.Change)
		case *benefitsv1.SimulateResponse_Summary:
			told.summary = step.Summary
		}
	}
}

func (p *platform) editor() context.Context { return p.ByOperator("editor") }

func byVersion(id string, version int32) *benefitsv1.SimulateRequest {
	return &benefitsv1.SimulateRequest{Terms: terms(), Draft: &benefitsv1.SimulateRequest_Version{
		Version: &benefitsv1.VersionReference{BenefitId: id, Version: version},
	}}
}

func byText(b *benefitsv1.Benefit) *benefitsv1.SimulateRequest {
	return &benefitsv1.SimulateRequest{Terms: terms(), Draft: &benefitsv1.SimulateRequest_Benefit{Benefit: b}}
}

// livesIn puts everybody known into households, and enters the facts by which is counted.
func (e *evaluated) livesIn(tranches []any, communes int) {
	e.T.Helper()
	label := map[string]string{"es": "algo"}
	_, err := e.Import(e.ana, &benefitsv1.ImportRequest{Facts: []*benefitsv1.FactDefinition{
		{Name: "household.rsh_tranche", Type: benefitsv1.FactType_FACT_TYPE_INT, Labels: label},
		{Name: "household.commune", Type: benefitsv1.FactType_FACT_TYPE_STRING, Labels: label},
	}})
	check(e.T, err)
	i := 0
	for _, situation := range e.population.known {
		facts := map[string]any{"commune": "c" + strconv.Itoa(i%communes)}
		if tranche := tranches[i%len(tranches)]; tranche != nil {
			facts["rsh_tranche"] = tranche
		}
		situation.Household = &identityv1.HouseholdSituation{
			HouseholdId: "h" + strconv.Itoa(i), BirthDates: []string{situation.GetBirthDate()}, Facts: values(e.T, facts),
		}
		i++
	}
}

// naive counts by asking Evaluate, one after the other.
type naive map[string]*benefitsv1.SimulationCount

func (n naive) add(group string, before, after benefitsv1.Outcome) {
	if n[group] == nil {
		n[group] = &benefitsv1.SimulationCount{Group: group}
	}
	c := n[group]
	c.Persons++
	order := []benefitsv1.Outcome{notEligible, potential, eligible}
	switch was, is := slices.Index(order, before), slices.Index(order, after); {
	case is > was:
		c.Gain++
	case is < was:
		c.Lose++
	}
	switch after {
	case eligible:
		c.Eligible++
	case potential:
		c.Potential++
	}
}

func (n naive) in(groups ...string) (all []*benefitsv1.SimulationCount) {
	for _, group := range groups {
		all = append(all, n[group])
	}
	return all
}

// A draft that is for the young instead of the old makes some win and some lose, as many as a naive count says, which publishes it.
func TestASimulationCountsWhoGainsAndWhoLoses(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		e := p.evaluated()
		clear(p.population.known)
		p.knowsMany(450)
		e.livesIn([]any{40, 100, 90, nil}, 3)
		other := pension("a-baja")
		other.Conditions[0].Expression, other.Conditions[1].Expression = `person.age < 65 || household.rsh_tranche <= 90`, `person.kind in ["a"]`
		other.Examples = []*benefitsv1.ExampleCase{
			example("una", eligible, map[string]any{"person.age": 20, "person.kind": "a"}),
			example("otra", notEligible, map[string]any{"person.kind": "b"}),
		}
		e.enter(other)
		in := byVersion("a-baja", 0)
		in.ListChanges = true
		got, err := e.simulate(p.editor(), in)
		check(t, err)
		same := byText(other)
		same.Terms.AsOf, same.Terms.KnownAt = got.summary.GetBasis().GetAsOf(), got.summary.GetBasis().GetKnownAt()
		again, err := e.simulate(p.byClient(production, "benefits.simulate"), same)
		check(t, err)
		if diff := cmp.Diff(got.summary, again.summary, protocmp.Transform()); diff != "" {
			t.Error(diff)
		}
		if len(again.changes) > 0 {
			t.Error("changes were told that nobody asked for")
		}

		outcome := func(id string) benefitsv1.Outcome {
			answer, err := e.Explain(e.asking(), &benefitsv1.ExplainRequest{Subject: of(id), Terms: terms(), BenefitId: "a-baja"})
			check(t, err)
			return answer.GetExplanations()[0].GetDecision().GetOutcome()
		}
		before := map[string]benefitsv1.Outcome{}
		for id := range p.population.known {
			before[id] = outcome(id)
		}
		e.force("a-baja", 2)
		p.Clock.Advance(time.Second)
		total, byTranche, byCommune := naive{}, naive{}, naive{}
		var changes []*benefitsv1.SimulationChange
		for _, situation := range inOrder(p.population.known) {
			id, after := situation.GetPersonId(), outcome(situation.GetPersonId())
			total.add("", before[id], after)
			facts := situation.GetHousehold().GetFacts()
			tranche := ""
			if value, ok := facts["rsh_tranche"]; ok {
				tranche = strconv.Itoa(int(value.GetNumberValue()))
			}
			byTranche.add(tranche, before[id], after)
			byCommune.add(facts["commune"].GetStringValue(), before[id], after)
			if before[id] != after {
				changes = append(changes, &benefitsv1.SimulationChange{PersonId: id, Before: before[id], After: after})
			}
		}
		want := &benefitsv1.SimulationSummary{
			Total: total[""], ByTranche: byTranche.in("40", "90", "100", ""), ByCommune: byCommune.in("c0", "c1", "c2"),
			ComparedWith: 1, Basis: got.summary.GetBasis(),
		}
		if diff := cmp.Diff(want, got.summary, protocmp.Transform()); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(changes, got.changes, protocmp.Transform()); diff != "" {
			t.Error(diff)
		}
		if total[""].GetGain() == 0 || total[""].GetLose() == 0 {
			t.Errorf("nobody gains or nobody loses: %v", total[""])
		}
	})
}

// inOrder are the persons by their keys.
func inOrder(known map[string]*identityv1.Situation) []*identityv1.Situation {
	all := make([]*identityv1.Situation, 0, len(known))
	for _, situation := range known {
		all = append(all, situation)
	}
	slices.SortFunc(all, func(a, b *identityv1.Situation) int {
		return slices.Compare([]string{a.GetPersonId()}, []string{b.GetPersonId()})
	})
	return all
}

func TestASimulationOfANewBenefit(t *testing.T) {
	e := newPlatform(t).evaluated()
	got, err := e.simulate(e.editor(), byText(faulty()))
	check(t, err)
	// Nothing decides about it yet: all who may have it gain. Who is 70 is known by a RUT and a person_id.
	want := &benefitsv1.SimulationCount{Persons: 4, Gain: 3, Potential: 3}
	if diff := cmp.Diff(want, got.summary.GetTotal(), protocmp.Transform()); diff != "" {
		t.Error(diff)
	}
	if got.summary.GetComparedWith() != 0 || got.summary.GetFaulty() != 3 {
		t.Errorf("the summary is %v", got.summary)
	}
}

// Progress is told when a second has gone by.
func TestASimulationTellsItsProgress(t *testing.T) {
	e := newPlatform(t).evaluated()
	clear(e.population.known)
	e.knowsMany(1000)
	e.population.before = func(context.Context) { e.Clock.Advance(time.Second) }
	got, err := e.simulate(e.editor(), byVersion("a-baja", 1))
	check(t, err)
	if !slices.IsSorted(got.progress) || len(got.progress) == 0 || got.progress[len(got.progress)-1] > 1000 {
		t.Errorf("progress was told as %v", got.progress)
	}
	if got.summary.GetTotal().GetPersons() != 1000 || got.summary.GetTotal().GetGain()+got.summary.GetTotal().GetLose() != 0 {
		t.Errorf("a version compared with itself: %v", got.summary.GetTotal())
	}
}

// However many communes there are, a bounded number is told.
func TestASimulationHasAtMostAThousandGroups(t *testing.T) {
	e := newPlatform(t).evaluated()
	clear(e.population.known)
	e.knowsMany(1200)
	e.livesIn([]any{40}, 1200)
	got, err := e.simulate(e.editor(), byVersion("a-baja", 1))
	check(t, err)
	groups := got.summary.GetByCommune()
	if last := groups[len(groups)-1]; len(groups) != 1000 || last.GetGroup() != "…" || last.GetPersons() != 201 {
		t.Errorf("%d groups, the last is %v", len(groups), last)
	}
}

func TestSimulationsThatAreRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		e := p.evaluated()
		broken := pension("a-baja")
		broken.Conditions[1].Expression = "person.nothing == 1"
		citizen := p.By(authn.Claims{ClientID: "w1", Family: "cmp", DataSet: production, Citizen: old, Scopes: []string{"benefits.simulate"}})
		future := byVersion("a-baja", 0)
		future.Terms.AsOf = "2300-01-01"
		for name, c := range map[string]struct {
			by    context.Context
			in    *benefitsv1.SimulateRequest
			want  errorsv1.Reason
			field string
		}{
			"a citizen's":               {citizen, byVersion("a-baja", 0), denied, ""},
			"without the scope":         {p.byClient(production, "benefits.evaluate"), byVersion("a-baja", 0), denied, ""},
			"of support":                {p.ByOperator("support"), byVersion("a-baja", 0), denied, ""},
			"of a benefit unknown":      {p.editor(), byVersion("nada", 0), benefitUnknown, ""},
			"of a version unknown":      {p.editor(), byVersion("a-baja", 7), benefitUnknown, ""},
			"of a text with errors":     {p.editor(), byText(broken), benefitInvalid, "benefit.conditions[1].expression"},
			"of nothing":                {p.editor(), &benefitsv1.SimulateRequest{Terms: terms()}, fieldMissing, "draft"},
			"without terms":             {p.editor(), &benefitsv1.SimulateRequest{Draft: byVersion("a-baja", 0).GetDraft()}, fieldMissing, "terms"},
			"as of a day of no meaning": {p.editor(), future, fieldInvalid, "terms.as_of"},
		} {
			t.Run(name, func(t *testing.T) {
				_, err := e.simulate(c.by, c.in)
				wantReason(t, err, c.want)
				if fields := rpcerr.Fields(err); c.field != "" && (len(fields) != 1 || fields[0].Field != c.field) {
					t.Errorf("the fields are %v", fields)
				}
			})
		}
		hopeless := pension("a-baja")
		for i := range 30 {
			hopeless.Conditions = append(hopeless.Conditions, &benefitsv1.Condition{
				Name: fmt.Sprint("c", i), Expression: strings.Repeat("person.nothing == 1 || ", 8) + "true", Sentences: map[string]string{"es": "Una frase."},
			})
		}
		_, err := e.simulate(p.editor(), byText(hopeless))
		wantReason(t, err, benefitInvalid)
		if n := len(rpcerr.Fields(err)); n != 50 {
			t.Errorf("an error, which travels in a header, has %d fields", n)
		}
		p.population.fails(rpcerr.New(unavailable, "scripted"))
		_, err = e.simulate(p.editor(), byVersion("a-baja", 0))
		wantReason(t, err, unavailable)
	})
}

// A replica runs two at once; a client that goes away makes room.
func TestSimulationsAreFew(t *testing.T) {
	e := newPlatform(t).evaluated()
	asked := make(chan struct{}, 2)
	e.population.before = func(ctx context.Context) {
		asked <- struct{}{}
		<-ctx.Done()
	}
	ctx, cancel := context.WithCancel(e.editor())
	defer cancel()
	ended := make(chan error, 2)
	for range 2 {
		go func() {
			_, err := e.simulate(ctx, byVersion("a-baja", 1))
			ended <- err
		}()
		<-asked
	}
	_, err := e.simulate(e.editor(), byVersion("a-baja", 1))
	wantReason(t, err, unavailable)
	if delay, _ := rpcerr.Delay(err); delay != 10*time.Second {
		t.Errorf("to come back after %s", delay)
	}
	cancel()
	for range 2 {
		wantReason(t, <-ended, errorsv1.Reason_REASON_CANCELLED)
	}
	// The service hears of it a moment later.
	again := e.editor()
	e.population.mu.Lock()
	e.population.before = nil
	e.population.mu.Unlock()
	testkit.Eventually(t, time.Minute, func() error {
		_, err := e.simulate(again, byVersion("a-baja", 1))
		return err
	})
}

// What a simulation reads is told to identity, and no more of a person than is needed.
func TestASimulationReadsWhatItNeeds(t *testing.T) {
	e := newPlatform(t).evaluated()
	e.livesIn([]any{40}, 1)
	_, err := e.simulate(e.byClient(production, "benefits.simulate"), byVersion("a-baja", 1))
	check(t, err)
	scope := e.population.scopes()[0]
	if got := fmt.Sprintf("%v %v %s", scope.GetPersonFacts(), scope.GetHouseholdFacts(), scope.GetAccess().GetOnBehalfOf()); got != "[kind] [commune rsh_tranche] client:c1" {
		t.Errorf("asked for %s", got)
	}
}
