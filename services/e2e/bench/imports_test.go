package main

import (
	"math"
	"testing"
	"time"
)

func TestPaceComparesTheLastTenthWithTheFirst(t *testing.T) {
	var marks []mark
	at := time.Second // the command starts
	for tenth := 1; tenth <= 10; tenth++ {
		marks = append(marks, mark{tenth * 100, at})
		at += time.Second
		if tenth == 9 {
			at += time.Second // the last is half as fast
		}
	}
	got := paceOf(1000, 12*time.Second, marks)
	want := pace{Rows: 1000, Rate: 1000.0 / 12, FirstTenth: 100, LastTenth: 50}
	if math.Abs(got.Rate-want.Rate) > 1e-9 || got.FirstTenth != want.FirstTenth || got.LastTenth != want.LastTenth {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestPaceOfManyMarksTakesTenths(t *testing.T) {
	var marks []mark
	for i := 1; i <= 100; i++ {
		marks = append(marks, mark{i * 10, time.Duration(i) * time.Millisecond})
	}
	got := paceOf(1000, 100*time.Millisecond, marks)
	if got.Rate != 10_000 || math.Abs(got.FirstTenth-10_000) > 1 || math.Abs(got.LastTenth-10_000) > 1 {
		t.Errorf("got %+v", got)
	}
}

func TestPaceOfTooFewMarksHasNoTenths(t *testing.T) {
	if got := paceOf(10, time.Second, []mark{{10, time.Second}}); got != (pace{Rows: 10, Rate: 10}) {
		t.Errorf("got %+v", got)
	}
}
