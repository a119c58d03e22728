package storetest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	"github.com/ventanilla/ventanilla/services/benefits/internal/store"
)

var concurrencyChecks = checks{
	"ReplicasNumberVersionsInTurn": replicasNumberVersionsInTurn,
	"OfEqualImportsOneIsADraft":    ofEqualImportsOneIsADraft,
	"AStepIsMadeOnce":              aStepIsMadeOnce,
	"NoImportMissesAChange":        noImportMissesAChange,
	"OneConnectionServesMany":      oneConnectionServesMany,
}

// race runs a function for each of three replicas and some rounds, and waits for all.
func race(replica func() *store.Store, run func(s *store.Store, n int)) {
	var group sync.WaitGroup
	for i := range 3 {
		s := replica()
		group.Go(func() {
			for round := range 5 {
				run(s, 5*i+round)
			}
		})
	}
	group.Wait()
}

func replicasNumberVersionsInTurn(t *testing.T, open Open) {
	replica := open(t, 2, time.Now)
	s := replica()
	enter(t, s, "ana", benefit("a", "antes"))
	race(replica, func(s *store.Store, n int) {
		in := store.Import{Benefits: []*benefitsv1.Benefit{benefit("a", fmt.Sprint(n)), benefit("b", fmt.Sprint(n))}}
		if drafts, _, err := try(s, "ana", in); err != nil || len(drafts) != 2 {
			t.Errorf("%d drafts, %v", len(drafts), err)
		}
	})
	for id, want := range map[string]int32{"a": 16, "b": 15} {
		newest, err := s.Version(ctx, id, 0)
		check(t, err)
		events, err := s.History(ctx, id, 0, 100)
		check(t, err)
		if newest.Number != want || len(events) != int(want) {
			t.Errorf("%s is at %d after %d events, want %d", id, newest.Number, len(events), want)
		}
		for i, e := range events {
			if e.Version != int32(i+1) {
				t.Errorf("event %d is of version %d", i, e.Version)
			}
		}
	}
}

func ofEqualImportsOneIsADraft(t *testing.T, open Open) {
	replica := open(t, 2, time.Now)
	enter(t, replica(), "ana")
	var made, same atomic.Int32
	race(replica, func(s *store.Store, _ int) {
		drafts, unchanged, err := try(s, "ana", store.Import{Benefits: []*benefitsv1.Benefit{benefit("a", "Uno")}})
		if err != nil {
			t.Error(err)
		}
		made.Add(int32(len(drafts)))
		same.Add(int32(unchanged))
	})
	if made.Load() != 1 || same.Load() != 14 {
		t.Errorf("%d drafts, %d unchanged", made.Load(), same.Load())
	}
}

func aStepIsMadeOnce(t *testing.T, open Open) {
	replica := open(t, 2, time.Now)
	s := replica()
	enter(t, s, "ana", benefit("a", "Uno"))
	for _, state := range []store.State{store.Draft, store.InReview, store.Published} {
		var made atomic.Int32
		race(replica, func(s *store.Store, n int) {
			err := steps[state](s, by(fmt.Sprint("operator ", n), "a", 1))
			if err == nil {
				made.Add(1)
			} else if _, refused := errors.AsType[*store.StateError](err); !refused {
				t.Error(err)
			}
		})
		if made.Load() != 1 {
			t.Errorf("from %s the step was made %d times", state, made.Load())
		}
	}
	if events, err := s.History(ctx, "a", 0, 100); len(events) != 4 || err != nil {
		t.Errorf("%d events, %v", len(events), err)
	}
}

// Of imports that were looked at together, and change what others are looked at with, one is entered.
func noImportMissesAChange(t *testing.T, open Open) {
	replica := open(t, 2, time.Now)
	s := replica()
	seen, err := s.ChangeNumber(ctx)
	check(t, err)
	var entered atomic.Int32
	race(replica, func(s *store.Store, n int) {
		_, _, err := s.Import(ctx, "ana", store.Import{
			Facts: []*benefitsv1.FactDefinition{fact(fmt.Sprint("person.f", n), benefitsv1.FactType_FACT_TYPE_BOOL)},
		}, seen)
		if err == nil {
			entered.Add(1)
		} else if !errors.Is(err, store.ErrChanged) {
			t.Error(err)
		}
	})
	facts, err := s.Facts(ctx)
	if check(t, err); entered.Load() != 1 || len(facts) != 1 {
		t.Errorf("%d were entered, %d facts", entered.Load(), len(facts))
	}
}

func oneConnectionServesMany(t *testing.T, open Open) {
	s := open(t, 1, time.Now)()
	enter(t, s, "ana", benefit("a", "antes"))
	var group sync.WaitGroup
	for n := range 100 {
		group.Go(func() {
			id := fmt.Sprint("b", n)
			if _, _, err := try(s, "ana", store.Import{Benefits: []*benefitsv1.Benefit{benefit(id, "Uno")}}); err != nil {
				t.Error(err)
			}
			if _, err := s.Submit(ctx, by("ana", id, 1)); err != nil {
				t.Error(err)
			}
			if _, err := s.Published(ctx, time.Now()); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}
