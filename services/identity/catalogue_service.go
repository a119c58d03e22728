package identity

import (
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

type catalogueService struct {
	identityv1.UnimplementedCatalogueServiceServer
	*Service
}
