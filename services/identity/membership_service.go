package identity

import (
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

type membershipService struct {
	identityv1.UnimplementedMembershipServiceServer
	*Service
}
