package identity

import (
	"context"
	"time"

	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

// sweepEvery is how often what was kept long enough is removed.
const sweepEvery = time.Hour

// keepRetention removes what was kept long enough, now and each hour, until ctx ends. Every replica does: what one has
// removed the others do not find.
func (s *Service) keepRetention(ctx context.Context) {
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	for {
		s.sweep(ctx)
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func (s *Service) sweep(ctx context.Context) {
	kept, act := s.config.Retention, store.Act{Actor: Role, Name: "Retention"}
	for _, kind := range []struct {
		kept  time.Duration
		sweep func(context.Context, store.Act, time.Time) (int, error)
	}{
		{kept.Memberships, s.store.SweepMemberships},
		{kept.Facts, s.store.SweepFacts},
		{kept.Imports, s.store.SweepImports},
	} {
		if kind.kept == 0 {
			continue
		}
		before := s.now().Add(-kind.kept)
		for removed := store.MaxSweep; removed == store.MaxSweep && ctx.Err() == nil; {
			var err error
			if removed, err = kind.sweep(ctx, act, before); err != nil && ctx.Err() == nil {
				s.logger.WarnContext(ctx, "cannot remove what was kept long enough", "error", err)
			}
		}
	}
}
