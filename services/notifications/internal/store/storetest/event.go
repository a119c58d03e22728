package storetest

import (
	"slices"

	"github.com/ventanilla/ventanilla/pkg/eventlog"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

// eventsOf are all, oldest first.
func eventsOf(t failing, s *store.Store) []eventlog.Event {
	t.Helper()
	events, next, err := s.Events(ctx, eventlog.Filter{}, 0, 1000)
	check(t, err)
	if next != 0 {
		t.Errorf("there are more events below %d", next)
	}
	slices.Reverse(events)
	return events
}
