package storetest

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

var eventChecks = checks{
	"events come in pages, newest first":      eventsComeInPages,
	"events are found by target and actor":    eventsAreFound,
	"a page of events is not too long to say": eventsOfMuchTextAreApart,
}

// eventsOf are all, oldest first.
func eventsOf(t failing, s *store.Store) []store.Event {
	t.Helper()
	events, next, err := s.Events(ctx, store.EventFilter{}, 0, 1000)
	check(t, err)
	if next != 0 {
		t.Errorf("there are more events below %d", next)
	}
	slices.Reverse(events)
	return events
}

// paged reads all that a filter finds, and returns how many pages there were.
func paged(t failing, s *store.Store, filter store.EventFilter, limit int) (all []store.Event, pages int) {
	t.Helper()
	for below := int64(0); ; pages++ {
		page, next, err := s.Events(ctx, filter, below, limit)
		check(t, err)
		if len(page) > limit {
			t.Errorf("a page of %d has %d", limit, len(page))
		}
		if all = append(all, page...); next == 0 {
			return all, pages + 1
		}
		below = next
	}
}

func eventsComeInPages(t *testing.T, open Open) {
	s, _ := one(t, open)
	if events, pages := paged(t, s, store.EventFilter{}, 2); len(events) != 0 || pages != 1 {
		t.Errorf("of nothing there are %v", events)
	}
	for _, name := range []string{"a", "b", "c", "d"} {
		provide(t, s, name)
	}
	events, pages := paged(t, s, store.EventFilter{}, 2)
	if pages != 2 {
		t.Errorf("%d pages", pages)
	}
	slices.Reverse(events)
	wantSame(t, "events", events, eventsOf(t, s))
	for i, e := range events {
		wantSame(t, "target", e.Target, fmt.Sprint("provider/", i+1))
	}
	if events, _, err := s.Events(ctx, store.EventFilter{}, math.MaxInt64, 9); err != nil || len(events) != 4 {
		t.Errorf("%d events, %v", len(events), err)
	}
}

func eventsAreFound(t *testing.T, open Open) {
	s, _ := one(t, open)
	p := provide(t, s, "uno")
	put(t, s, text(p, "año_%", "primera"))
	define(t, s, "avisos")
	_, err := s.UpdateProvider(ctx, "berta", p.ID, func(p *store.Provider) error { p.Name = "dos"; return nil })
	check(t, err)
	for _, c := range []struct {
		filter store.EventFilter
		acts   []string
	}{
		{store.EventFilter{}, []string{"UpdateProvider", "CreateService", "PutTemplate", "CreateProvider"}},
		{store.EventFilter{TargetPrefix: "provider/1"}, []string{"UpdateProvider", "PutTemplate", "CreateProvider"}},
		{store.EventFilter{TargetPrefix: "provider/1/"}, []string{"PutTemplate"}},
		{store.EventFilter{TargetPrefix: "provider/1/template/año_%"}, []string{"PutTemplate"}},
		{store.EventFilter{TargetPrefix: "provider/%"}, nil},
		{store.EventFilter{TargetPrefix: "PROVIDER/"}, nil},
		{store.EventFilter{Actor: "berta"}, []string{"UpdateProvider"}},
		{store.EventFilter{Actor: "ana", TargetPrefix: "service/"}, []string{"CreateService"}},
		{store.EventFilter{Actor: "bert"}, nil},
		{store.EventFilter{Actor: "\x00"}, nil},
		{store.EventFilter{TargetPrefix: "\xff"}, nil},
	} {
		var acts []string
		events, _ := paged(t, s, c.filter, 2)
		for _, e := range events {
			acts = append(acts, e.Act)
		}
		wantSame(t, fmt.Sprintf("%+v", c.filter), acts, c.acts)
	}
}

func eventsOfMuchTextAreApart(t *testing.T, open Open) {
	s, _ := one(t, open)
	const many = 5
	for range many {
		provide(t, s, strings.Repeat("x", 400_000))
	}
	if events, pages := paged(t, s, store.EventFilter{}, 100); len(events) != many || pages != 3 {
		t.Errorf("%d events in %d pages", len(events), pages)
	}
}
