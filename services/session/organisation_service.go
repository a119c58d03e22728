package session

import (
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

type organisationService struct {
	sessionv1.UnimplementedOrganisationServiceServer
	*Service
}
