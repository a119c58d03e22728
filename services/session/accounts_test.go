package session_test

import (
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/pkg/roletest"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

// Passwords of accounts that tests enter, as they are presented.
const (
	developerPassword = "d0edfe89f30a78ef45ab9a22bd0f826b"
	userPassword      = "5f4dcc3b5aa765d61d8327deb882cf99"
)

// account enters an account in production, with the password of its kind.
func account(r *roletest.Replica, kind sessionv1.AccountKind, login string) *sessionv1.Account {
	r.T.Helper()
	password := userPassword
	if kind == sessionv1.AccountKind_ACCOUNT_KIND_DEVELOPER {
		password = developerPassword
	}
	made, err := sessionv1.NewAccountServiceClient(r.As("gateway")).CreateAccount(r.ByOperator("support"), &sessionv1.CreateAccountRequest{
		Account:  &sessionv1.Account{DataSet: authv1.DataSet_DATA_SET_PRODUCTION, Kind: kind, Login: login, Name: "Cuenta de " + login},
		Password: password,
	})
	roletest.Check(r.T, err)
	return made.GetAccount()
}

// credential is a developer's, of an account that account entered.
func credential(login string) *sessionv1.DeveloperCredential {
	return &sessionv1.DeveloperCredential{Login: login, Password: developerPassword, Address: "192.0.2.7"}
}

func open(r *roletest.Replica, developer, user, password string) (*sessionv1.OpenSessionResponse, error) {
	r.T.Helper()
	return sessionv1.NewSessionServiceClient(r.As("gateway")).OpenSession(r.T.Context(), &sessionv1.OpenSessionRequest{
		Developer: credential(developer), User: user, Password: password,
	})
}

// logIn opens a session of a user, and returns how programs present it.
func logIn(r *roletest.Replica, developer, user string) *sessionv1.UserSession {
	r.T.Helper()
	opened, err := open(r, developer, user, userPassword)
	roletest.Check(r.T, err)
	return &sessionv1.UserSession{Developer: credential(developer), User: user, SessionKey: opened.GetSessionKey()}
}

func checkSession(r *roletest.Replica, session *sessionv1.UserSession) error {
	r.T.Helper()
	_, err := sessionv1.NewSessionServiceClient(r.As("gateway")).CheckSession(r.T.Context(), &sessionv1.CheckSessionRequest{Session: session})
	return err
}

func TestASession(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		account(r, sessionv1.AccountKind_ACCOUNT_KIND_DEVELOPER, "Taller")
		account(r, sessionv1.AccountKind_ACCOUNT_KIND_USER, "ana@example.org")
		opened := logIn(r, "taller", "ANA@example.org")
		roletest.Check(t, checkSession(r, opened))
		if key := opened.GetSessionKey(); len(key) != 32 || strings.Trim(key, "0123456789abcdef") != "" {
			t.Errorf("a key of %d characters", len(key))
		}
	})
}
