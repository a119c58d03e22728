package iddi_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/ventanilla/ventanilla/gateway/dialect/iddi"
	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/gateway/edgetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestGolden(t *testing.T) {
	edgetest.Golden(t, func(p edgetest.Platform) ([]edge.Family, error) {
		f, err := iddi.New(p.Auth, p.Exchanger, p.Identity, edgetest.Issuer)
		return []edge.Family{f, edgetest.Fallback()}, err
	})
}
