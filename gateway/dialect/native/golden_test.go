package native_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/ventanilla/ventanilla/gateway/credential"
	"github.com/ventanilla/ventanilla/gateway/dialect/native"
	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/gateway/edgetest"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestGolden(t *testing.T) {
	edgetest.Golden(t, func(auth authv1.TokenServiceClient, exchanger *credential.Exchanger) ([]edge.Family, error) {
		f, err := native.New(auth, exchanger, edgetest.Issuer, "cmp", "tuidd")
		return []edge.Family{f}, err
	})
}
