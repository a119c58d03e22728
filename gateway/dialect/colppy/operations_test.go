package colppy_test

import (
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/gateway/dialect/colppy"
	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/gateway/edgetest"
	colppyv1 "github.com/ventanilla/ventanilla/proto/gen/go/colppy/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

// What the contract does not say who may call is not served.
func TestAnRPCWithoutTheOptionIsRefused(t *testing.T) {
	for what, service := range map[string]*grpc.ServiceDesc{
		"of the contract": &colppyv1.OperationService_ServiceDesc,
		"of another":      &sessionv1.SessionService_ServiceDesc,
		"of nobody":       {ServiceName: "colppy.v1.None"},
	} {
		if err := colppy.Sound(service); err == nil {
			t.Errorf("a service %s is served", what)
		}
	}
	if err := colppy.Sound(&colppyv1.UsuarioService_ServiceDesc); err != nil {
		t.Error(err)
	}
}

func TestDatesAsTheDocumentHasThem(t *testing.T) {
	clock := func() time.Time { return time.Date(2014, time.June, 24, 20, 10, 19, 0, time.UTC) }
	for documented, want := range map[bool]string{true: "2014-24-06 17:10:19", false: "2014-06-24 17:10:19"} {
		family, err := colppy.New((&edgetest.Workspaces{}).Serve(t), edge.Callers{}, clock, colppy.Config{DocumentedDates: documented})
		if err != nil {
			t.Fatal(err)
		}
		answer := serve(t, family, `{}`)
		if !strings.Contains(answer, `"response_date":"`+want+`"`) {
			t.Errorf("%s has no %s", answer, want)
		}
	}
}
