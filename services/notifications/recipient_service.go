package notifications

import (
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

type recipientService struct {
	notificationsv1.UnimplementedRecipientServiceServer
	*Service
}
