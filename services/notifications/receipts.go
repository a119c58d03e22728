package notifications

import (
	"context"

	"github.com/ventanilla/ventanilla/services/notifications/internal/carrier/kannel"
)

// takeReports takes Kannel's delivery reports, where the settings say so, until ctx ends.
func (s *Service) takeReports(ctx context.Context) error {
	if s.config.Receipts.Listen == "" {
		return nil
	}
	listener, err := kannel.Listen(ctx, s.config.Receipts, s, s.logger)
	if err != nil {
		return err
	}
	return listener.Serve(ctx)
}
