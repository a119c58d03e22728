package benefits_test

import (
	"testing"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// A replica starts, serves its rules' methods and no others, and stops.
func TestAReplicaServes(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		catalogue := benefitsv1.NewCatalogueServiceClient(p.replica().As("gateway"))
		_, err := catalogue.Publish(p.ByOperator("viewer"), &benefitsv1.PublishRequest{})
		wantReason(t, err, errorsv1.Reason_REASON_PERMISSION_DENIED)
	})
}
