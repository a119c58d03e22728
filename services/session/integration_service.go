package session

import (
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

type integrationService struct {
	sessionv1.UnimplementedIntegrationServiceServer
	*Service
}
