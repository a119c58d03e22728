package native_test

import (
	"testing"

	"github.com/ventanilla/ventanilla/gateway/dialect/native"
	"github.com/ventanilla/ventanilla/gateway/edgetest"
	nativev1 "github.com/ventanilla/ventanilla/proto/gen/go/native/v1"
)

func TestEveryReasonHasAnAnswer(t *testing.T) {
	edgetest.EveryReason(t, native.Answers, "benefits", "notifications")
}

func TestEveryValidatedFieldHasAName(t *testing.T) {
	for _, fields := range native.Fields {
		edgetest.EveryField(t, fields)
	}
}

func TestEveryRouteIsAnnotated(t *testing.T) {
	family, err := native.New(nil, nil, nil, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	edgetest.EveryRoute(t, family, nativev1.File_native_v1_oauth_proto, nativev1.File_native_v1_discovery_proto, nativev1.File_native_v1_benefits_proto,
		nativev1.File_native_v1_notifications_proto)
}
