package notifications

import (
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

type templateService struct {
	notificationsv1.UnimplementedTemplateServiceServer
	*Service
}
