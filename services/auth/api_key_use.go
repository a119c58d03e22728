package auth

import (
	"context"
	"sync"
	"time"
)

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

// noteUse stores when API keys were used. It keeps what could not be stored for the next time.
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
