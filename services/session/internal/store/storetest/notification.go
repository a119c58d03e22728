package storetest

import (
	"testing"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

var notificationChecks = checks{
	"a notification is its organisation's": aNotificationIsItsOrganisations,
	"old notifications are forgotten":      oldNotificationsAreForgotten,
}

func aNotificationIsItsOrganisations(t *testing.T, b *bench) {
	o, other := employ(t, b, store.Production, "uno"), employ(t, b, store.Production, "dos")
	at := b.clock.Now()
	check(t, b.EnterNotification(ctx, "its-own", o.ID))
	b.clock.Advance(time.Second)
	check(t, b.EnterNotification(ctx, "its-own", o.ID))
	got, err := b.Notification(ctx, "its-own", o.ID)
	check(t, err)
	if !got.Equal(at) {
		t.Errorf("entered at %v, want %v", got, at)
	}
	for _, id := range []string{"", "Its-own", "nul\x00", "\xff"} {
		_, err := b.Notification(ctx, id, o.ID)
		wantClass(t, "another identifier", err, sqlstore.ErrNotFound)
	}
	_, err = b.Notification(ctx, "its-own", other.ID)
	wantClass(t, "another organisation's", err, sqlstore.ErrNotFound)
}

func oldNotificationsAreForgotten(t *testing.T, b *bench) {
	o := employ(t, b, store.Production, "uno")
	check(t, b.EnterNotification(ctx, "old", o.ID))
	b.clock.Advance(store.NotificationsKept - time.Millisecond)
	check(t, b.EnterNotification(ctx, "new", o.ID))
	sweep := func() {
		for _, s := range b.Sweeps() {
			_, err := s.Once(ctx)
			check(t, err)
		}
	}
	sweep()
	_, err := b.Notification(ctx, "old", o.ID)
	check(t, err)
	b.clock.Advance(time.Millisecond)
	sweep()
	_, err = b.Notification(ctx, "old", o.ID)
	wantClass(t, "the old one", err, sqlstore.ErrNotFound)
	_, err = b.Notification(ctx, "new", o.ID)
	check(t, err)
}
