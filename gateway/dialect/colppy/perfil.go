package colppy

import (
	"context"

	"github.com/ventanilla/ventanilla/gateway/dialect"
	colppyv1 "github.com/ventanilla/ventanilla/proto/gen/go/colppy/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

var profileFields = dialect.Fields{Request: (*sessionv1.GetUserProfileRequest)(nil), Names: sessionNames(behalfNames())}

// perfil tells who a person is.
type perfil struct {
	colppyv1.UnimplementedPerfilServiceServer
	workspace sessionv1.WorkspaceServiceClient
}

// LeerPerfil returns the profile of the user, or of a customer.
func (p *perfil) LeerPerfil(ctx context.Context, in *colppyv1.LeerPerfilRequest) (*colppyv1.LeerPerfilResponse, error) {
	found, err := p.workspace.GetUserProfile(ctx, &sessionv1.GetUserProfileRequest{Session: callerOf(ctx).session, Behalf: behalf(in)})
	if err != nil {
		return nil, translate(profileFields, err)
	}
	of := found.GetProfile()
	return &colppyv1.LeerPerfilResponse{Data: &colppyv1.Perfil{
		Nombres: of.GetGivenNames(), PrimerApellido: of.GetFirstSurname(), SegundoApellido: of.GetSecondSurname(),
		Verificado: of.GetVerified(), Contactable: of.GetReachable(),
	}}, nil
}
