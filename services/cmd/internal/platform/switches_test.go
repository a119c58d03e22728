package platform

import (
	"slices"
	"testing"

	"github.com/ventanilla/ventanilla/gateway/dialect/cmp"
	"github.com/ventanilla/ventanilla/gateway/dialect/colppy"
	"github.com/ventanilla/ventanilla/gateway/dialect/native"
	"github.com/ventanilla/ventanilla/gateway/dialect/tuidd"
)

func TestEveryServedPathCanBeSwitched(t *testing.T) {
	served, strict, err := switchable()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(partners(), native.Name) {
		paths := served[name]
		if len(paths) == 0 || !slices.IsSorted(paths) || len(slices.Compact(slices.Clone(paths))) != len(paths) {
			t.Errorf("%s: %q", name, paths)
		}
	}
	if !slices.Contains(served[cmp.Name], cmp.TokenPath) || !slices.Contains(served[tuidd.Name], tuidd.TokenInfoPath) {
		t.Errorf("served are %q", served)
	}
	if !slices.Equal(strict, []string{cmp.Name, colppy.Name}) {
		t.Errorf("%q obey a strict switch", strict)
	}
}
