package storetest

import (
	"crypto/sha256"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

var passKeyChecks = checks{
	"a pass key tells who opened what, as often as it is asked":     aPassKeyTells,
	"a token opens what is open and its client's":                   aTokenOpensWhatIsItsClients,
	"a functionality that is shut leaves no pass keys":              aShutFunctionalityLeavesNoPassKeys,
	"pass keys hold while token, functionality and person allow it": passKeysAgreeWithTheModel,
}

// openPage opens a functionality.
func openPage(t failing, b *bench, u appUser, f store.Functionality) store.Redemption {
	t.Helper()
	k := store.NewPassKey{Hash: sha256.Sum256([]byte(uuid.NewString())), Token: u.token, FunctionalityKey: f.Key, Context: []byte("sealed")}
	_, _, err := b.CreatePassKey(ctx, k)
	check(t, err)
	return store.Redemption{Hash: k.Hash, FunctionalityKey: f.Key, ClientID: f.ClientID, DataSet: f.DataSet}
}

func aPassKeyTells(t *testing.T, b *bench) {
	clientID := uuid.NewString()
	i := integrate(t, b, store.Production, clientID)
	f, err := b.UpdateFunctionality(ctx, "ana", enterPage(t, b, store.Production, clientID).Key, func(f *store.Functionality) error {
		f.IntegrationKey = i.Key
		return nil
	})
	check(t, err)
	u := enrol(t, b, store.Production, clientID)
	k := openPage(t, b, u, f)
	want := store.PassKey{
		BeneficiaryID: u.id, PersonID: u.personID, UniqueKey: u.uniqueKey, Context: []byte("sealed"), IntegrationKey: i.Key, OpenedAt: b.clock.Now(),
	}
	got, err := b.PassKey(ctx, k)
	check(t, err)
	wantSame(t, "before anything was told", got, want)
	check(t, b.PutRecord(ctx, u.id, i.Key, []byte("told")))
	want.Told = []byte("told")
	b.clock.Advance(5*time.Minute - time.Millisecond)
	for range 2 {
		got, err = b.PassKey(ctx, k)
		check(t, err)
		wantSame(t, "redeemed", got, want)
	}
	for name, change := range map[string]func(*store.Redemption){
		"another pass key":          func(k *store.Redemption) { k.Hash[0]++ },
		"another functionality":     func(k *store.Redemption) { k.FunctionalityKey = enterPage(t, b, store.Production, clientID).Key },
		"a key that is none":        func(k *store.Redemption) { k.FunctionalityKey = "a\x00" },
		"another client":            func(k *store.Redemption) { k.ClientID = uuid.NewString() },
		"the other data set":        func(k *store.Redemption) { k.DataSet = store.Staging },
		"a data set that is none":   func(k *store.Redemption) { k.DataSet = "" },
		"a client that can be none": func(k *store.Redemption) { k.ClientID = "\x00" },
	} {
		asked := k
		change(&asked)
		_, err := b.PassKey(ctx, asked)
		wantClass(t, name, err, store.ErrNoPassKey)
	}
	b.clock.Advance(time.Millisecond)
	_, err = b.PassKey(ctx, k)
	wantClass(t, "a pass key that is over", err, store.ErrNoPassKey)
}

func aTokenOpensWhatIsItsClients(t *testing.T, b *bench) {
	clientID := uuid.NewString()
	u := enrol(t, b, store.Production, clientID)
	f := enterPage(t, b, store.Production, clientID)
	shut, err := b.UpdateFunctionality(ctx, "ana", enterPage(t, b, store.Production, clientID).Key, func(f *store.Functionality) error { f.Disabled = true; return nil })
	check(t, err)
	for name, c := range map[string]struct {
		key   string
		there bool
	}{
		"its own":               {f.Key, true},
		"one that is shut":      {shut.Key, false},
		"another client's":      {enterPage(t, b, store.Production, uuid.NewString()).Key, false},
		"of the other data set": {enterPage(t, b, store.Staging, clientID).Key, false},
		"none":                  {uuid.NewString(), false},
		"no key":                {"a\x00", false},
	} {
		opening, err := b.Opening(ctx, u.token, c.key)
		check(t, err)
		wantSame(t, name, opening, store.Opening{BeneficiaryID: u.id, UniqueKey: u.uniqueKey, DataSet: store.Production, There: c.there})
		uri, expires, err := b.CreatePassKey(ctx, store.NewPassKey{
			Hash: sha256.Sum256([]byte(uuid.NewString())), Token: u.token, FunctionalityKey: c.key, Context: []byte{},
		})
		if !c.there {
			wantClass(t, name, err, store.ErrNoFunctionality)
		} else if err != nil || uri != f.RedirectURI || !expires.Equal(b.clock.Now().Add(f.PassKeyLife)) {
			t.Errorf("%s: leads to %s until %s, %v", name, uri, expires, err)
		}
	}
	_, _, err = b.CreatePassKey(ctx, store.NewPassKey{Hash: sha256.Sum256([]byte("x")), Token: sha256.Sum256(nil), FunctionalityKey: f.Key, Context: []byte{}})
	wantClass(t, "another token", err, store.ErrNoFunctionality)
}

// aShutFunctionalityLeavesNoPassKeys has it opened while it is shut, and opened again: what was given out before stays dead.
func aShutFunctionalityLeavesNoPassKeys(t *testing.T, b *bench) {
	clientID := uuid.NewString()
	u := enrol(t, b, store.Production, clientID)
	f := enterPage(t, b, store.Production, clientID)
	for range 3 {
		key := sha256.Sum256([]byte(uuid.NewString()))
		var opening sync.WaitGroup
		opening.Go(func() {
			_, _, _ = b.CreatePassKey(ctx, store.NewPassKey{Hash: key, Token: u.token, FunctionalityKey: f.Key, Context: []byte{}})
		})
		_, err := b.UpdateFunctionality(ctx, "ana", f.Key, func(f *store.Functionality) error { f.Disabled = true; return nil })
		check(t, err)
		opening.Wait()
		_, err = b.UpdateFunctionality(ctx, "ana", f.Key, func(f *store.Functionality) error { f.Disabled = false; return nil })
		check(t, err)
		_, err = b.PassKey(ctx, store.Redemption{Hash: key, FunctionalityKey: f.Key, ClientID: clientID, DataSet: store.Production})
		wantClass(t, "a pass key of before", err, store.ErrNoPassKey)
	}
}

// modelled is a pass key of the model.
type modelled struct {
	store.Redemption
	user, page int
	ends       time.Time
}

// passKeysAgreeWithTheModel opens, shuts, deletes, erases and lets time pass at random.
func passKeysAgreeWithTheModel(t *testing.T, b *bench) {
	rapid.Check(t, func(t *rapid.T) {
		clientID := uuid.NewString()
		users := []appUser{enrol(t, b, store.Staging, clientID), enrol(t, b, store.Staging, clientID)}
		pages := []store.Functionality{enterPage(t, b, store.Staging, clientID), enterPage(t, b, store.Staging, clientID)}
		tokens := b.clock.Now().Add(30 * time.Minute)
		shut, deleted, erased := map[int]bool{}, map[int]bool{}, map[int]bool{}
		var keys []modelled
		kill := func(of func(modelled) bool) {
			for i := range keys {
				if of(keys[i]) {
					keys[i].ends = time.Time{}
				}
			}
		}
		for range rapid.IntRange(1, 6).Draw(t, "steps") {
			u, p := rapid.IntRange(0, 1).Draw(t, "user"), rapid.IntRange(0, 1).Draw(t, "page")
			switch rapid.SampledFrom([]string{"open", "open", "pass", "shut", "delete", "erase"}).Draw(t, "step") {
			case "open":
				k := store.NewPassKey{Hash: sha256.Sum256([]byte(uuid.NewString())), Token: users[u].token, FunctionalityKey: pages[p].Key, Context: []byte{}}
				_, ends, err := b.CreatePassKey(ctx, k)
				if may := !shut[p] && !deleted[p] && !erased[u] && b.clock.Now().Before(tokens); may {
					check(t, err)
					keys = append(keys, modelled{store.Redemption{Hash: k.Hash, FunctionalityKey: pages[p].Key, ClientID: clientID, DataSet: store.Staging}, u, p, ends})
				} else {
					wantClass(t, "opening", err, store.ErrNoFunctionality)
				}
			case "pass":
				b.clock.Advance(rapid.SampledFrom([]time.Duration{time.Minute, 5 * time.Minute, 26 * time.Minute}).Draw(t, "time"))
			case "shut":
				is := !shut[p]
				_, err := b.UpdateFunctionality(ctx, "ana", pages[p].Key, func(f *store.Functionality) error { f.Disabled = is; return nil })
				if deleted[p] {
					wantClass(t, "shutting", err, store.ErrNoFunctionality)
					continue
				}
				check(t, err)
				shut[p] = is
				kill(func(k modelled) bool { return is && k.page == p })
			case "delete":
				if !deleted[p] {
					check(t, b.DeleteFunctionality(ctx, "ana", pages[p].Key))
				}
				deleted[p] = true
				kill(func(k modelled) bool { return k.page == p })
			case "erase":
				_, err := b.EraseBeneficiary(ctx, "ana", store.Staging, users[u].personID)
				check(t, err)
				erased[u] = true
				kill(func(k modelled) bool { return k.user == u })
			}
			for _, k := range keys {
				got, err := b.PassKey(ctx, k.Redemption)
				if !b.clock.Now().Before(k.ends) {
					wantClass(t, "a pass key that is dead", err, store.ErrNoPassKey)
				} else if err != nil || got.BeneficiaryID != users[k.user].id {
					t.Errorf("a pass key that holds tells of %d, %v", got.BeneficiaryID, err)
				}
			}
		}
	})
}
