package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/benefits/internal/store"
)

var lifeChecks = checks{
	"AVersionGoesThroughItsLife":    aVersionGoesThroughItsLife,
	"NoStepIsSkipped":               noStepIsSkipped,
	"OnlyTheNewestIsSubmitted":      onlyTheNewestIsSubmitted,
	"ARepeatedStepIsOne":            aRepeatedStepIsOne,
	"WhoDoesNotAgreeChangesNothing": whoDoesNotAgreeChangesNothing,
	"WhatDecidesIsKnownByTime":      whatDecidesIsKnownByTime,
	"WhatIsCoveredDecidesNothing":   whatIsCoveredDecidesNothing,
	"TimesOfAVersionAreInOrder":     timesOfAVersionAreInOrder,
	"HistoryIsReadPageByPage":       historyIsReadPageByPage,
}

func agree(store.Version) error { return nil }

func by(actor, id string, number int32) store.Act {
	return store.Act{BenefitID: id, Number: number, Actor: actor, Note: actor + " dice: ñ"}
}

// publish brings a draft into force.
func publish(t failing, s *store.Store, id string, number int32) store.Version {
	t.Helper()
	_, err := s.Submit(ctx, by("ana", id, number))
	check(t, err)
	v, err := s.Publish(ctx, by("carla", id, number), agree)
	check(t, err)
	return v
}

func aVersionGoesThroughItsLife(t *testing.T, open Open) {
	s, clock := one(t, open)
	want := enter(t, s, "ana", benefit("a", "Uno"))[0]
	before, err := s.ChangeNumber(ctx)
	check(t, err)
	var events []store.Event
	happened := func(actor string, before, after store.State, note string) {
		events = append(events, store.Event{At: clock.Now(), Actor: actor, BenefitID: "a", Version: 1, Before: before, After: after, Note: note})
	}
	happened("ana", "", store.Draft, "")
	step := func(name string, got store.Version, err error) {
		t.Helper()
		check(t, err)
		wantSame(t, name, got, want)
		read, err := s.Version(ctx, "a", 1)
		check(t, err)
		wantSame(t, name+" and read", read, want)
		clock.Advance(time.Hour)
	}
	clock.Advance(time.Minute)

	happened("berta", store.Draft, store.InReview, "berta dice: ñ")
	want.State, want.SubmittedBy, want.SubmittedAt = store.InReview, "berta", clock.Now()
	v, err := s.Submit(ctx, by("berta", "a", 1))
	step("submitted", v, err)

	happened("carla", store.InReview, store.Draft, "carla dice: ñ")
	want.State = store.Draft
	v, err = s.Return(ctx, by("carla", "a", 1))
	step("returned", v, err)

	happened("ana", store.Draft, store.InReview, "ana dice: ñ")
	want.State, want.SubmittedBy, want.SubmittedAt = store.InReview, "ana", clock.Now()
	v, err = s.Submit(ctx, by("ana", "a", 1))
	step("submitted again", v, err)

	happened("carla", store.InReview, store.Published, "carla dice: ñ")
	want.State, want.PublishedBy, want.PublishedAt = store.Published, "carla", clock.Now()
	v, err = s.Publish(ctx, by("carla", "a", 1), agree)
	step("published", v, err)

	happened("carla", store.Published, store.Retired, "carla dice: ñ")
	want.State, want.RetiredAt = store.Retired, clock.Now()
	v, err = s.Retire(ctx, by("carla", "a", 1))
	step("retired", v, err)

	got, err := s.History(ctx, "a", 0, 100)
	check(t, err)
	for i := range got {
		if i > 0 && got[i].Number <= got[i-1].Number {
			t.Errorf("event %d is numbered %d", i, got[i].Number)
		}
		got[i].Number = 0
	}
	wantSame(t, "history", got, events)
	after, err := s.ChangeNumber(ctx)
	if check(t, err); after != before+5 {
		t.Errorf("five changes went from %d to %d", before, after)
	}
}

// steps are those of a life, by the state that they are made from.
var steps = map[store.State]func(*store.Store, store.Act) error{
	store.Draft:     func(s *store.Store, act store.Act) error { _, err := s.Submit(ctx, act); return err },
	store.InReview:  func(s *store.Store, act store.Act) error { _, err := s.Publish(ctx, act, agree); return err },
	store.Published: func(s *store.Store, act store.Act) error { _, err := s.Retire(ctx, act); return err },
	store.Retired:   func(s *store.Store, act store.Act) error { _, err := s.Return(ctx, act); return err }, // which none is made from
}

func noStepIsSkipped(t *testing.T, open Open) {
	s, _ := one(t, open)
	enter(t, s, "ana", benefit("a", "Uno"))
	for _, state := range []store.State{store.Draft, store.InReview, store.Published, store.Retired} {
		before := everything(t, s)
		for from, step := range steps {
			if from == state || from == store.Retired && state == store.InReview {
				continue
			}
			refused, is := errors.AsType[*store.StateError](step(s, by("zoe", "a", 1)))
			if !is || refused.State != state {
				t.Errorf("from %s as if it were %s: %v", state, from, refused)
			}
		}
		wantSame(t, "what refused steps left", everything(t, s), before)
		if state != store.Retired {
			check(t, steps[state](s, by("ana", "a", 1)))
		}
	}
	for _, act := range []store.Act{by("ana", "a", 2), by("ana", "b", 1), by("ana", "A", 1), by("ana", "a\x00", 1)} {
		for _, step := range steps {
			wantClass(t, "a version that there is not", step(s, act), sqlstore.ErrNotFound)
		}
	}
}

func onlyTheNewestIsSubmitted(t *testing.T, open Open) {
	s, _ := one(t, open)
	enter(t, s, "ana", benefit("a", "Uno"))
	enter(t, s, "ana", benefit("a", "Dos"))
	_, err := s.Submit(ctx, by("ana", "a", 1))
	if refused, is := errors.AsType[*store.StateError](err); !is || refused.Newest != 2 {
		t.Errorf("an older draft: %v", err)
	}
	_, err = s.Submit(ctx, by("ana", "a", 2))
	check(t, err)
	enter(t, s, "ana", benefit("a", "Tres"))
	_, err = s.Publish(ctx, by("carla", "a", 2), agree) // what is in review stays so
	check(t, err)
}

func aRepeatedStepIsOne(t *testing.T, open Open) {
	s, clock := one(t, open)
	enter(t, s, "ana", benefit("a", "Uno"))
	for _, state := range []store.State{store.Draft, store.InReview, store.Published} {
		check(t, steps[state](s, by("ana", "a", 1)))
		before := everything(t, s)
		clock.Advance(time.Second)
		check(t, steps[state](s, by("ana", "a", 1)))
		wantSame(t, "what repeating left", everything(t, s), before)
		for _, other := range []store.Act{by("berta", "a", 1), {BenefitID: "a", Number: 1, Actor: "ana", Note: "otra"}} {
			if _, is := errors.AsType[*store.StateError](steps[state](s, other)); !is {
				t.Errorf("somebody else's step from %s, or another, was taken for the same", state)
			}
		}
	}
}

func whoDoesNotAgreeChangesNothing(t *testing.T, open Open) {
	s, _ := one(t, open)
	enter(t, s, "ana", benefit("a", "Uno"))
	_, err := s.Submit(ctx, by("berta", "a", 1))
	check(t, err)
	before, no := everything(t, s), errors.New("no")
	_, err = s.Publish(ctx, by("carla", "a", 1), func(v store.Version) error {
		if v.Author != "ana" || v.SubmittedBy != "berta" || v.State != store.InReview {
			t.Errorf("asked about %+v", v)
		}
		return no
	})
	wantClass(t, "publishing", err, no)
	wantSame(t, "what it left", everything(t, s), before)
}

func numbers(versions []store.Version) (all []string) {
	for _, v := range versions {
		all = append(all, fmt.Sprint(v.BenefitID, " ", v.Number))
	}
	return all
}

func whatDecidesIsKnownByTime(t *testing.T, open Open) {
	s, clock := one(t, open)
	known := func(at time.Time, revision int64, want ...string) {
		t.Helper()
		versions, err := s.Published(ctx, at)
		check(t, err)
		wantSame(t, at.String(), numbers(versions), want)
		if got, err := s.Revision(ctx, at); got != revision || err != nil {
			t.Errorf("at %s the revision is %d, %v, want %d", at, got, err, revision)
		}
	}
	enter(t, s, "ana", benefit("b", "Uno"), benefit("a", "Uno"), benefit("c", "Uno"))
	known(start, 0)
	first := clock.Advance(time.Second)
	publish(t, s, "b", 1)
	publish(t, s, "a", 1)
	second := clock.Advance(time.Second)
	enter(t, s, "ana", benefit("a", "Dos"))
	publish(t, s, "a", 2)
	third := clock.Advance(time.Second)
	_, err := s.Retire(ctx, by("carla", "a", 2))
	check(t, err)
	fourth := clock.Advance(time.Second)
	_, err = s.Retire(ctx, by("carla", "b", 1))
	check(t, err)

	known(first.Add(-time.Millisecond), 0)
	known(first, 2, "a 1", "b 1")
	known(second.Add(-time.Millisecond), 2, "a 1", "b 1")
	known(second, 3, "a 2", "b 1")
	known(third, 4, "a 1", "b 1")
	known(fourth, 5, "a 1")
	known(fourth.Add(100*365*24*time.Hour), 5, "a 1")
}

func whatIsCoveredDecidesNothing(t *testing.T, open Open) {
	s, clock := one(t, open)
	for i, days := range [][2]string{
		{"2026-02-01", "2026-03-31"}, // 1 is covered by 4
		{"", "2026-03-31"},           // 2 begins before
		{"2026-02-01", ""},           // 3 ends after
		{"2026-01-01", "2026-04-30"}, // 4
		{"2026-04-30", "2026-04-30"}, // 5 is a day of its own
	} {
		b := benefit("a", fmt.Sprint(i))
		b.EffectiveFrom, b.EffectiveUntil = days[0], days[1]
		enter(t, s, "ana", b)
		publish(t, s, "a", int32(i+1))
	}
	decide := func(want ...string) {
		t.Helper()
		versions, err := s.Published(ctx, clock.Now())
		check(t, err)
		wantSame(t, "deciding", numbers(versions), want)
	}
	decide("a 2", "a 3", "a 4", "a 5")
	enter(t, s, "ana", benefit("a", "siempre"), benefit("b", "otro"))
	publish(t, s, "b", 1)
	publish(t, s, "a", 6)
	decide("a 6", "b 1")
	clock.Advance(time.Second)
	_, err := s.Retire(ctx, by("carla", "a", 6))
	check(t, err)
	decide("a 2", "a 3", "a 4", "a 5", "b 1")
}

func timesOfAVersionAreInOrder(t *testing.T, open Open) {
	s, clock := one(t, open)
	enter(t, s, "ana", benefit("a", "Uno"))
	_, err := s.Submit(ctx, by("ana", "a", 1))
	check(t, err)
	clock.Advance(-time.Second) // as another replica's clock may show
	v, err := s.Publish(ctx, by("carla", "a", 1), agree)
	check(t, err)
	clock.Advance(-time.Second)
	gone, err := s.Retire(ctx, by("carla", "a", 1))
	check(t, err)
	if v.PublishedAt.Before(v.SubmittedAt) || gone.RetiredAt.Before(v.PublishedAt) {
		t.Errorf("submitted %s, published %s, retired %s", v.SubmittedAt, v.PublishedAt, gone.RetiredAt)
	}
}

func historyIsReadPageByPage(t *testing.T, open Open) {
	s, _ := one(t, open)
	var want []string
	for n := range 5 {
		enter(t, s, "ana", benefit("a", fmt.Sprint(n)), benefit("b", fmt.Sprint(n)))
		want = append(want, fmt.Sprint(n+1))
	}
	var got []string
	var after int64
	for {
		page, err := s.History(ctx, "a", after, 2)
		check(t, err)
		for _, e := range page {
			got, after = append(got, fmt.Sprint(e.Version)), e.Number
		}
		if len(page) < 2 {
			break
		}
	}
	wantSame(t, "history", got, want)
	for _, id := range []string{"c", "A", "", "a\x00"} {
		if none, err := s.History(ctx, id, 0, 2); len(none) > 0 || err != nil {
			t.Errorf("%q has %v, %v", id, none, err)
		}
	}
	relying, err := s.Relying(ctx)
	check(t, err)
	wantSame(t, "relying on the vocabulary", numbers(relying), []string(nil))
	check(t, steps[store.Draft](s, by("ana", "a", 5)))
	publish(t, s, "b", 5)
	relying, err = s.Relying(ctx)
	check(t, err)
	wantSame(t, "relying on the vocabulary", numbers(relying), []string{"a 5", "b 5"})
}
