package identity_test

import (
	"testing"

	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// A replica starts, serves its rules' methods and no others, and stops.
func TestAReplicaServes(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		keys := identityv1.NewCardKeyServiceClient(p.replica().As("gateway"))
		_, err := keys.RotateCardKey(p.ByOperator("viewer"), &identityv1.RotateCardKeyRequest{})
		wantReason(t, err, errorsv1.Reason_REASON_PERMISSION_DENIED)
	})
}
