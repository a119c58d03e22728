package tuidd_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/ventanilla/ventanilla/gateway/credential"
	"github.com/ventanilla/ventanilla/gateway/dialect/tuidd"
	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/gateway/edgetest"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestGolden(t *testing.T) {
	edgetest.Golden(t, func(auth authv1.TokenServiceClient, exchanger *credential.Exchanger) ([]edge.Family, error) {
		f, err := tuidd.New(auth, exchanger, edgetest.Issuer)
		return []edge.Family{f, edgetest.Fallback()}, err
	})
}
