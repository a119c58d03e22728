package notifications_test

import (
	"testing"

	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

func TestStrangersAreRefused(t *testing.T) {
	p := newPlatform(t)
	conn := p.replica().As("benefits")
	_, err := notificationsv1.NewDispatchServiceClient(conn).GetDispatch(p.ByPeer("benefits"), &notificationsv1.GetDispatchRequest{DispatchId: "x"})
	wantReason(t, err, errorsv1.Reason_REASON_PEER_REFUSED)
}
