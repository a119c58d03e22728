package main

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCardHoldersAreSpreadEvenly(t *testing.T) {
	for _, c := range []struct{ first, end int }{{0, fewPersons}, {fewPersons, fewestPersons}, {fewPersons, 123_457}} {
		count, last := 0, 0
		for i := c.first; i < c.end; i++ {
			if cardHolder(i, c.first, c.end) {
				count, last = count+1, i
			}
		}
		if count != holders || last < c.first+(c.end-c.first)/2 {
			t.Errorf("%d to %d: %d holders, the last is %d", c.first, c.end, count, last)
		}
	}
}

func TestRUTsHaveTheirCheckDigits(t *testing.T) {
	for number, want := range map[int]string{12_345_678: "12345678-5", 11_111_111: "11111111-1", 10_000_013: "10000013-K", 7_654_321: "7654321-6"} {
		if got := rut(number); got != want {
			t.Errorf("%d: %s, want %s", number, got, want)
		}
	}
}

func TestTheSamePersonsAreInventedEachTime(t *testing.T) {
	var texts [2][]byte
	for i := range texts {
		path := filepath.Join(t.TempDir(), "persons.csv")
		if err := writePersons(path, 0, fewPersons); err != nil {
			t.Fatal(err)
		}
		var err error
		if texts[i], err = os.ReadFile(path); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(string(texts[0]), string(texts[1])); diff != "" {
		t.Errorf("the second time (-first +second):\n%s", diff)
	}
	rows, err := csv.NewReader(bytes.NewReader(texts[0])).ReadAll()
	if err != nil || len(rows) != fewPersons+1 {
		t.Errorf("%d rows: %v", len(rows), err)
	}
}
