package session_test

import (
	"github.com/ventanilla/ventanilla/pkg/roletest"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

// Passwords of accounts that tests enter, as they are presented.
const (
	developerPassword = "d0edfe89f30a78ef45ab9a22bd0f826b"
	userPassword      = "5f4dcc3b5aa765d61d8327deb882cf99"
)

const (
	developerKind = sessionv1.AccountKind_ACCOUNT_KIND_DEVELOPER
	userKind      = sessionv1.AccountKind_ACCOUNT_KIND_USER
)

func accounts(r *roletest.Replica) sessionv1.AccountServiceClient {
	return sessionv1.NewAccountServiceClient(r.As("gateway"))
}

func sessions(r *roletest.Replica) sessionv1.SessionServiceClient {
	return sessionv1.NewSessionServiceClient(r.As("gateway"))
}

// account enters an account in production, with the password of its kind.
func account(r *roletest.Replica, kind sessionv1.AccountKind, login string) *sessionv1.Account {
	r.T.Helper()
	password := userPassword
	if kind == developerKind {
		password = developerPassword
	}
	made, err := accounts(r).CreateAccount(r.ByOperator("support"), &sessionv1.CreateAccountRequest{
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
	return sessions(r).OpenSession(r.T.Context(), &sessionv1.OpenSessionRequest{
		Developer: credential(developer), User: user, Password: password,
	})
}

// logIn opens a session of a user, who has userPassword, and returns how programs present it.
func logIn(r *roletest.Replica, developer, user string) *sessionv1.UserSession {
	r.T.Helper()
	opened, err := open(r, developer, user, userPassword)
	roletest.Check(r.T, err)
	return &sessionv1.UserSession{Developer: credential(developer), User: user, SessionKey: opened.GetSessionKey()}
}

func checkSession(r *roletest.Replica, session *sessionv1.UserSession) error {
	r.T.Helper()
	_, err := sessions(r).CheckSession(r.T.Context(), &sessionv1.CheckSessionRequest{Session: session})
	return err
}
