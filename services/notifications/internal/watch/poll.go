package watch

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

// poll tells the watches that there are what has changed.
func (h *Hub) poll(ctx context.Context) {
	watches := h.all()
	reading, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := h.tell(reading, watches)
	switch {
	case err == nil:
		h.failures = 0
		for _, w := range watches {
			w.begin()
			w.endIfOver(h.window.now())
		}
	case ctx.Err() != nil: // it stops
	default:
		if h.failures++; h.failures == 1 {
			h.logger.WarnContext(ctx, "changes of dispatches cannot be read", "error", err)
		}
		if h.failures == maxFailures || errors.Is(err, errFlood) {
			h.failures = 0
			h.window.forget()
			h.endAll(ErrAway)
		}
	}
}

// tell reads what has changed and gives it to those who want it. What could not be read is told the next time.
func (h *Hub) tell(ctx context.Context, watches []*Watch) error {
	wanted, err := h.ofOne(ctx, watches)
	if err != nil {
		return err
	}
	fresh, err := h.ofMany(ctx, watches)
	if err != nil {
		return err
	}
	changed := make(map[string]bool, len(fresh))
	for _, c := range fresh {
		if anyMayWant(watches, c) {
			changed[c.ID], wanted[c.ID] = true, true
		}
	}
	told, err := h.load(ctx, slices.Collect(maps.Keys(wanted)))
	if err != nil {
		return err
	}
	for _, d := range slices.SortedFunc(maps.Values(told), func(a, b *store.Snapshot) int { return a.ChangedAt.Compare(b.ChangedAt) }) {
		for _, w := range watches {
			if w.of(d.ID) || w.interest.Known == nil && changed[d.ID] {
				w.tell(d)
			}
		}
	}
	h.window.settle(fresh, told)
	return nil
}

// ofOne are the dispatches that are watched alone and are not as they were told.
func (h *Hub) ofOne(ctx context.Context, watches []*Watch) (map[string]bool, error) {
	known, wanted := make(map[string]int64), make(map[string]bool)
	for _, w := range watches {
		if d := w.known(); d != nil {
			version := d.Version
			if other, ok := known[d.ID]; ok {
				version = min(version, other)
			}
			known[d.ID] = version
		}
	}
	if len(known) == 0 {
		return wanted, nil
	}
	changes, err := h.source.LastChanges(ctx, slices.Collect(maps.Keys(known)))
	for _, c := range changes {
		if c.Version > known[c.ID] {
			wanted[c.ID] = true
		}
	}
	return wanted, err
}

// ofMany is what has changed for those who watch by a filter.
func (h *Hub) ofMany(ctx context.Context, watches []*Watch) ([]store.Change, error) {
	if !slices.ContainsFunc(watches, func(w *Watch) bool { return w.interest.Known == nil }) {
		h.window.forget()
		return nil, nil
	}
	return h.window.fresh(ctx)
}

// anyMayWant tells whether a filter may find what has changed.
func anyMayWant(watches []*Watch, c store.Change) bool {
	return slices.ContainsFunc(watches, func(w *Watch) bool {
		owners := w.interest.Filter.Providers
		return w.interest.Known == nil && (owners == nil || slices.Contains(owners, c.ProviderID))
	})
}

func (h *Hub) load(ctx context.Context, ids []string) (map[string]*store.Snapshot, error) {
	all := make(map[string]*store.Snapshot, len(ids))
	for some := range slices.Chunk(ids, loaded) {
		snapshots, err := h.source.Whole(ctx, some)
		if err != nil {
			return nil, err
		}
		for _, d := range snapshots {
			all[d.ID] = d
		}
	}
	return all, nil
}
