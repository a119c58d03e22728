package notifications

import (
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

type dispatchService struct {
	notificationsv1.UnimplementedDispatchServiceServer
	*Service
}
