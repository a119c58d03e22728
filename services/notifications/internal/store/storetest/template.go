package storetest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/eventlog"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

var templateChecks = checks{
	"a version never changes":              aVersionNeverChanges,
	"templates are listed by name":         templatesAreListedByName,
	"replicas number versions in turn":     replicasNumberVersionsInTurn,
	"a provider has so many templates":     aProviderHasSoManyTemplates,
	"a template is of a provider":          aTemplateIsOfAProvider,
	"of equal texts one becomes a version": ofEqualTextsOneBecomesAVersion,
	"each version has an event":            eachVersionHasAnEvent,
}

func text(p store.Provider, name, message string) store.Template {
	return store.Template{ProviderID: p.ID, Name: name, Title: "Hora", Message: message, Lengths: map[string]int32{"day": 10}}
}

func put(t failing, s *store.Store, in store.Template) store.Template {
	t.Helper()
	stored, err := s.PutTemplate(ctx, "ana", in)
	check(t, err)
	return stored
}

func aVersionNeverChanges(t *testing.T, open Open) {
	s, clock := one(t, open)
	p := provide(t, s, "uno")
	want := text(p, "hora", "El {{day}} ñ «»")
	want.Version, want.CreatedAt = 1, start
	wantSame(t, "the first", put(t, s, text(p, "hora", "El {{day}} ñ «»")), want)
	clock.Advance(time.Hour)
	wantSame(t, "the same again", put(t, s, text(p, "hora", "El {{day}} ñ «»")), want)
	next := text(p, "hora", "El {{day}}")
	next = put(t, s, next)
	longer := text(p, "hora", "El {{day}}")
	longer.Lengths = map[string]int32{"day": 11}
	longer = put(t, s, longer)
	back := put(t, s, text(p, "hora", "El {{day}} ñ «»")) // the newest is another
	for version, want := range map[int32]store.Template{0: back, 1: want, 2: next, 3: longer, 4: back} {
		read, err := s.Template(ctx, p.ID, "hora", version)
		check(t, err)
		wantSame(t, fmt.Sprint("version ", version), read, want)
	}
	if next.Version != 2 || longer.Version != 3 || back.Version != 4 {
		t.Errorf("numbered %d, %d, %d", next.Version, longer.Version, back.Version)
	}
	for name, version := range map[string]int32{"hora": 5, "horas": 0} {
		_, err := s.Template(ctx, p.ID, name, version)
		wantClass(t, "a version that there is not", err, sqlstore.ErrNotFound)
	}
}

func templatesAreListedByName(t *testing.T, open Open) {
	s, _ := one(t, open)
	p, other := provide(t, s, "uno"), provide(t, s, "dos")
	put(t, s, text(other, "b", "de otro"))
	var want []store.Template
	put(t, s, text(p, "b", "primera"))
	want = append(want, put(t, s, text(p, "a-b", "una")), put(t, s, text(p, "b", "segunda")), put(t, s, text(p, "c1", "una")))
	got, err := s.Templates(ctx, p.ID)
	check(t, err)
	wantSame(t, "listed", got, want)
}

func replicasNumberVersionsInTurn(t *testing.T, open Open) {
	replica := open(t, connections, func() time.Time { return start })
	p := provide(t, replica(), "uno")
	var running sync.WaitGroup
	for r := range 3 {
		s := replica()
		running.Go(func() {
			for n := range 5 {
				if _, err := s.PutTemplate(ctx, "ana", text(p, "hora", fmt.Sprint(r, " ", n))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	running.Wait()
	if newest, err := replica().Template(ctx, p.ID, "hora", 0); err != nil || newest.Version != 15 {
		t.Errorf("of 15 versions the newest is %d, %v", newest.Version, err)
	}
}

func ofEqualTextsOneBecomesAVersion(t *testing.T, open Open) {
	replica := open(t, connections, func() time.Time { return start })
	p := provide(t, replica(), "uno")
	var running sync.WaitGroup
	for range 3 {
		s := replica()
		running.Go(func() {
			for range 3 {
				if stored, err := s.PutTemplate(ctx, "ana", text(p, "hora", "igual")); err != nil || stored.Version != 1 {
					t.Errorf("version %d, %v", stored.Version, err)
				}
			}
		})
	}
	running.Wait()
}

func aProviderHasSoManyTemplates(t *testing.T, open Open) {
	s, _ := one(t, open)
	p := provide(t, s, "uno")
	for n := range store.MaxTemplates {
		put(t, s, text(p, fmt.Sprint("t", n), "una"))
	}
	_, err := s.PutTemplate(ctx, "ana", text(p, "another", "una"))
	wantClass(t, "one more", err, store.ErrTooMany)
	put(t, s, text(p, "t0", "otra"))
	if all, err := s.Templates(ctx, p.ID); err != nil || len(all) != store.MaxTemplates {
		t.Errorf("%d are listed, %v", len(all), err)
	}
}

func aTemplateIsOfAProvider(t *testing.T, open Open) {
	s, _ := one(t, open)
	p := provide(t, s, "uno")
	missing := p
	missing.ID++
	_, err := s.PutTemplate(ctx, "ana", text(missing, "hora", "una"))
	wantClass(t, "a provider that there is not", err, store.ErrNoProvider)
}

func eachVersionHasAnEvent(t *testing.T, open Open) {
	s, _ := one(t, open)
	p := provide(t, s, "uno")
	put(t, s, text(p, "hora", "primera"))
	put(t, s, text(p, "hora", "primera"))
	put(t, s, text(p, "hora", "segunda"))
	events := eventsOf(t, s)[1:] // behind the provider's own
	target := fmt.Sprint("provider/", p.ID, "/template/hora")
	wantSame(t, "events", events, []eventlog.Event{
		{Number: 2, At: start, Actor: "ana", Act: "PutTemplate", Target: target, After: `{"version":1}`},
		{Number: 3, At: start, Actor: "ana", Act: "PutTemplate", Target: target, Before: `{"version":1}`, After: `{"version":2}`},
	})
}
