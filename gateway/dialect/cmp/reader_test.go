package cmp_test

import (
	"testing"

	"github.com/ventanilla/ventanilla/gateway/dialect/cmp"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// A client names for whom it reads, and passes for nobody else by it.
func TestNobodyPassesForAnotherReader(t *testing.T) {
	for behalf, want := range map[string]string{
		"client:7 for Fundación Ñandú":    "Fundación Ñandú",
		"client:7 for the person":         "una institución",
		"client:7 for usted":              "una institución",
		"client:7 for  Esta Plataforma":   "una institución",
		"client:7 for you":                "una institución",
		"client:7 for operator":           "una institución",
		"Un Funcionario":                  "una institución",
		"Un funcionario de la comuna":     "Un funcionario de la comuna",
		"client:7 for un funcionario for": "un funcionario for",
	} {
		if got := cmp.Reader(&identityv1.CitizenAccess{Actor: "peer:benefits", OnBehalfOf: behalf}, "es"); got != want {
			t.Errorf("%q: %q, want %q", behalf, got, want)
		}
	}
}
