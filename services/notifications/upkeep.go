package notifications

import (
	"context"
	"time"

	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

const (
	// sweepEvery is how often what is over is ended and what was kept long enough removed.
	sweepEvery = 5 * time.Second
	// measureEvery is in which of the sweeps the queue is measured.
	measureEvery = 3
	// maxSkew is how far this replica's clock may be from the database's: leases rely on replicas' clocks that differ by less than three seconds.
	maxSkew = time.Second
)

// keep does the upkeep until ctx ends. Every replica does: what one has in hand the others pass over.
func (s *Service) keep(ctx context.Context) {
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	for n := 0; ; n++ {
		s.sweep(ctx)
		if n%measureEvery == 0 {
			s.measure(ctx)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func (s *Service) sweep(ctx context.Context) {
	for _, sweep := range s.store.Sweeps() {
		for some := store.MaxSweep; some == store.MaxSweep && ctx.Err() == nil; {
			var err error
			if some, err = sweep.Once(ctx); err != nil && ctx.Err() == nil {
				s.logger.WarnContext(ctx, "cannot do the upkeep", "doing", sweep.Doing, "error", err)
			}
		}
	}
}

func (s *Service) measure(ctx context.Context) {
	depths, err := s.store.Depths(ctx)
	if err != nil && ctx.Err() == nil {
		s.logger.WarnContext(ctx, "cannot measure the queue", "error", err)
	}
	for _, d := range depths {
		s.counts.Depth(ctx, d)
	}
	if skew, err := s.store.Skew(ctx); err == nil && skew.Abs() > maxSkew {
		s.logger.WarnContext(ctx, "this replica's clock is not the database's: parts may be sent twice, or late", "ahead", skew)
	}
}
