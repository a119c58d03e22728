package storetest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

var recipientChecks = checks{
	"addresses are kept once, newest first":                  addressesAreKeptOnce,
	"a device is its last owner's":                           aDeviceHasOneOwner,
	"a webhook may be that of several persons":               webhooksAreShared,
	"a person has at most 20 addresses, whoever enters them": addressesAreBounded,
	"what two persons enter at once is one's":                devicesAreRacedFor,
	"addresses are taken away from their persons only":       addressesAreTakenAway,
	"wishes are set": wishesAreSet,
	"many recipients are read at once, of one data set": manyRecipients,
	"what is not a text is nobody's":                    noTextsOfRecipients,
}

func device(token string) store.Address {
	return store.Address{ID: uuid.Must(uuid.NewV7()).String(), Channel: message.FCM, Value: token}
}

func webhook(address string) store.Address {
	return store.Address{ID: uuid.Must(uuid.NewV7()).String(), Channel: message.Webhook, Value: address, Sealed: []byte("sealed")}
}

func give(t failing, s *store.Store, person string, a store.Address) (stored store.Address, former string) {
	t.Helper()
	stored, former, err := s.PutAddress(ctx, "client:c1", message.Production, person, a)
	check(t, err)
	return stored, former
}

func kept(t failing, s *store.Store, set message.DataSet, person string) store.Recipient {
	t.Helper()
	found, err := s.Recipients(ctx, set, []string{person})
	check(t, err)
	return found[person]
}

func addressesAreKeptOnce(t *testing.T, open Open) {
	s, clock := one(t, open)
	first, second := device("one"), webhook("https://example.org/1")
	give(t, s, "ana", first)
	clock.Advance(time.Minute)
	give(t, s, "ana", second)
	if again, former := give(t, s, "ana", device("one")); again.ID != first.ID || former != "" {
		t.Errorf("again it is %+v, of %q", again, former)
	}
	first.CreatedAt, second.CreatedAt = start, start.Add(time.Minute)
	wantSame(t, "addresses", kept(t, s, message.Production, "ana").Addresses, []store.Address{second, first})
}

func aDeviceHasOneOwner(t *testing.T, open Open) {
	s, _ := one(t, open)
	give(t, s, "ana", device("token"))
	if _, former := give(t, s, "leo", device("token")); former != "ana" {
		t.Errorf("it was %q's", former)
	}
	if _, _, err := s.PutAddress(ctx, "a", message.Staging, "eva", device("token")); err != nil {
		t.Error(err)
	}
	if len(kept(t, s, message.Production, "ana").Addresses) != 0 || len(kept(t, s, message.Production, "leo").Addresses) != 1 ||
		len(kept(t, s, message.Staging, "eva").Addresses) != 1 {
		t.Error("the device is not leo's, or not eva's in the other data set")
	}
}

func webhooksAreShared(t *testing.T, open Open) {
	s, _ := one(t, open)
	for _, person := range []string{"ana", "leo"} {
		if _, former := give(t, s, person, webhook("https://example.org/all")); former != "" {
			t.Errorf("it was %q's", former)
		}
	}
	if len(kept(t, s, message.Production, "ana").Addresses) != 1 {
		t.Error("ana has lost it")
	}
}

func addressesAreBounded(t *testing.T, open Open) {
	replica := open(t, 4, time.Now)
	var entered atomic.Int32
	var group sync.WaitGroup
	for i := range 2 {
		s := replica()
		for n := range 15 {
			group.Go(func() {
				_, _, err := s.PutAddress(ctx, "a", message.Production, "ana", device(fmt.Sprint("token ", i, " ", n)))
				if err == nil {
					entered.Add(1)
				} else if !errors.Is(err, store.ErrTooMany) {
					t.Error(err)
				}
			})
		}
	}
	group.Wait()
	if n := len(kept(t, replica(), message.Production, "ana").Addresses); n != 20 || entered.Load() != 20 {
		t.Errorf("%d were entered, %d are there", entered.Load(), n)
	}
}

func devicesAreRacedFor(t *testing.T, open Open) {
	replica := open(t, 4, time.Now)
	var group sync.WaitGroup
	for i := range 2 {
		s := replica()
		for n := range 10 {
			group.Go(func() {
				_, _, err := s.PutAddress(ctx, "a", message.Production, fmt.Sprint("person ", i, n), device("token"))
				if err != nil {
					t.Error(err)
				}
			})
		}
	}
	group.Wait()
	owners := 0
	for i := range 2 {
		for n := range 10 {
			owners += len(kept(t, replica(), message.Production, fmt.Sprint("person ", i, n)).Addresses)
		}
	}
	if owners != 1 {
		t.Errorf("%d have it", owners)
	}
}

func addressesAreTakenAway(t *testing.T, open Open) {
	s, _ := one(t, open)
	mine, dead := device("mine"), device("dead")
	give(t, s, "ana", mine)
	give(t, s, "ana", dead)
	wantClass(t, "another person's", s.DeleteAddress(ctx, "a", message.Production, "leo", mine.ID), sqlstore.ErrNotFound)
	wantClass(t, "another data set's", s.PruneAddress(ctx, message.Staging, "ana", mine.ID), sqlstore.ErrNotFound)
	check(t, s.PruneAddress(ctx, message.Production, "ana", dead.ID))
	wantClass(t, "a dead one", s.DeleteAddress(ctx, "a", message.Production, "ana", dead.ID), sqlstore.ErrNotFound)
	if left := kept(t, s, message.Production, "ana").Addresses; len(left) != 1 || left[0].ID != mine.ID {
		t.Errorf("left are %v", left)
	}
	check(t, s.DeleteAddress(ctx, "a", message.Production, "ana", mine.ID))
}

func wishesAreSet(t *testing.T, open Open) {
	s, _ := one(t, open)
	for _, wishes := range []store.Wishes{{TimeZone: "Pacific/Easter", RefusesAdvertisements: true}, {}, {RefusesAdvertisements: true}} {
		for range 2 {
			check(t, s.PutWishes(ctx, "ana", message.Production, "p", wishes))
		}
		wantSame(t, "wishes", kept(t, s, message.Production, "p").Wishes, wishes)
	}
	if kept(t, s, message.Staging, "p").RefusesAdvertisements {
		t.Error("the other data set has them")
	}
}

func manyRecipients(t *testing.T, open Open) {
	s, _ := one(t, open)
	var ids []string
	for n := range 200 {
		id := fmt.Sprint("person ", n)
		ids = append(ids, id)
		if n%50 == 0 {
			give(t, s, id, device("token of "+id))
			check(t, s.PutWishes(ctx, "a", message.Production, id, store.Wishes{RefusesAdvertisements: true}))
		}
	}
	found, err := s.Recipients(ctx, message.Production, ids)
	check(t, err)
	for id, r := range found {
		if !r.RefusesAdvertisements || r.Addresses[0].Value != "token of "+id {
			t.Errorf("%s: %+v", id, r)
		}
	}
	if len(found) != 4 {
		t.Errorf("%d are found", len(found))
	}
}

func noTextsOfRecipients(t *testing.T, open Open) {
	s, _ := one(t, open)
	found, err := s.Recipients(ctx, message.Production, []string{"\x00", "\xff"})
	if check(t, err); len(found) != 0 {
		t.Errorf("found %v", found)
	}
	wantClass(t, "pruning", s.PruneAddress(ctx, message.Production, "\xff", "\x00"), sqlstore.ErrNotFound)
	if n, err := s.EraseRecipient(ctx, "a", message.Production, "\x00"); n != 0 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}
