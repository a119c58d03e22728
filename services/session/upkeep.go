package session

import (
	"context"
	"time"

	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

// sweepEvery is how often what is over is removed.
const sweepEvery = 5 * time.Second

// tidy does the upkeep until ctx ends. Every replica does: what one has in hand the others pass over.
func (s *Service) tidy(ctx context.Context) {
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	for {
		s.sweep(ctx)
		s.hasher.Release()
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
