package notifications

import (
	"context"
	"strings"
	"time"

	"go.opentelemetry.io/otel/metric"

	"github.com/ventanilla/ventanilla/pkg/groupcommit"
	"github.com/ventanilla/ventanilla/services/notifications/internal/delivery"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

// picturesPath is where pictures are, by their identifiers.
const picturesPath = "/notifications/v1/pictures/"

// newDelivery makes what sends parts and takes receipts.
func (s *Service) newDelivery(ctx context.Context, meter metric.Meter) (err error) {
	quiet, err := delivery.ParseQuiet(s.config.QuietHours.From, s.config.QuietHours.Until)
	if err != nil {
		return err
	}
	if s.receipts.Key, err = s.keys.Open(ctx, "receipts"); err != nil {
		return err
	}
	if s.counts, err = delivery.NewCounts(meter); err != nil {
		return err
	}
	s.received = groupcommit.New(s.store.Receive, groupcommit.Options{
		MaxWaiting: 4096, MaxGroup: 512, Pace: 2 * time.Millisecond, Timeout: 10 * time.Second,
	})
	if s.router, err = s.newRouter(); err != nil {
		return err
	}
	s.deliverer = delivery.New(delivery.Options{
		Store: s.store, Recipients: s.recipients, Carriers: s.router, Receipts: s.receipts, PictureURL: s.pictureURL, Quiet: quiet,
		Counts: s.counts, Now: s.now, Logger: s.logger,
	})
	return nil
}

func (s *Service) pictureURL(pictureID string) string {
	return strings.TrimSuffix(s.config.PublicURL, "/") + picturesPath + pictureID
}

// Receive enters what a carrier tells of a message; see carrier.Receiver. It works while Run does.
func (s *Service) Receive(ctx context.Context, r message.Receipt) error {
	about, ok := s.receipts.Parse(r.Token)
	if !ok {
		return nil
	}
	changed, err := s.received.Do(ctx, store.Receipt{
		DispatchID: about.DispatchID, Kind: about.Kind, Attempt: about.Number, Outcome: r.Outcome, Reason: r.Reason,
	})
	if err != nil {
		return err
	}
	s.counts.Ended(ctx, changed.Channel, changed.Status)
	return nil
}
