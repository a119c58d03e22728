package session

import (
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

type accountService struct {
	sessionv1.UnimplementedAccountServiceServer
	*Service
}
