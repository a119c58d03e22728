package tuidd_test

import (
	"testing"

	"github.com/ventanilla/ventanilla/gateway/dialect/tuidd"
	"github.com/ventanilla/ventanilla/gateway/edgetest"
	tuiddv1 "github.com/ventanilla/ventanilla/proto/gen/go/tuidd/v1"
)

func TestEveryReasonHasAnAnswer(t *testing.T) {
	edgetest.EveryReason(t, tuidd.Answers, "notifications")
}

func TestEveryValidatedFieldHasAName(t *testing.T) {
	for _, fields := range tuidd.Fields {
		edgetest.EveryField(t, fields)
	}
}

func TestEveryRouteIsAnnotated(t *testing.T) {
	family, err := tuidd.New(nil, nil, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	edgetest.EveryRoute(t, family, tuiddv1.File_tuidd_v1_tokeninfo_proto, tuiddv1.File_tuidd_v1_services_proto)
}
