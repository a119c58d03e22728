package colppy_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/ventanilla/ventanilla/gateway/dialect/colppy"
	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/gateway/edgetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestGolden(t *testing.T) {
	edgetest.Golden(t, func(p edgetest.Platform) ([]edge.Family, error) {
		f, err := colppy.New(p.Workspaces, edge.Callers{}, p.Clock, colppy.Config{})
		return []edge.Family{f, edgetest.Fallback()}, err
	})
}
