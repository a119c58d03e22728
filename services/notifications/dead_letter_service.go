package notifications

import (
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

type deadLetterService struct {
	notificationsv1.UnimplementedDeadLetterServiceServer
	*Service
}
