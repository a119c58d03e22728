package storetest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

// modelled is a statement of the model: value says of key what it does, of subject.
type modelled struct {
	subject, key, value string
	store.Statement
}

// model is what statements mean, in the plainest way.
type model struct {
	statements []modelled
	latest     time.Time
}

// record adds statements, without those that were sent before.
func (m *model) record(now time.Time, once func(a, b modelled) bool, statements ...modelled) {
	m.latest = maxTime(m.latest, now)
	for _, st := range statements {
		if st.Reference == "" || !slices.ContainsFunc(m.statements, func(before modelled) bool { return once(before, st) }) {
			st.RecordedAt = m.latest
			m.statements = append(m.statements, st)
		}
	}
}

// read returns the places of the statements that hold, for each subject and key that match the last.
func (m *model) read(as store.AsOf, match func(modelled) bool) []int {
	last := map[[2]string]int{}
	for i, st := range m.statements {
		known := as.KnownAt.IsZero() || !st.RecordedAt.After(as.KnownAt)
		valid := !as.ValidAt.Before(st.ValidFrom) && (st.ValidTo.IsZero() || as.ValidAt.Before(st.ValidTo))
		if match(st) && known && valid {
			last[[2]string{st.subject, st.key}] = i
		}
	}
	return slices.DeleteFunc(slices.Sorted(maps.Values(last)), func(i int) bool { return m.statements[i].value == "" })
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// statementsAgreeWithTheModel records at random, with a clock that is set back now and then, and reads at random.
func statementsAgreeWithTheModel(t *testing.T, open Open) {
	s, clock := one(t, open)
	members, facts := model{}, model{}
	rapid.Check(t, func(rt *rapid.T) {
		r := &round{rt: rt, s: s, clock: clock, members: &members, facts: &facts}
		for range 2 {
			r.households = append(r.households, household(t, s, uuid.NewString()))
			r.persons = append(r.persons, resident(t, s, store.Production))
		}
		rt.Repeat(map[string]func(*rapid.T){
			"members":   r.recordMembers,
			"facts":     r.recordFacts,
			"household": r.readHousehold,
			"of":        r.readHouseholdOf,
			"read":      r.readFacts,
			"many":      r.readSituations,
			"clock": func(rt *rapid.T) {
				clock.Advance(time.Duration(rapid.IntRange(-3, 10).Draw(rt, "by")) * time.Millisecond)
			},
		})
	})
}

// round is one history. The models go on from round to round, as the time of recording does.
type round struct {
	rt                  *rapid.T
	s                   *store.Store
	clock               *testkit.Clock
	households, persons []string
	members, facts      *model
}

func (r *round) moment(rt *rapid.T, label string) time.Time {
	return start.Add(time.Duration(rapid.IntRange(0, 4).Draw(rt, label)) * time.Hour)
}

func (r *round) statement(rt *rapid.T) store.Statement {
	st := store.Statement{
		ValidFrom: r.moment(rt, "from"), Source: rapid.SampledFrom([]string{"A", "B"}).Draw(rt, "source"),
		Reference: rapid.SampledFrom([]string{"", "1", "2", "3"}).Draw(rt, "reference"),
	}
	if rapid.Bool().Draw(rt, "ends") {
		st.ValidTo = st.ValidFrom.Add(time.Duration(rapid.IntRange(1, 3).Draw(rt, "for")) * time.Hour)
	}
	return st
}

// asOf is a time in the range of statements, and one around the clock.
func (r *round) asOf(rt *rapid.T) store.AsOf {
	as := store.AsOf{ValidAt: r.moment(rt, "valid")}
	if rapid.Bool().Draw(rt, "known at a time") {
		as.KnownAt = r.clock.Now().Add(time.Duration(rapid.IntRange(-20, 5).Draw(rt, "known")) * time.Millisecond)
	}
	return as
}

func (r *round) recordMembers(rt *rapid.T) {
	home := rapid.SampledFrom(r.households).Draw(rt, "household")
	var sent []store.HouseholdMember
	var told []modelled
	for range rapid.IntRange(1, 3).Draw(rt, "statements") {
		m := member(rapid.SampledFrom(r.persons).Draw(rt, "person"),
			rapid.SampledFrom([]store.Relation{store.RelationHead, store.RelationChild, store.RelationNone}).Draw(rt, "relation"), r.statement(rt))
		value := string(m.Relation)
		if m.Relation == store.RelationNone {
			value = ""
		}
		sent, told = append(sent, m), append(told, modelled{home, m.PersonID, value, m.Statement})
	}
	check(r.rt, r.s.RecordHouseholdMembers(context.Background(), home, sent, act))
	r.members.record(r.now(), func(a, b modelled) bool {
		return a.subject == b.subject && a.key == b.key && a.Source == b.Source && a.Reference == b.Reference
	}, told...)
}

func (r *round) recordFacts(rt *rapid.T) {
	subject := r.subject(rt)
	var sent []store.Fact
	var told []modelled
	for range rapid.IntRange(1, 3).Draw(rt, "facts") {
		f := store.Fact{
			Name:      rapid.SampledFrom([]string{"a", "b.c"}).Draw(rt, "name"),
			Value:     rapid.SampledFrom([]string{"", "1", "false"}).Draw(rt, "value"),
			Statement: r.statement(rt),
		}
		sent, told = append(sent, f), append(told, modelled{subject.ID, f.Name, f.Value, f.Statement})
	}
	check(r.rt, r.s.RecordFacts(context.Background(), subject, sent, act))
	r.facts.record(r.now(), func(a, b modelled) bool {
		return a.subject == b.subject && a.key == b.key && a.Source == b.Source && a.Reference == b.Reference && a.ValidFrom.Equal(b.ValidFrom)
	}, told...)
}

// now is the clock, or the latest time of recording, which both models share.
func (r *round) now() time.Time {
	return maxTime(r.clock.Now(), maxTime(r.members.latest, r.facts.latest))
}

func (r *round) subject(rt *rapid.T) store.Subject {
	if rapid.Bool().Draw(rt, "about a household") {
		return store.Subject{Kind: store.SubjectHousehold, ID: rapid.SampledFrom(r.households).Draw(rt, "household")}
	}
	return store.Subject{Kind: store.SubjectPerson, ID: rapid.SampledFrom(r.persons).Draw(rt, "person")}
}

func (r *round) readHousehold(rt *rapid.T) {
	home, as := rapid.SampledFrom(r.households).Draw(rt, "household"), r.asOf(rt)
	got, err := r.s.HouseholdMembers(context.Background(), home, as)
	check(r.rt, err)
	var want []store.HouseholdMember
	for _, i := range r.members.read(as, func(st modelled) bool { return st.subject == home }) {
		st := r.members.statements[i]
		m := member(st.key, store.Relation(st.value), st.Statement)
		m.Pseudonym = pseudonymOf(st.key)
		want = append(want, m)
	}
	same(r.rt, fmt.Sprintf("members as of %v", as), got, want)
}

func (r *round) readHouseholdOf(rt *rapid.T) {
	person, as := rapid.SampledFrom(r.persons).Draw(rt, "person"), r.asOf(rt)
	got, err := r.s.HouseholdOf(context.Background(), person, as)
	if err != nil && !errors.Is(err, sqlstore.ErrNotFound) {
		rt.Fatal(err)
	}
	want := ""
	for _, i := range r.members.read(as, func(st modelled) bool { return st.key == person }) {
		want = r.members.statements[i].subject
	}
	same(r.rt, fmt.Sprintf("household as of %v", as), got.ID, want)
}

func (r *round) readFacts(rt *rapid.T) {
	subject, as := r.subject(rt), r.asOf(rt)
	got, err := r.s.Facts(context.Background(), subject, as)
	check(r.rt, err)
	var want []store.Fact
	for _, i := range r.facts.read(as, func(st modelled) bool { return st.subject == subject.ID }) {
		st := r.facts.statements[i]
		want = append(want, store.Fact{Name: st.key, Value: st.value, Statement: st.Statement})
	}
	slices.SortFunc(want, func(a, b store.Fact) int { return cmp.Compare(a.Name, b.Name) })
	same(r.rt, fmt.Sprintf("facts as of %v", as), got, want)
}
