package identity

import (
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

type cardService struct {
	identityv1.UnimplementedCardServiceServer
	*Service
}

func cardNotFound() error {
	return rpcerr.New(errorsv1.Reason_REASON_CARD_NOT_FOUND, "no card has the folio and signature")
}

func cardRevoked() error {
	return rpcerr.New(errorsv1.Reason_REASON_CARD_REVOKED, "the card was revoked")
}

func membershipEnded(message string) error {
	return rpcerr.New(errorsv1.Reason_REASON_MEMBERSHIP_ENDED, message)
}
