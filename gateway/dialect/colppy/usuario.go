package colppy

import (
	"context"
	"time"

	"github.com/ventanilla/ventanilla/gateway/dialect"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	colppyv1 "github.com/ventanilla/ventanilla/proto/gen/go/colppy/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

var (
	openFields = dialect.Fields{
		Request: (*sessionv1.OpenSessionRequest)(nil),
		Names: map[string]string{
			"user": "usuario", "password": "password",
			"developer": "", "developer.login": "", "developer.password": "", "developer.data_set": "", "developer.address": "",
		},
	}
	developerFields = dialect.Fields{Request: (*sessionv1.CheckDeveloperRequest)(nil), Names: developerNames()}

	checkFields = dialect.Fields{Request: (*sessionv1.CheckSessionRequest)(nil), Names: sessionNames()}
	closeFields = dialect.Fields{Request: (*sessionv1.CloseSessionRequest)(nil), Names: sessionNames()}
)

// usuario opens, ends and checks sessions.
type usuario struct {
	colppyv1.UnimplementedUsuarioServiceServer
	sessions sessionv1.SessionServiceClient
	clock    func() time.Time
}

// IniciarSesion opens a session.
func (u *usuario) IniciarSesion(ctx context.Context, in *colppyv1.IniciarSesionRequest) (*colppyv1.IniciarSesionResponse, error) {
	if len(in.GetUsuario()) > maxCredential || len(in.GetPassword()) > maxCredential {
		// Nobody has such a login, but who asks must be somebody.
		if err := checkDeveloper(ctx, u.sessions); err != nil {
			return nil, err
		}
		return nil, rpcerr.New(errorsv1.Reason_REASON_LOGIN_REFUSED, "the user's credential is too long")
	}
	opened, err := u.sessions.OpenSession(ctx, &sessionv1.OpenSessionRequest{
		Developer: callerOf(ctx).developer, User: in.GetUsuario(), Password: digest(in.GetPassword()),
	})
	if err != nil {
		return nil, translate(openFields, err)
	}
	return &colppyv1.IniciarSesionResponse{Data: &colppyv1.ClaveSesion{ClaveSesion: opened.GetSessionKey()}}, nil
}

// CerrarSesion ends the session.
func (u *usuario) CerrarSesion(ctx context.Context, _ *colppyv1.CerrarSesionRequest) (*colppyv1.CerrarSesionResponse, error) {
	if _, err := u.sessions.CloseSession(ctx, &sessionv1.CloseSessionRequest{Session: callerOf(ctx).session}); err != nil {
		return nil, translate(closeFields, err)
	}
	return &colppyv1.CerrarSesionResponse{}, nil
}

// ValidarSesion tells what is left of the session.
func (u *usuario) ValidarSesion(ctx context.Context, in *colppyv1.ValidarSesionRequest) (*colppyv1.ValidarSesionResponse, error) {
	checked, err := u.sessions.CheckSession(ctx, &sessionv1.CheckSessionRequest{Session: callerOf(ctx).session})
	if err != nil {
		return nil, translate(checkFields, err)
	}
	life := checked.GetLife()
	left := max(0, life.GetIdleExpiresAt().AsTime().Sub(u.clock()))
	return &colppyv1.ValidarSesionResponse{Data: &colppyv1.VidaSesion{
		Usuario: in.GetSesion().GetUsuario(), Inicio: argentine(life.GetOpenedAt()), VenceSinUso: argentine(life.GetIdleExpiresAt()),
		Vence: argentine(life.GetExpiresAt()), SegundosRestantes: int64(left / time.Second),
	}}, nil
}

// checkDeveloper asks whether the developer's credential holds, where nobody else is asked who would look at it.
func checkDeveloper(ctx context.Context, sessions sessionv1.SessionServiceClient) error {
	_, err := sessions.CheckDeveloper(ctx, &sessionv1.CheckDeveloperRequest{Developer: callerOf(ctx).developer})
	return translate(developerFields, err)
}
