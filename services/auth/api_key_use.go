package auth

import (
	"context"
	"sync"
	"time"
)

// noteEvery is how long the use of an API key may go without being stored.
const noteEvery = time.Minute

// keyUse remembers when API keys were last used here, until it is stored.
type keyUse struct {
	mu   sync.Mutex
	last map[string]time.Time // by the key's identifier
}

func (u *keyUse) note(id string, at time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.last == nil {
		u.last = map[string]time.Time{}
	}
	if at.After(u.last[id]) {
		u.last[id] = at
	}
}

// take empties the memory.
func (u *keyUse) take() map[string]time.Time {
	u.mu.Lock()
	defer u.mu.Unlock()
	last := u.last
	u.last = nil
	return last
}

// keepNotingUse stores each minute, and once more at the end, when API keys were used.
func (s *Service) keepNotingUse(ctx context.Context) {
	ticker := time.NewTicker(noteEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), pollTimeout)
			defer cancel()
			s.noteUse(last)
			return
		case <-ticker.C:
			s.noteUse(ctx)
		}
	}
}

// noteUse keeps what could not be stored for the next time.
func (s *Service) noteUse(ctx context.Context) {
	used := s.keyUse.take()
	if len(used) == 0 {
		return
	}
	if err := s.store.UseAPIKeys(ctx, used); err != nil {
		s.logger.WarnContext(ctx, "cannot note when API keys were used", "error", err)
		for id, at := range used {
			s.keyUse.note(id, at)
		}
	}
}
