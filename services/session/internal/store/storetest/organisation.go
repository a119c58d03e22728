package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

var organisationChecks = checks{
	"an organisation is kept whole":             anOrganisationIsKeptWhole,
	"a change of an organisation is written":    aChangeOfAnOrganisationIsWritten,
	"organisations are listed by identifier":    organisationsAreListed,
	"members are let in, changed and sent away": membersComeAndGo,
	"members are of the data set, and users":    membersAreUsers,
	"members are listed by login":               membersAreListed,
	"memberships are bounded":                   membershipsAreBounded,
	"a user has its memberships and no others":  aUserHasItsMemberships,
}

// employ enters an organisation.
func employ(t failing, b *bench, set store.DataSet, name string) store.Organisation {
	t.Helper()
	o, err := b.CreateOrganisation(ctx, "ana", store.Organisation{DataSet: set, LegalName: name})
	check(t, err)
	return o
}

// enlist enters an account.
func enlist(t failing, b *bench, set store.DataSet, kind store.Kind, login string) (accountID string) {
	t.Helper()
	a, err := b.CreateAccount(ctx, "ana", store.Account{DataSet: set, Kind: kind, Login: login})
	check(t, err)
	return a.ID
}

func anOrganisationIsKeptWhole(t *testing.T, b *bench) {
	want := store.Organisation{
		DataSet: store.Staging, LegalName: "Año «nuevo» S.A.", TradeName: "Ñandú", CUIT: "30712345671", PlanID: 7, Type: "Demo", LogoPath: "/l.png", Disabled: true,
		LastDay: "2027-01-02", FiscalYearEnd: "12-31", Activity: "Panadería",
	}
	got, err := b.CreateOrganisation(ctx, "ana", want)
	check(t, err)
	want.ID, want.CreatedAt, want.UpdatedAt = got.ID, b.clock.Now(), b.clock.Now()
	wantSame(t, "entered", got, want)
	read, err := b.Organisation(ctx, got.ID)
	check(t, err)
	wantSame(t, "read", read, want)
	_, err = b.Organisation(ctx, got.ID+1000)
	wantClass(t, "one that there is not", err, store.ErrNoOrganisation)
}

func aChangeOfAnOrganisationIsWritten(t *testing.T, b *bench) {
	o := employ(t, b, store.Production, "uno")
	created := b.clock.Now()
	b.clock.Advance(time.Hour)
	change := func(o *store.Organisation) error {
		*o = store.Organisation{
			ID: 99, DataSet: store.Staging, LegalName: "dos", TradeName: "t", CUIT: "c", PlanID: 1, Type: "y", LogoPath: "l", Disabled: true, LastDay: "2026-01-01",
			FiscalYearEnd: "01-31", Activity: "a",
		}
		return nil
	}
	first, err := b.UpdateOrganisation(ctx, "berta", o.ID, change)
	check(t, err)
	var want store.Organisation
	check(t, change(&want))
	want.ID, want.DataSet, want.CreatedAt, want.UpdatedAt = o.ID, o.DataSet, created, b.clock.Now()
	wantSame(t, "changed", first, want)
	b.clock.Advance(time.Hour)
	again, err := b.UpdateOrganisation(ctx, "berta", o.ID, change)
	check(t, err)
	wantSame(t, "changed again", again, want)
	refused := errors.New("refused")
	_, err = b.UpdateOrganisation(ctx, "berta", o.ID, func(o *store.Organisation) error { o.LegalName = "tres"; return refused })
	wantClass(t, "a change that fails", err, refused)
	_, err = b.UpdateOrganisation(ctx, "berta", o.ID+1000, change)
	wantClass(t, "one that there is not", err, store.ErrNoOrganisation)
	read, err := b.Organisation(ctx, o.ID)
	check(t, err)
	wantSame(t, "read", read, want)

	events := b.events(t, fmt.Sprint("organisation/", o.ID))
	if len(events) != 2 {
		t.Fatalf("%d events", len(events))
	}
	wantSame(t, "acts", []string{events[0].Actor + events[0].Act + events[0].Before, events[1].Actor + events[1].Act}, []string{
		"anaCreateOrganisation", "bertaUpdateOrganisation",
	})
	wantSame(t, "before and after", events[1].Before, events[0].After)
}

func organisationsAreListed(t *testing.T, b *bench) {
	var want, got []store.Organisation
	after := employ(t, b, store.Staging, "of before").ID
	for _, name := range []string{"z", "a", "m"} {
		want = append(want, employ(t, b, store.Staging, name))
		employ(t, b, store.Production, name)
	}
	for {
		page, err := b.Organisations(ctx, store.Staging, after, 2)
		check(t, err)
		if got = append(got, page...); len(page) < 2 {
			break
		}
		after = page[1].ID
	}
	wantSame(t, "listed", got, want)
}

func membersComeAndGo(t *testing.T, b *bench) {
	o, account := employ(t, b, store.Production, "uno"), enlist(t, b, store.Production, store.User, "Come-and-go")
	want := store.Member{AccountID: account, Login: "Come-and-go", Key: "come-and-go", Since: b.clock.Now()}
	for _, administrator := range []bool{false, false, true} {
		b.clock.Advance(time.Minute)
		got, err := b.PutMember(ctx, "ana", o.ID, account, administrator)
		check(t, err)
		if want.Administrator = administrator; !administrator {
			want.Since = got.Since
		}
		wantSame(t, "put", got, want)
	}
	listed, err := b.Members(ctx, o.ID, "", 9)
	check(t, err)
	wantSame(t, "listed", listed, []store.Member{want})
	m, err := b.Membership(ctx, account, o.ID)
	check(t, err)
	wantSame(t, "membership", m, store.Membership{Organisation: o, Administrator: true})

	check(t, b.DeleteMember(ctx, "berta", o.ID, account))
	wantClass(t, "ended twice", b.DeleteMember(ctx, "berta", o.ID, account), store.ErrNoMember)
	_, err = b.Membership(ctx, account, o.ID)
	wantClass(t, "a membership that has ended", err, store.ErrNoOrganisation)
	var acts []string
	for _, e := range b.events(t, fmt.Sprint("organisation/", o.ID, "/member/", account)) {
		acts = append(acts, e.Actor+" "+e.Act)
	}
	wantSame(t, "acts", acts, []string{"ana PutMember", "ana PutMember", "berta DeleteMember"})
}

func membersAreUsers(t *testing.T, b *bench) {
	o := employ(t, b, store.Production, "uno")
	user := enlist(t, b, store.Production, store.User, "are-users")
	for what, account := range map[string]string{
		"nobody": "nobody", "a developer": enlist(t, b, store.Production, store.Developer, "are-users"), "a user of staging": enlist(t, b, store.Staging, store.User, "of-staging"),
		"no text": "\x00",
	} {
		_, err := b.PutMember(ctx, "ana", o.ID, account, true)
		wantClass(t, what, err, store.ErrNoAccount)
		wantClass(t, what, b.DeleteMember(ctx, "ana", o.ID, account), store.ErrNoMember)
	}
	_, err := b.PutMember(ctx, "ana", o.ID+1000, user, true)
	wantClass(t, "no organisation", err, store.ErrNoOrganisation)
	wantClass(t, "no organisation", b.DeleteMember(ctx, "ana", o.ID+1000, user), store.ErrNoMember)
}

func membersAreListed(t *testing.T, b *bench) {
	o := employ(t, b, store.Production, "uno")
	for _, login := range []string{"list-c", "list-a", "list-ñ", "list-b"} {
		_, err := b.PutMember(ctx, "ana", o.ID, enlist(t, b, store.Production, store.User, login), false)
		check(t, err)
	}
	var got []string
	for after := ""; ; {
		page, err := b.Members(ctx, o.ID, after, 2)
		check(t, err)
		for _, m := range page {
			got = append(got, m.Key)
		}
		if len(page) < 2 {
			break
		}
		after = page[1].Key
	}
	wantSame(t, "logins", got, []string{"list-a", "list-b", "list-c", "list-ñ"})
	for _, after := range []string{"\x00", "\xff"} {
		page, err := b.Members(ctx, o.ID, after, 2)
		check(t, err)
		wantSame(t, "behind no login", len(page), 0)
	}
}

func membershipsAreBounded(t *testing.T, b *bench) {
	o, account := employ(t, b, store.Production, "full"), enlist(t, b, store.Production, store.User, "one-too-many")
	const numbers = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) `
	run := func(text string, args ...any) {
		_, err := b.db.Write.ExecContext(ctx, numbers+text, args...)
		check(t, err)
	}
	run(`INSERT INTO account (account_id, data_set, kind, login, shown_login, name, password, epoch, disabled, person_id, created_at, updated_at)
		SELECT 'bound-' || i, 'production', 'user', 'bound-' || i, '', '', '', 1, 0, '', 1, 1 FROM n`)
	run(`INSERT INTO member (organisation_id, account_id, administrator, since) SELECT $1, 'bound-' || i, 0, 1 FROM n`, o.ID)
	_, err := b.PutMember(ctx, "ana", o.ID, account, false)
	wantClass(t, "a member too many", err, store.ErrTooManyMembers)
	_, err = b.PutMember(ctx, "ana", o.ID, "bound-1", true)
	check(t, err)
	check(t, b.DeleteMember(ctx, "ana", o.ID, "bound-2"))
	_, err = b.PutMember(ctx, "ana", o.ID, account, false)
	check(t, err)

	busy := enlist(t, b, store.Production, store.User, "busy")
	run(`INSERT INTO organisation (data_set, legal_name, legal_name_key, trade_name, trade_name_key, cuit, plan_id, type, type_key, logo_path, disabled, last_day,
		fiscal_year_end, activity, activity_key, customers, created_at, updated_at)
		SELECT 'production', 'busy', 'busy', '', '', '', 1, '', '', '', 0, '', '', '', '', 0, 1, 1 FROM n`)
	run(`INSERT INTO member (organisation_id, account_id, administrator, since) SELECT organisation_id, $1, 0, 1 FROM organisation WHERE legal_name = 'busy'`, busy)
	_, err = b.PutMember(ctx, "ana", employ(t, b, store.Production, "another").ID, busy, false)
	wantClass(t, "a workplace too many", err, store.ErrTooManyMemberships)
}

func aUserHasItsMemberships(t *testing.T, b *bench) {
	account, other := enlist(t, b, store.Production, store.User, "has-two"), enlist(t, b, store.Production, store.User, "has-one")
	var mine []int64
	for _, name := range []string{"Zeta", "álamo", "Alerce"} {
		o := employ(t, b, store.Production, name)
		member := account
		if name == "Alerce" {
			member = other
		} else {
			mine = append(mine, o.ID)
		}
		_, err := b.PutMember(ctx, "ana", o.ID, member, false)
		check(t, err)
	}
	asked, err := store.MembershipList().Read(nil)
	check(t, err)
	all, total, err := b.Memberships(ctx, account, asked)
	check(t, err)
	var got []int64
	for _, m := range all {
		got = append(got, m.ID)
	}
	wantSame(t, "by name", got, []int64{mine[1], mine[0]})
	wantSame(t, "total", total, int64(2))

	asked, err = store.MembershipList().Read(&sessionv1.ListQuery{Limit: 1, Filters: []*sessionv1.Filter{
		{Field: "legal_name", Operator: sessionv1.Operator_OPERATOR_LIKE, Value: "ÁLA%"},
	}})
	check(t, err)
	all, total, err = b.Memberships(ctx, account, asked)
	check(t, err)
	if total != 1 || len(all) != 1 || all[0].ID != mine[1] {
		t.Errorf("found %v of %d", all, total)
	}
}
