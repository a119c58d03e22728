package session_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/ventanilla/ventanilla/pkg/roletest"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

const (
	good              = errorsv1.Reason_REASON_UNSPECIFIED
	sessionInvalid    = errorsv1.Reason_REASON_SESSION_INVALID
	credentialInvalid = errorsv1.Reason_REASON_CREDENTIAL_INVALID
	loginRefused      = errorsv1.Reason_REASON_LOGIN_REFUSED
	rateLimited       = errorsv1.Reason_REASON_RATE_LIMITED
)

// wantOnBoth checks what both replicas say of a session.
func wantOnBoth(t *testing.T, one, two *roletest.Replica, session *sessionv1.UserSession, want errorsv1.Reason) {
	t.Helper()
	roletest.WantReason(t, checkSession(one, session), want)
	roletest.WantReason(t, checkSession(two, session), want)
}

func TestASessionIsAMatterOfTheStore(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		one, two := p.replica(), p.replica()
		account(one, developerKind, "Taller")
		user := account(one, userKind, "ana@example.org")
		opened, closed, ended := logIn(one, "taller", "ANA@example.org"), logIn(two, "TALLER", "ana@example.org"), logIn(one, "Taller", "ana@EXAMPLE.org")
		for _, session := range []*sessionv1.UserSession{opened, closed, ended} {
			wantOnBoth(t, one, two, session, good)
			if key := session.GetSessionKey(); len(key) != 32 || strings.Trim(key, "0123456789abcdef") != "" {
				t.Errorf("a key of %d characters", len(key))
			}
		}
		_, err := sessions(two).CloseSession(t.Context(), &sessionv1.CloseSessionRequest{Session: closed})
		roletest.Check(t, err)
		wantOnBoth(t, one, two, closed, sessionInvalid)
		_, err = sessions(one).CloseSession(t.Context(), &sessionv1.CloseSessionRequest{Session: closed})
		roletest.WantReason(t, err, sessionInvalid)

		listed, err := sessions(one).ListSessions(p.ByOperator("viewer"), &sessionv1.ListSessionsRequest{AccountId: user.GetAccountId(), PageSize: 1})
		roletest.Check(t, err)
		if len(listed.GetSessions()) != 1 || listed.GetNextPageToken() == "" {
			t.Fatalf("listed %v", listed)
		}
		for _, want := range []errorsv1.Reason{good, errorsv1.Reason_REASON_SESSION_NOT_FOUND} {
			_, err = sessions(one).EndSession(p.ByOperator("support"), &sessionv1.EndSessionRequest{SessionId: listed.GetSessions()[0].GetSessionId()})
			roletest.WantReason(t, err, want)
		}
		all, err := sessions(two).EndSessions(p.ByOperator("support"), &sessionv1.EndSessionsRequest{AccountId: user.GetAccountId()})
		roletest.Check(t, err)
		if all.GetEndedSessions() != 1 {
			t.Errorf("%d sessions were ended", all.GetEndedSessions())
		}
		wantOnBoth(t, one, two, opened, sessionInvalid)
		wantOnBoth(t, one, two, ended, sessionInvalid)
	})
}

// set changes an account.
func set(r *roletest.Replica, change *sessionv1.Account, paths ...string) error {
	r.T.Helper()
	_, err := accounts(r).UpdateAccount(r.ByOperator("support"), &sessionv1.UpdateAccountRequest{
		Account: change, UpdateMask: &fieldmaskpb.FieldMask{Paths: paths},
	})
	return err
}

// What an operator ends has ended on all replicas, also where a pair is remembered.
func TestAccountsThatChangeEndTheirSessions(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		one, two := p.replica(), p.replica()
		developer, user := account(one, developerKind, "taller"), account(one, userKind, "ana")
		setPassword := func(id, password string) int64 {
			set, err := accounts(one).SetPassword(p.ByOperator("security"), &sessionv1.SetPasswordRequest{AccountId: id, Password: password})
			roletest.Check(t, err)
			return set.GetEndedSessions()
		}
		session := logIn(one, "taller", "ana")
		wantOnBoth(t, one, two, session, good)
		if ended := setPassword(user.GetAccountId(), "another one"); ended != 1 {
			t.Errorf("%d sessions were ended", ended)
		}
		wantOnBoth(t, one, two, session, sessionInvalid)
		_, err := open(two, "taller", "ana", userPassword)
		roletest.WantReason(t, err, loginRefused)
		setPassword(user.GetAccountId(), userPassword)

		session = logIn(two, "taller", "ana")
		wantOnBoth(t, one, two, session, good)
		setPassword(developer.GetAccountId(), "another one")
		wantOnBoth(t, one, two, session, credentialInvalid)
		renewed := proto.CloneOf(session)
		renewed.Developer.Password = "another one"
		wantOnBoth(t, one, two, renewed, sessionInvalid)
		setPassword(developer.GetAccountId(), developerPassword)

		session = logIn(one, "taller", "ana")
		roletest.Check(t, set(two, &sessionv1.Account{AccountId: user.GetAccountId(), Disabled: true}, "disabled"))
		wantOnBoth(t, one, two, session, sessionInvalid)
		_, err = open(one, "taller", "ana", userPassword)
		roletest.WantReason(t, err, loginRefused)
		roletest.Check(t, set(two, &sessionv1.Account{AccountId: user.GetAccountId()}, "disabled"))
		wantOnBoth(t, one, two, session, sessionInvalid)

		session = logIn(one, "taller", "ana")
		roletest.Check(t, set(two, &sessionv1.Account{AccountId: developer.GetAccountId(), Disabled: true}, "disabled"))
		wantOnBoth(t, one, two, session, credentialInvalid)
		roletest.Check(t, set(two, &sessionv1.Account{AccountId: developer.GetAccountId()}, "disabled"))
		wantOnBoth(t, one, two, session, sessionInvalid)

		session = logIn(one, "taller", "ana")
		_, err = accounts(two).DeleteAccount(p.ByOperator("security"), &sessionv1.DeleteAccountRequest{AccountId: user.GetAccountId()})
		roletest.Check(t, err)
		wantOnBoth(t, one, two, session, sessionInvalid)
	})
}

func TestASessionIsItsDevelopersAndUsers(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		for _, login := range []string{"taller", "rival"} {
			account(r, developerKind, login)
		}
		account(r, userKind, "ana")
		account(r, userKind, "eva")
		session := logIn(r, "taller", "ana")
		for name, c := range map[string]struct {
			change func(*sessionv1.UserSession)
			want   errorsv1.Reason
		}{
			"another developer":    {func(s *sessionv1.UserSession) { s.Developer.Login = "rival" }, sessionInvalid},
			"another user":         {func(s *sessionv1.UserSession) { s.User = "eva" }, sessionInvalid},
			"no user":              {func(s *sessionv1.UserSession) { s.User = "nobody" }, sessionInvalid},
			"another key":          {func(s *sessionv1.UserSession) { s.SessionKey = strings.Repeat("0", 32) }, sessionInvalid},
			"a wrong password":     {func(s *sessionv1.UserSession) { s.Developer.Password = userPassword }, credentialInvalid},
			"an unknown developer": {func(s *sessionv1.UserSession) { s.Developer.Login = "nobody" }, credentialInvalid},
			"a user as developer":  {func(s *sessionv1.UserSession) { s.Developer.Login, s.Developer.Password = "ana", userPassword }, credentialInvalid},
			"another data set": {func(s *sessionv1.UserSession) {
				s.Developer.DataSet = authv1.DataSet_DATA_SET_STAGING
			}, credentialInvalid},
			"odd characters": {func(s *sessionv1.UserSession) { s.Developer.Login, s.User, s.SessionKey = "\x00", "\x00", "\x00" }, credentialInvalid},
		} {
			wrong := proto.CloneOf(session)
			c.change(wrong)
			if err := checkSession(r, wrong); err == nil || !strings.Contains(err.Error(), "desc") || strings.Contains(err.Error(), wrong.GetSessionKey()) {
				t.Errorf("%s: %v", name, err)
			} else {
				roletest.WantReason(t, err, c.want)
			}
		}
		roletest.Check(t, checkSession(r, session))
	})
}

func TestASessionEnds(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		account(r, developerKind, "taller")
		account(r, userKind, "ana")
		start := p.Clock.Now().Truncate(time.Millisecond)
		session, unused := logIn(r, "taller", "ana"), logIn(r, "taller", "ana")
		// used is when the session is written down to have been used.
		used := func() time.Duration {
			listed, err := sessions(r).ListSessions(p.ByOperator("viewer"), &sessionv1.ListSessionsRequest{})
			roletest.Check(t, err)
			last := listed.GetSessions()[0].GetUsedAt().AsTime()
			for _, s := range listed.GetSessions() {
				if at := s.GetUsedAt().AsTime(); at.After(last) {
					last = at
				}
			}
			return last.Sub(start)
		}
		for _, c := range []struct{ after, written time.Duration }{
			{59 * time.Second, 0}, {60 * time.Second, time.Minute}, {119 * time.Second, time.Minute}, {2 * time.Minute, 2 * time.Minute},
		} {
			p.Clock.Advance(start.Add(c.after).Sub(p.Clock.Now()))
			life, err := sessions(r).CheckSession(t.Context(), &sessionv1.CheckSessionRequest{Session: session})
			roletest.Check(t, err)
			if got := used(); got != c.written || !life.GetLife().GetIdleExpiresAt().AsTime().Equal(start.Add(c.written+time.Hour)) {
				t.Errorf("after %s it was used after %s, and ends %s", c.after, got, life.GetLife().GetIdleExpiresAt().AsTime())
			}
		}
		p.Clock.Advance(start.Add(time.Hour).Sub(p.Clock.Now()))
		roletest.WantReason(t, checkSession(r, unused), sessionInvalid)
		for at := time.Hour; at < 12*time.Hour; at += 50 * time.Minute {
			p.Clock.Advance(start.Add(at).Sub(p.Clock.Now()))
			life, err := sessions(r).CheckSession(t.Context(), &sessionv1.CheckSessionRequest{Session: session})
			if err != nil || life.GetLife().GetIdleExpiresAt().AsTime().After(start.Add(12*time.Hour)) || !life.GetLife().GetExpiresAt().AsTime().Equal(start.Add(12*time.Hour)) {
				t.Fatalf("after %s: %v, %v", at, life, err)
			}
		}
		p.Clock.Advance(start.Add(12*time.Hour - time.Millisecond).Sub(p.Clock.Now()))
		roletest.Check(t, checkSession(r, session))
		p.Clock.Advance(time.Millisecond)
		roletest.WantReason(t, checkSession(r, session), sessionInvalid)
	})
}

func TestSessionsAreListedInPages(t *testing.T) {
	p := newPlatform(t)
	r := p.replica()
	developer := account(r, developerKind, "Taller")
	var want []string
	for i := range 5 {
		login := fmt.Sprint("user ", i)
		account(r, userKind, login)
		logIn(r, "taller", login)
		p.Clock.Advance(time.Second)
		want = append([]string{login}, want...)
	}
	var got []string
	for req := (&sessionv1.ListSessionsRequest{PageSize: 2, AccountId: developer.GetAccountId()}); ; {
		page, err := sessions(r).ListSessions(p.ByOperator("viewer"), req)
		roletest.Check(t, err)
		for _, s := range page.GetSessions() {
			if got = append(got, s.GetUser()); s.GetDeveloper() != "Taller" || s.GetDataSet() != authv1.DataSet_DATA_SET_PRODUCTION {
				t.Errorf("listed %v", s)
			}
		}
		if req.PageToken = page.GetNextPageToken(); req.PageToken == "" {
			break
		}
	}
	if strings.Join(got, ", ") != strings.Join(want, ", ") {
		t.Errorf("listed %v", got)
	}
	for _, token := range []string{"x", "1", "0.a", "-1.a", "99999999999999999999.a"} {
		_, err := sessions(r).ListSessions(p.ByOperator("viewer"), &sessionv1.ListSessionsRequest{PageToken: token})
		roletest.WantField(t, err, errorsv1.Reason_REASON_FIELD_INVALID, "page_token")
	}
}
