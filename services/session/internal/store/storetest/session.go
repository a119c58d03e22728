package storetest

import (
	"crypto/sha256"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

var sessionChecks = checks{
	"a session is found by what is presented": aSessionIsFound,
	"a session needs accounts as they are":    aSessionNeedsAccounts,
	"a user has so many sessions at most":     sessionsAreBounded,
	"use moves the end of a session on":       useMovesTheEnd,
	"a session that is over is not found":     sessionsAreOver,
	"sessions are listed, newest first":       sessionsAreListed,
	"all sessions of an account end at once":  allSessionsEnd,
	"failed logins are counted":               failedLoginsAreCounted,
	"failed logins are forgotten":             failedLoginsAreForgotten,
}

// begin opens a session now, of an hour unused and twelve at most.
func begin(t failing, b *bench, u, d store.Account) (key [32]byte) {
	t.Helper()
	for i := range key {
		key[i] = byte(rand.Uint32())
	}
	now := b.clock.Now()
	check(t, b.OpenSession(ctx, store.NewSession{
		Key: key, User: u, Developer: d, OpenedAt: now, IdleExpiresAt: now.Add(time.Hour), ExpiresAt: now.Add(12 * time.Hour), Failures: []byte("of " + u.ID),
	}))
	return key
}

func aSessionIsFound(t *testing.T, b *bench) {
	u, d, other := register(t, b, store.User, "Found"), register(t, b, store.Developer, "Found"), register(t, b, store.Developer, "not found")
	check(t, b.EnterLoginFailure(ctx, []byte("of "+u.ID)))
	begin(t, b, u, d)
	first := b.clock.Now()
	b.clock.Advance(time.Minute)
	key := begin(t, b, u, d)
	p := store.Presented{DataSet: store.Production, Developer: "found", User: "FOUND", Key: key}
	developer, session, err := b.Session(ctx, p)
	check(t, err)
	now := b.clock.Now()
	wantSame(t, "the session", session, store.Session{
		ID: session.ID, DataSet: store.Production, UserID: u.ID, User: "Found", DeveloperID: d.ID, Developer: "Found", OpenedAt: now, UsedAt: now,
		IdleExpiresAt: now.Add(time.Hour), ExpiresAt: now.Add(12 * time.Hour), PreviousLoginAt: first,
	})
	wantSame(t, "the developer", developer, store.Account{
		ID: d.ID, DataSet: store.Production, Kind: store.Developer, Login: "Found", Password: d.Password, Epoch: 1,
	})
	for _, account := range []string{u.ID, d.ID} {
		a, err := b.Account(ctx, account)
		check(t, err)
		wantSame(t, "the last login", a.LastLoginAt, now)
	}
	failures, err := b.LoginFailures(ctx, []byte("of "+u.ID))
	check(t, err)
	wantSame(t, "failures", failures, []store.LoginFailures{{}})
	for name, present := range map[string]func(*store.Presented){
		"another's key":     func(p *store.Presented) { p.Key = sha256.Sum256(key[:]) },
		"another user":      func(p *store.Presented) { p.User = "found " },
		"another developer": func(p *store.Presented) { p.Developer = other.Login },
		"a login of nobody": func(p *store.Presented) { p.User = "\x00" },
	} {
		wrong := p
		present(&wrong)
		_, session, err := b.Session(ctx, wrong)
		check(t, err)
		wantSame(t, name, session, store.Session{})
	}
	for name, present := range map[string]func(*store.Presented){
		"an unknown developer": func(p *store.Presented) { p.Developer = "\x00" },
		"another data set":     func(p *store.Presented) { p.DataSet = store.Staging },
	} {
		wrong := p
		present(&wrong)
		_, _, err := b.Session(ctx, wrong)
		wantClass(t, name, err, store.ErrNoAccount)
	}
	check(t, b.CloseSession(ctx, session.ID))
	wantClass(t, "closed twice", b.CloseSession(ctx, session.ID), store.ErrNoSession)
	_, session, err = b.Session(ctx, p)
	check(t, err)
	wantSame(t, "one that is closed", session, store.Session{})
}

func aSessionNeedsAccounts(t *testing.T, b *bench) {
	u, d := register(t, b, store.User, "as it is"), register(t, b, store.Developer, "as it is")
	for name, n := range map[string]store.NewSession{
		"another password of the user":      {User: store.Account{ID: u.ID, Epoch: 0}, Developer: d},
		"another password of the developer": {User: u, Developer: store.Account{ID: d.ID, Epoch: 2}},
		"no user":                           {User: store.Account{ID: "nobody", Epoch: 1}, Developer: d},
	} {
		n.OpenedAt, n.IdleExpiresAt, n.ExpiresAt = b.clock.Now(), b.clock.Now(), b.clock.Now()
		wantClass(t, name, b.OpenSession(ctx, n), store.ErrNoAccount)
	}
}

func sessionsAreBounded(t *testing.T, b *bench) {
	u, d, other := register(t, b, store.User, "many"), register(t, b, store.Developer, "many"), register(t, b, store.Developer, "few")
	good := func(key [32]byte, developer string) bool {
		_, session, err := b.Session(ctx, store.Presented{DataSet: store.Production, Developer: developer, User: "many", Key: key})
		check(t, err)
		return session.ID != ""
	}
	few, first := begin(t, b, u, other), begin(t, b, u, d)
	b.clock.Advance(time.Millisecond)
	second := begin(t, b, u, d)
	b.clock.Advance(time.Millisecond)
	for range store.MaxSessions - 2 {
		begin(t, b, u, d)
	}
	if !good(first, "many") {
		t.Error("the first session ended before there were too many")
	}
	begin(t, b, u, d)
	if good(first, "many") || !good(second, "many") || !good(few, "few") {
		t.Error("not the oldest of user and developer ended")
	}
}

func useMovesTheEnd(t *testing.T, b *bench) {
	u, d := register(t, b, store.User, "used"), register(t, b, store.Developer, "used")
	p := store.Presented{DataSet: store.Production, Developer: "used", User: "used", Key: begin(t, b, u, d)}
	_, session, err := b.Session(ctx, p)
	check(t, err)
	later := session.UsedAt.Add(59 * time.Minute)
	check(t, b.UseSession(ctx, session.ID, later, later.Add(time.Hour)))
	check(t, b.UseSession(ctx, session.ID, session.UsedAt.Add(time.Minute), later)) // of a replica that comes late
	_, used, err := b.Session(ctx, p)
	check(t, err)
	wantSame(t, "used and its end", []time.Time{used.UsedAt, used.IdleExpiresAt}, []time.Time{later, later.Add(time.Hour)})
	check(t, b.UseSession(ctx, "none", later, later))
}

func sessionsAreOver(t *testing.T, b *bench) {
	u, d := register(t, b, store.User, "over"), register(t, b, store.Developer, "over")
	p := store.Presented{DataSet: store.Production, Developer: "over", User: "over", Key: begin(t, b, u, d)}
	_, session, err := b.Session(ctx, p)
	check(t, err)
	b.clock.Advance(time.Hour - time.Millisecond)
	if _, good, err := b.Session(ctx, p); err != nil || good.ID != session.ID {
		t.Errorf("one that is nearly over: %v, %v", good, err)
	}
	b.clock.Advance(time.Millisecond)
	_, over, err := b.Session(ctx, p)
	check(t, err)
	wantSame(t, "one that is over", over, store.Session{})
	listed, err := b.Sessions(ctx, store.Production, u.ID, store.Place{}, 10)
	check(t, err)
	wantSame(t, "listed", len(listed), 0)
	wantClass(t, "the end of one that is over", b.EndSession(ctx, "ana", session.ID), store.ErrNoSession)
	begin(t, b, u, d)
	sweep(t, b)
	var left int
	check(t, b.db.Read.QueryRowContext(ctx, `SELECT COUNT(*) FROM session WHERE user_id = $1`, u.ID).Scan(&left))
	wantSame(t, "sessions that are left", left, 1)
}

// sweep does the upkeep.
func sweep(t failing, b *bench) {
	t.Helper()
	for _, sweep := range b.Sweeps() {
		for some := store.MaxSweep; some == store.MaxSweep; {
			var err error
			some, err = sweep.Once(ctx)
			check(t, err)
		}
	}
}

func sessionsAreListed(t *testing.T, b *bench) {
	ana, eva := register(t, b, store.User, "listed ana"), register(t, b, store.User, "listed eva")
	uno, dos := register(t, b, store.Developer, "listed uno"), register(t, b, store.Developer, "listed dos")
	b.clock.Advance(time.Minute)
	for _, of := range [][2]store.Account{{ana, uno}, {eva, uno}, {ana, dos}, {ana, uno}} {
		begin(t, b, of[0], of[1])
		b.clock.Advance(time.Second)
	}
	list := func(account string) (who []string) {
		for after := (store.Place{}); ; {
			page, err := b.Sessions(ctx, store.Production, account, after, 2)
			check(t, err)
			for _, s := range page {
				if s.OpenedAt.After(b.clock.Now().Add(-5 * time.Second)) { // others are of other checks
					who = append(who, s.User+" "+s.Developer)
				}
			}
			if len(page) < 2 {
				return who
			}
			after = page[1].Place()
		}
	}
	wantSame(t, "of a user", list(ana.ID), []string{"listed ana listed uno", "listed ana listed dos", "listed ana listed uno"})
	wantSame(t, "of a developer", list(uno.ID), []string{"listed ana listed uno", "listed eva listed uno", "listed ana listed uno"})
	wantSame(t, "all", list(""), []string{"listed ana listed uno", "listed ana listed dos", "listed eva listed uno", "listed ana listed uno"})
	wantSame(t, "of nobody", list("nobody"), []string(nil))
	staged, err := b.Sessions(ctx, store.Staging, ana.ID, store.Place{}, 2)
	check(t, err)
	wantSame(t, "of another data set", len(staged), 0)
	newest, err := b.Sessions(ctx, store.Production, "", store.Place{}, 1)
	check(t, err)
	check(t, b.EndSession(ctx, "berta", newest[0].ID))
	wantClass(t, "ended twice", b.EndSession(ctx, "berta", newest[0].ID), store.ErrNoSession)
	wantClass(t, "the end of none", b.EndSession(ctx, "berta", "\x00"), store.ErrNoSession)
	wantSame(t, "after an end", list(uno.ID), []string{"listed eva listed uno", "listed ana listed uno"})
	events := b.events(t, "session/"+newest[0].ID)
	if len(events) != 1 || events[0].Act != "EndSession" || events[0].Actor != "berta" || events[0].After != "" {
		t.Errorf("events %v", events)
	}
}

func allSessionsEnd(t *testing.T, b *bench) {
	disable := func(a *store.Account) error { a.Disabled = true; return nil }
	u, d, other := register(t, b, store.User, "all"), register(t, b, store.Developer, "all"), register(t, b, store.Developer, "all other")
	good := func(developer string, key [32]byte) bool {
		_, session, err := b.Session(ctx, store.Presented{DataSet: store.Production, Developer: developer, User: "all", Key: key})
		check(t, err)
		return session.ID != ""
	}
	for name, c := range map[string]struct {
		end      func() (int64, error)
		ended    int64
		survives bool
	}{
		"of the user":                        {func() (int64, error) { return b.EndSessions(ctx, "berta", u.ID) }, 3, false},
		"of the developer":                   {func() (int64, error) { return b.EndSessions(ctx, "berta", d.ID) }, 2, true},
		"by a new password of the user":      {func() (int64, error) { return b.SetPassword(ctx, "berta", u.ID, "x") }, 3, false},
		"by a new password of the developer": {func() (int64, error) { return b.SetPassword(ctx, "berta", d.ID, "y") }, 2, true},
		"by disabling the user": {func() (int64, error) {
			_, err := b.UpdateAccount(ctx, "berta", u.ID, disable)
			return 0, err
		}, 0, false},
		"by disabling the developer": {func() (int64, error) {
			_, err := b.UpdateAccount(ctx, "berta", d.ID, disable)
			return 0, err
		}, 0, true},
	} {
		var err error
		for _, a := range []*store.Account{&u, &d} {
			*a, err = b.UpdateAccount(ctx, "ana", a.ID, func(a *store.Account) error { a.Disabled = false; return nil })
			check(t, err)
		}
		one, two, third := begin(t, b, u, d), begin(t, b, u, d), begin(t, b, u, other)
		ended, err := c.end()
		check(t, err)
		wantSame(t, "ended "+name, ended, c.ended)
		if good("all", one) || good("all", two) {
			t.Errorf("a session survives the end %s", name)
		}
		if good("all other", third) != c.survives {
			t.Errorf("the end %s ends another's, or not", name)
		}
		if c.survives {
			_, err := b.EndSessions(ctx, "berta", other.ID)
			check(t, err)
			other, err = b.Account(ctx, other.ID)
			check(t, err)
		}
	}
	_, err := b.EndSessions(ctx, "berta", "nobody")
	wantClass(t, "the end of nobody's", err, store.ErrNoAccount)
}

func failedLoginsAreCounted(t *testing.T, b *bench) {
	login, address := []byte("counted login"), []byte("counted address")
	check(t, b.EnterLoginFailure(ctx, login, address))
	first := b.clock.Now()
	b.clock.Advance(time.Second)
	check(t, b.EnterLoginFailure(ctx, login))
	failures, err := b.LoginFailures(ctx, address, nil, login, []byte("nobody"))
	check(t, err)
	wantSame(t, "failures", failures, []store.LoginFailures{{Count: 1, Last: first}, {}, {Count: 2, Last: b.clock.Now()}, {}})
}

func failedLoginsAreForgotten(t *testing.T, b *bench) {
	forgotten, again := []byte("forgotten"), []byte("forgotten and again")
	for range 7 {
		check(t, b.EnterLoginFailure(ctx, forgotten, again))
	}
	b.clock.Advance(store.FailuresKept)
	check(t, b.EnterLoginFailure(ctx, again))
	failures, err := b.LoginFailures(ctx, forgotten, again)
	check(t, err)
	wantSame(t, "failures", failures, []store.LoginFailures{{}, {Count: 1, Last: b.clock.Now()}})
	sweep(t, b)
	var left int
	check(t, b.db.Read.QueryRowContext(ctx, `SELECT COUNT(*) FROM login_failure WHERE subject = $1 OR subject = $2`, forgotten, again).Scan(&left))
	wantSame(t, "subjects that are left", left, 1)
}
