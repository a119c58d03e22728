package native_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/ventanilla/ventanilla/gateway/dialect/native"
	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/gateway/edgetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestGolden(t *testing.T) {
	edgetest.Golden(t, func(p edgetest.Platform) ([]edge.Family, error) {
		f, err := native.New(p.Auth, p.Exchanger, p.Benefits, p.Notifications, edgetest.Issuer, "cmp", "tuidd")
		return []edge.Family{f}, err
	})
}
