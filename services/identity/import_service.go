package identity

import (
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

type importService struct {
	identityv1.UnimplementedImportServiceServer
	*Service
}
