package identity

import (
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

type dataProtectionService struct {
	identityv1.UnimplementedDataProtectionServiceServer
	*Service
}
