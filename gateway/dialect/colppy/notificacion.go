package colppy

import (
	"context"

	"github.com/ventanilla/ventanilla/gateway/dialect"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	colppyv1 "github.com/ventanilla/ventanilla/proto/gen/go/colppy/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

var (
	sendFields = dialect.Fields{
		Request: (*sessionv1.SendNotificationRequest)(nil),
		Names: sessionNames(behalfNames(), map[string]string{
			"channel": "canal", "title": "titulo", "message": "mensaje", "reference": "referencia",
		}),
	}
	sentFields = dialect.Fields{
		Request: (*sessionv1.GetNotificationRequest)(nil),
		Names:   sessionNames(map[string]string{"organisation_id": "idEmpresa", "notification_id": "idNotificacion"}),
	}
)

// notificacion sends notifications and tells what became of them.
type notificacion struct {
	colppyv1.UnimplementedNotificacionServiceServer
	workspace sessionv1.WorkspaceServiceClient
}

// EnviarNotificacion sends one to the user, or to a customer.
func (n *notificacion) EnviarNotificacion(ctx context.Context, in *colppyv1.EnviarNotificacionRequest) (*colppyv1.EnviarNotificacionResponse, error) {
	channel, ok := named(channels, in.GetCanal())
	if !ok {
		return nil, rpcerr.Invalid("canal", "is no channel")
	}
	sent, err := n.workspace.SendNotification(ctx, &sessionv1.SendNotificationRequest{
		Session: callerOf(ctx).session, Behalf: behalf(in), Channel: channel, Title: in.GetTitulo(), Message: in.GetMensaje(), Reference: in.GetReferencia(),
	})
	if err != nil {
		return nil, translate(sendFields, err)
	}
	return &colppyv1.EnviarNotificacionResponse{Data: &colppyv1.NotificacionEnviada{
		IdNotificacion: sent.GetNotificationId(), Situacion: statuses[sent.GetStatus()],
	}}, nil
}

// LeerNotificacion tells what became of one.
func (n *notificacion) LeerNotificacion(ctx context.Context, in *colppyv1.LeerNotificacionRequest) (*colppyv1.LeerNotificacionResponse, error) {
	found, err := n.workspace.GetNotification(ctx, &sessionv1.GetNotificationRequest{
		Session: callerOf(ctx).session, OrganisationId: in.GetIdEmpresa(), NotificationId: in.GetIdNotificacion(),
	})
	if err != nil {
		return nil, translate(sentFields, err)
	}
	return &colppyv1.LeerNotificacionResponse{Data: &colppyv1.Notificacion{
		IdNotificacion: in.GetIdNotificacion(), Canal: channels[found.GetChannel()], Situacion: statuses[found.GetStatus()],
		FechaCreacion: argentine(found.GetCreatedAt()), FechaCambio: argentine(found.GetChangedAt()), Intentos: found.GetAttempts(),
	}}, nil
}
