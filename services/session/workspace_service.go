package session

import (
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

type workspaceService struct {
	sessionv1.UnimplementedWorkspaceServiceServer
	*Service
}
