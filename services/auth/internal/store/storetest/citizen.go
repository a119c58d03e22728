package storetest

import (
	"sync"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

// number is the citizen of production with a RUT, kept for an hour from start.
func number(t *testing.T, s *store.Store, rut string) store.Citizen {
	t.Helper()
	c, err := s.NumberCitizen(t.Context(), store.Production, rut, start.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func aCitizenHasOneNumberInEachDataSet(t *testing.T, open Open) {
	s, clock := one(t, open)
	first := number(t, s, "44444444-4")
	expectSame(t, "numbered", first, store.Citizen{
		Number: first.Number, DataSet: store.Production, RUT: "44444444-4", CreatedAt: start, KeptUntil: start.Add(time.Hour),
	})
	clock.Advance(time.Minute)
	expectSame(t, "numbered again", number(t, s, "44444444-4"), first)
	earlier, err := s.NumberCitizen(t.Context(), store.Production, "44444444-4", start)
	if err != nil {
		t.Fatal(err)
	}
	expectSame(t, "kept less long", earlier, first)
	first.KeptUntil = start.Add(2 * time.Hour)
	later, err := s.NumberCitizen(t.Context(), store.Production, "44444444-4", first.KeptUntil)
	if err != nil {
		t.Fatal(err)
	}
	expectSame(t, "kept longer", later, first)

	staged, err := s.NumberCitizen(t.Context(), store.Staging, "44444444-4", start)
	if err != nil {
		t.Fatal(err)
	}
	if other := number(t, s, "55555555-5"); first.Number <= 0 || staged.Number == first.Number || other.Number == first.Number || other.Number == staged.Number {
		t.Errorf("numbers %d, %d, %d", first.Number, staged.Number, other.Number)
	}
	for _, want := range []store.Citizen{first, staged} {
		got, err := s.Citizen(t.Context(), want.Number)
		if err != nil {
			t.Fatal(err)
		}
		expectSame(t, "found", got, want)
	}
	_, err = s.Citizen(t.Context(), 1<<40)
	expectNotFound(t, "a number that nobody has", err)
}

func citizensGoAndTheirNumbersDoNotComeBack(t *testing.T, open Open) {
	s, clock := one(t, open)
	kept, gone := number(t, s, "44444444-4"), store.Citizen{}
	for range 3 { // the last row of the table goes, and comes anew
		clock.Advance(time.Minute)
		again, err := s.NumberCitizen(t.Context(), store.Production, "55555555-5", start.Add(time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		if again.Number <= gone.Number || again.CreatedAt.Equal(gone.CreatedAt) {
			t.Errorf("after %+v came %+v", gone, again)
		}
		gone = again
		if n, err := s.DeleteCitizens(t.Context(), start.Add(time.Minute)); n != 0 || err != nil {
			t.Errorf("at the very end %d went, %v", n, err)
		}
		if n, err := s.DeleteCitizens(t.Context(), start.Add(time.Minute+time.Millisecond)); n != 1 || err != nil {
			t.Errorf("%d went, %v", n, err)
		}
		_, err = s.Citizen(t.Context(), gone.Number)
		expectNotFound(t, "one who is gone", err)
	}
	if _, err := s.Citizen(t.Context(), kept.Number); err != nil {
		t.Error(err)
	}
}

func replicasGiveACitizenOneNumber(t *testing.T, open Open) {
	replica := open(t, connections, time.Now)
	var mu sync.Mutex
	numbers := map[int64]int{}
	var calls sync.WaitGroup
	for range 2 {
		s := replica()
		for range 8 {
			calls.Go(func() {
				c, err := s.NumberCitizen(t.Context(), store.Production, "44444444-4", time.Now().Add(time.Hour))
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				numbers[c.Number]++
			})
		}
	}
	calls.Wait()
	if len(numbers) != 1 {
		t.Errorf("numbers %v", numbers)
	}
}
