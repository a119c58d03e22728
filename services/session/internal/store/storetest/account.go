package storetest

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

var accountChecks = checks{
	"an account is kept whole":             anAccountIsKeptWhole,
	"logins are compared as they are read": loginsAreComparedAsTheyAreRead,
	"accounts are listed by login":         accountsAreListed,
	"a change of an account is written":    aChangeOfAnAccountIsWritten,
	"an account that ends takes all along": anAccountEnds,
	"a password is hashed anew":            aPasswordIsHashedAnew,
}

// register enters an account in production.
func register(t failing, b *bench, kind store.Kind, login string) store.Account {
	t.Helper()
	a, err := b.CreateAccount(ctx, "ana", store.Account{DataSet: store.Production, Kind: kind, Login: login, Password: "hash of " + login})
	check(t, err)
	return a
}

func anAccountIsKeptWhole(t *testing.T, b *bench) {
	want := store.Account{
		DataSet: store.Staging, Kind: store.User, Login: "Whole@Example.org", Name: "Ñandú", Password: "a hash", PersonID: "person 7",
	}
	got, err := b.CreateAccount(ctx, "ana", want)
	check(t, err)
	want.ID, want.Epoch, want.CreatedAt, want.UpdatedAt = got.ID, 1, b.clock.Now(), b.clock.Now()
	wantSame(t, "entered", got, want)
	read, err := b.Account(ctx, got.ID)
	check(t, err)
	wantSame(t, "read", read, want)
	read, err = b.AccountByLogin(ctx, store.Staging, store.User, "whole@example.ORG")
	check(t, err)
	wantSame(t, "read by login", read, want)
	for _, id := range []string{"", "nobody", "a\x00", "\xff"} {
		_, err := b.Account(ctx, id)
		wantClass(t, "one that there is not", err, store.ErrNoAccount)
		_, err = b.AccountByLogin(ctx, store.Staging, store.User, id)
		wantClass(t, "a login that there is not", err, store.ErrNoAccount)
	}
	events := b.events(t, "account/"+got.ID)
	if len(events) != 1 || events[0].Act != "CreateAccount" || events[0].Actor != "ana" || events[0].Before != "" {
		t.Fatalf("events %v", events)
	}
	if after := events[0].After; strings.Contains(after, "hash") || strings.Contains(after, "Ñandú") || !strings.Contains(after, `"login":"Whole@Example.org"`) {
		t.Errorf("the event says %s", after)
	}
}

func loginsAreComparedAsTheyAreRead(t *testing.T, b *bench) {
	made := register(t, b, store.User, "Ñandú.ﬁn@example.org")
	for _, same := range []string{"ÑANDÚ.FIN@EXAMPLE.ORG", "ñandú.ﬁn@example.org", "nandu", "ｎ\u0303andu\u0301.fin@example.org"} {
		read, err := b.AccountByLogin(ctx, store.Production, store.User, same)
		if same == "nandu" { // accents tell logins apart
			wantClass(t, same, err, store.ErrNoAccount)
			continue
		}
		check(t, err)
		wantSame(t, same, read.ID, made.ID)
		_, err = b.CreateAccount(ctx, "ana", store.Account{DataSet: store.Production, Kind: store.User, Login: same})
		wantClass(t, same+" again", err, store.ErrAccountExists)
	}
	register(t, b, store.Developer, "ñandú.fin@example.org")
	_, err := b.CreateAccount(ctx, "ana", store.Account{DataSet: store.Staging, Kind: store.User, Login: "ñandú.fin@example.org"})
	check(t, err)
	_, err = b.AccountByLogin(ctx, store.Staging, store.Developer, "ñandú.fin@example.org")
	wantClass(t, "of another data set", err, store.ErrNoAccount)
}

func accountsAreListed(t *testing.T, b *bench) {
	for _, login := range []string{"zz-List B", "zz-list c", "zz-list a"} {
		register(t, b, store.User, login)
	}
	register(t, b, store.Developer, "ZZ-LIST B")
	for kind, want := range map[store.Kind][]string{
		"":              {"zz-list a", "ZZ-LIST B", "zz-List B", "zz-list c"},
		store.User:      {"zz-list a", "zz-List B", "zz-list c"},
		store.Developer: {"ZZ-LIST B"},
	} {
		var logins []string
		for after := (store.AccountCursor{Login: "zz-list "}); ; {
			page, err := b.Accounts(ctx, store.Production, kind, after, 1)
			check(t, err)
			if len(page) == 0 || !strings.HasPrefix(store.FoldLogin(page[0].Login), "zz-list") {
				break
			}
			logins, after = append(logins, page[0].Login), page[0].Cursor()
		}
		wantSame(t, "accounts of the kind "+string(kind), logins, want)
	}
}

func aChangeOfAnAccountIsWritten(t *testing.T, b *bench) {
	a := register(t, b, store.User, "changed")
	b.clock.Advance(time.Hour)
	disable := func(a *store.Account) error { a.Name, a.Disabled, a.PersonID = "Otra", true, "person 8"; return nil }
	first, err := b.UpdateAccount(ctx, "berta", a.ID, disable)
	check(t, err)
	want := a
	want.Name, want.Disabled, want.PersonID, want.Epoch, want.UpdatedAt = "Otra", true, "person 8", 2, b.clock.Now()
	wantSame(t, "changed", first, want)
	b.clock.Advance(time.Hour)
	again, err := b.UpdateAccount(ctx, "berta", a.ID, disable)
	check(t, err)
	wantSame(t, "changed to what it is", again, want)
	open, err := b.UpdateAccount(ctx, "berta", a.ID, func(a *store.Account) error { a.Disabled = false; return nil })
	check(t, err)
	wantSame(t, "the epoch of one that is let in again", open.Epoch, int64(2))
	refused := errors.New("refused")
	_, err = b.UpdateAccount(ctx, "berta", a.ID, func(a *store.Account) error { a.Name = "Tercera"; return refused })
	wantClass(t, "a change that fails", err, refused)
	_, err = b.UpdateAccount(ctx, "berta", "nobody", disable)
	wantClass(t, "a change of nobody", err, store.ErrNoAccount)
	_, err = b.SetPassword(ctx, "berta", a.ID, "another hash")
	check(t, err)
	read, err := b.Account(ctx, a.ID)
	check(t, err)
	wantSame(t, "password and epoch", []any{read.Password, read.Epoch, read.Name}, []any{"another hash", int64(3), "Otra"})
	var acts []string
	for _, e := range b.events(t, "account/"+a.ID) {
		if acts = append(acts, e.Actor+" "+e.Act); strings.Contains(e.Before+e.After, "hash") || strings.Contains(e.Before+e.After, "person 8") {
			t.Errorf("an event says %s", e.After)
		}
	}
	wantSame(t, "events", acts, []string{"ana CreateAccount", "berta UpdateAccount", "berta UpdateAccount", "berta SetPassword"})
}

func anAccountEnds(t *testing.T, b *bench) {
	u, d := register(t, b, store.User, "ends"), register(t, b, store.Developer, "ends")
	key := begin(t, b, u, d)
	check(t, b.DeleteAccount(ctx, "berta", u.ID))
	_, err := b.Account(ctx, u.ID)
	wantClass(t, "one that has ended", err, store.ErrNoAccount)
	_, session, err := b.Session(ctx, store.Presented{DataSet: store.Production, Developer: "ends", User: "ends", Key: key})
	check(t, err)
	wantSame(t, "its session", session, store.Session{})
	wantClass(t, "the end of one that has ended", b.DeleteAccount(ctx, "berta", u.ID), store.ErrNoAccount)
	events := b.events(t, "account/"+u.ID)
	if last := events[len(events)-1]; last.Act != "DeleteAccount" || last.After != "" || !strings.Contains(last.Before, u.ID) {
		t.Errorf("the event is %v", last)
	}
}

func aPasswordIsHashedAnew(t *testing.T, b *bench) {
	a := register(t, b, store.User, "renewed")
	check(t, b.RenewPassword(ctx, a, "renewed hash"))
	read, err := b.Account(ctx, a.ID)
	check(t, err)
	a.Password = "renewed hash"
	wantSame(t, "renewed", read, a)
	_, err = b.SetPassword(ctx, "ana", a.ID, "another")
	check(t, err)
	check(t, b.RenewPassword(ctx, a, "too late"))
	read, err = b.Account(ctx, a.ID)
	check(t, err)
	wantSame(t, "after another password", read.Password, "another")
}
