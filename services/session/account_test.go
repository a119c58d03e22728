package session_test

import (
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/roletest"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

func TestOperatorsKeepAccounts(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		by := p.ByOperator("support")
		made := account(r, userKind, "Ana@Example.org")
		now := timestamppb.New(p.Clock.Now().Truncate(time.Millisecond))
		want := &sessionv1.Account{
			AccountId: made.GetAccountId(), DataSet: authv1.DataSet_DATA_SET_PRODUCTION, Kind: userKind, Login: "Ana@Example.org", Name: "Cuenta de Ana@Example.org",
			CreatedAt: now, UpdatedAt: now,
		}
		wantProto(t, "entered", made, want)
		_, err := accounts(r).CreateAccount(by, &sessionv1.CreateAccountRequest{
			Account: &sessionv1.Account{Kind: userKind, Login: "ANA@EXAMPLE.ORG"}, Password: userPassword,
		})
		roletest.WantField(t, err, errorsv1.Reason_REASON_ACCOUNT_EXISTS, "account.login")
		staged, err := accounts(r).CreateAccount(by, &sessionv1.CreateAccountRequest{
			Account:  &sessionv1.Account{DataSet: authv1.DataSet_DATA_SET_STAGING, Kind: userKind, Login: "ana@example.org", PersonId: "p7"},
			Password: userPassword,
		})
		roletest.Check(t, err)
		if staged.GetAccount().GetPersonId() != "p7" || staged.GetAccount().GetDataSet() != authv1.DataSet_DATA_SET_STAGING {
			t.Errorf("entered %v", staged)
		}
		for name, req := range map[string]*sessionv1.GetAccountRequest{
			"by identifier": {Account: &sessionv1.GetAccountRequest_AccountId{AccountId: made.GetAccountId()}},
			"by login":      {Account: &sessionv1.GetAccountRequest_Login{Login: &sessionv1.AccountLogin{Kind: userKind, Login: "ana@example.ORG"}}},
		} {
			got, err := accounts(r).GetAccount(by, req)
			roletest.Check(t, err)
			wantProto(t, name, got.GetAccount(), want)
		}
		roletest.Check(t, set(r, &sessionv1.Account{AccountId: made.GetAccountId(), Name: "Ana", PersonId: "p8", Disabled: true}, "name", "person_id"))
		got, err := accounts(r).GetAccount(by, &sessionv1.GetAccountRequest{Account: &sessionv1.GetAccountRequest_AccountId{AccountId: made.GetAccountId()}})
		roletest.Check(t, err)
		want.Name, want.PersonId = "Ana", "p8"
		wantProto(t, "changed", got.GetAccount(), want)
		_, err = accounts(r).DeleteAccount(p.ByOperator("security"), &sessionv1.DeleteAccountRequest{AccountId: made.GetAccountId()})
		roletest.Check(t, err)

		events, err := sessionv1.NewEventServiceClient(r.As("gateway")).ListEvents(p.ByOperator("viewer"), &sessionv1.ListEventsRequest{
			TargetPrefix: "account/" + made.GetAccountId(),
		})
		roletest.Check(t, err)
		var acts []string
		for _, e := range events.GetEvents() {
			if acts = append(acts, e.GetActor()+" "+e.GetAct()); strings.Contains(e.GetBefore()+e.GetAfter(), "argon2") || strings.Contains(e.GetBefore()+e.GetAfter(), "Cuenta") {
				t.Errorf("an event says %v", e)
			}
		}
		if got := strings.Join(acts, ", "); got != "ana DeleteAccount, ana UpdateAccount, ana CreateAccount" {
			t.Errorf("events %s", got)
		}
		_, err = sessionv1.NewEventServiceClient(r.As("gateway")).ListEvents(p.ByOperator("viewer"), &sessionv1.ListEventsRequest{PageToken: "x"})
		roletest.WantField(t, err, errorsv1.Reason_REASON_FIELD_INVALID, "page_token")
	})
}

func TestAccountsThatCannotBe(t *testing.T) {
	p := newPlatform(t)
	r := p.replica()
	invalid, missing := errorsv1.Reason_REASON_FIELD_INVALID, errorsv1.Reason_REASON_FIELD_MISSING
	for name, c := range map[string]struct {
		account  *sessionv1.Account
		password string
		reason   errorsv1.Reason
		field    string
	}{
		"no login":                              {&sessionv1.Account{Kind: userKind}, userPassword, missing, "account.login"},
		"a blank login":                         {&sessionv1.Account{Kind: userKind, Login: " \u00a0"}, userPassword, missing, "account.login"},
		"a space":                               {&sessionv1.Account{Kind: userKind, Login: "ana "}, userPassword, invalid, "account.login"},
		"a line break":                          {&sessionv1.Account{Kind: userKind, Login: "a\nna"}, userPassword, invalid, "account.login"},
		"a NUL":                                 {&sessionv1.Account{Kind: userKind, Login: "ana", Name: "\x00"}, userPassword, invalid, "account.name"},
		"a login that is long when written out": {&sessionv1.Account{Kind: userKind, Login: strings.Repeat("\ufdfa", 10)}, userPassword, invalid, "account.login"},
		"a login that is too long":              {&sessionv1.Account{Kind: userKind, Login: strings.Repeat("a", 129)}, userPassword, invalid, "account.login"},
		"a person's developer":                  {&sessionv1.Account{Kind: developerKind, Login: "ana", PersonId: "p"}, userPassword, invalid, "account.person_id"},
		"no kind":                               {&sessionv1.Account{Login: "ana"}, userPassword, missing, "account.kind"},
		"a short password":                      {&sessionv1.Account{Kind: userKind, Login: "ana"}, "1234567", invalid, "password"},
	} {
		_, err := accounts(r).CreateAccount(p.ByOperator("support"), &sessionv1.CreateAccountRequest{Account: c.account, Password: c.password})
		if err == nil {
			t.Errorf("%s is entered", name)
			continue
		}
		roletest.WantField(t, err, c.reason, c.field)
	}
	roletest.WantField(t, set(r, &sessionv1.Account{}, "name"), missing, "account.account_id")
	notFound := errorsv1.Reason_REASON_ACCOUNT_NOT_FOUND
	roletest.WantReason(t, set(r, &sessionv1.Account{AccountId: "nobody"}, "name"), notFound)
	made := account(r, developerKind, "taller")
	roletest.WantField(t, set(r, &sessionv1.Account{AccountId: made.GetAccountId()}, "login"), invalid, "update_mask.paths[0]")
	roletest.WantField(t, set(r, &sessionv1.Account{AccountId: made.GetAccountId(), PersonId: "p"}, "person_id"), invalid, "account.person_id")
	roletest.WantField(t, set(r, &sessionv1.Account{AccountId: made.GetAccountId(), Name: "\x00"}, "name"), invalid, "account.name")
	_, err := accounts(r).SetPassword(p.ByOperator("security"), &sessionv1.SetPasswordRequest{AccountId: "nobody", Password: userPassword})
	roletest.WantReason(t, err, notFound)
	_, err = accounts(r).DeleteAccount(p.ByOperator("security"), &sessionv1.DeleteAccountRequest{AccountId: "nobody"})
	roletest.WantReason(t, err, notFound)
	_, err = accounts(r).DeleteAccount(p.ByOperator("support"), &sessionv1.DeleteAccountRequest{AccountId: made.GetAccountId()})
	roletest.WantReason(t, err, errorsv1.Reason_REASON_PERMISSION_DENIED)
	_, err = sessions(r).EndSessions(p.ByOperator("support"), &sessionv1.EndSessionsRequest{AccountId: "nobody"})
	roletest.WantReason(t, err, notFound)
}

func TestAccountsAreListedInPages(t *testing.T) {
	p := newPlatform(t)
	r := p.replica()
	for _, login := range []string{"Zoe", "ana b", "Ñandú"} {
		account(r, userKind, login)
	}
	account(r, developerKind, "zoe")
	var got []string
	for req := (&sessionv1.ListAccountsRequest{PageSize: 1}); ; {
		page, err := accounts(r).ListAccounts(p.ByOperator("viewer"), req)
		roletest.Check(t, err)
		for _, a := range page.GetAccounts() {
			got = append(got, a.GetLogin())
		}
		if req.PageToken = page.GetNextPageToken(); req.PageToken == "" {
			break
		}
	}
	if strings.Join(got, ", ") != "ana b, zoe, Zoe, Ñandú" {
		t.Errorf("listed %q", got)
	}
	developers, err := accounts(r).ListAccounts(p.ByOperator("viewer"), &sessionv1.ListAccountsRequest{Kind: developerKind})
	if err != nil || len(developers.GetAccounts()) != 1 || developers.GetAccounts()[0].GetLogin() != "zoe" {
		t.Errorf("listed %v, %v", developers, err)
	}
	for _, token := range []string{"!", "YQ", "dXNlciAA"} { // no base64, no place, a NUL
		_, err := accounts(r).ListAccounts(p.ByOperator("viewer"), &sessionv1.ListAccountsRequest{PageToken: token})
		roletest.WantField(t, err, errorsv1.Reason_REASON_FIELD_INVALID, "page_token")
	}
}
