package mosia_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/ventanilla/ventanilla/gateway/dialect/mosia"
	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/gateway/edgetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestGolden(t *testing.T) {
	edgetest.Golden(t, func(p edgetest.Platform) ([]edge.Family, error) {
		f, err := mosia.New(p.Exchanger, p.PassKeys, p.Clock, mosia.Config{})
		return []edge.Family{f, edgetest.Fallback()}, err
	})
}
