package admin

import (
	"errors"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

func TestAccountsAreKept(t *testing.T) {
	account := &sessionv1.Account{AccountId: "a1", Kind: 2, Login: "ana@empresa.example", Name: "Ana", DataSet: 2, LastLoginAt: timestamppb.New(timestamppb.Now().AsTime())}
	d := &dispatcher{answers: map[string]proto.Message{
		"CreateAccount": &sessionv1.CreateAccountResponse{Account: account},
		"GetAccount":    &sessionv1.GetAccountResponse{Account: account},
		"ListAccounts":  &sessionv1.ListAccountsResponse{Accounts: []*sessionv1.Account{account}},
		"UpdateAccount": &sessionv1.UpdateAccountResponse{Account: account},
		"SetPassword":   &sessionv1.SetPasswordResponse{EndedSessions: 3},
		"DeleteAccount": &sessionv1.DeleteAccountResponse{},
	}}
	created := &sessionv1.CreateAccountRequest{
		Account: &sessionv1.Account{DataSet: 2, Kind: 2, Login: "ana@empresa.example", Name: "Ana", PersonId: "p1"},
		// The MD5 of what the tests give on standard input.
		Password: "56c805f60dab302d9b85619a0f3e3242",
	}
	wantShown(t, runs(t, d, CreateAccount.Run, created, "user", "ana@empresa.example", "--name=Ana", "--person=p1", "--data-set=staging"), "a1", "user", "staging", "last login")
	created.Account, created.Password = &sessionv1.Account{DataSet: 1, Kind: 1, Login: "dev"}, "fcm-token"
	runs(t, d, CreateAccount.Run, created, "developer", "dev", "--presented")
	wantShown(t, runs(t, d, SetPassword.Run, &sessionv1.SetPasswordRequest{AccountId: "a1", Password: "56c805f60dab302d9b85619a0f3e3242"}, "a1"), "3")

	byID := &sessionv1.GetAccountRequest{Account: &sessionv1.GetAccountRequest_AccountId{AccountId: "a1"}}
	runs(t, d, alone(ShowAccount.Run), byID, "a1")
	byLogin := &sessionv1.GetAccountRequest{Account: &sessionv1.GetAccountRequest_Login{Login: &sessionv1.AccountLogin{DataSet: 1, Kind: 2, Login: "ana"}}}
	runs(t, d, alone(ShowAccount.Run), byLogin, "--user=ana")
	byLogin.GetLogin().Kind = 1
	runs(t, d, alone(ShowAccount.Run), byLogin, "--developer=ana")
	wantShown(t, runs(t, d, alone(ListAccounts.Run), &sessionv1.ListAccountsRequest{PageSize: 50, DataSet: 1, Kind: 1}, "--kind=developer"), "ana@empresa.example")

	// What is not given stays as it is on record.
	updated := proto.CloneOf(account)
	updated.Disabled, updated.PersonId = true, "p2"
	runs(t, d, alone(UpdateAccount.Run), &sessionv1.UpdateAccountRequest{
		Account: updated, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"disabled", "person_id"}},
	}, "a1", "--disabled", "--person=p2")
	wantShown(t, runs(t, d, DeleteAccount.Run, &sessionv1.DeleteAccountRequest{AccountId: "a1"}, "a1", "--yes"), "a1")
	for _, args := range [][]string{{}, {"a1", "--user=ana"}, {"--developer=a", "--user=b"}} {
		if _, err := parse[ShowAccount](t, args...); err == nil {
			t.Errorf("%v names one account", args)
		}
	}
	if _, err := parse[UpdateAccount](t, "a1"); err == nil {
		t.Error("nothing was changed")
	}
}

func TestPasswordsAreRead(t *testing.T) {
	for given, want := range map[string]string{
		"SujetoDePruebaContraseña\n": "d0edfe89f30a78ef45ab9a22bd0f826b", "SujetoDePruebaContraseña\r\nmore": "d0edfe89f30a78ef45ab9a22bd0f826b",
	} {
		if got, err := (Password{}).read(Input{strings.NewReader(given)}); err != nil || got != want {
			t.Errorf("%q: %q, %v", given, got, err)
		}
	}
	for _, wrong := range []string{"", "\n", strings.Repeat("x", maxSecret+8)} {
		if _, err := (Password{}).read(Input{strings.NewReader(wrong)}); !errors.Is(err, ErrUsage) {
			t.Errorf("%d bytes: %v", len(wrong), err)
		}
	}
	if login, password, err := (Input{strings.NewReader("ana\ns3cret\n")}).login(nil); login != "ana" || password != "s3cret" || err != nil {
		t.Errorf("%q %q %v", login, password, err)
	}
	if _, _, err := (Input{strings.NewReader("ana\n")}).login(nil); !errors.Is(err, ErrUsage) {
		t.Errorf("without a password: %v", err)
	}
}

func TestSessionsAreEnded(t *testing.T) {
	d := &dispatcher{answers: map[string]proto.Message{
		"ListSessions": &sessionv1.ListSessionsResponse{Sessions: []*sessionv1.Session{{SessionId: "s1", User: "ana", Developer: "dev", Life: &sessionv1.SessionLife{}}}},
		"EndSession":   &sessionv1.EndSessionResponse{}, "EndSessions": &sessionv1.EndSessionsResponse{EndedSessions: 4},
		"ListEvents": &sessionv1.ListEventsResponse{Events: []*sessionv1.Event{{Actor: "ana", Act: "EndSession", Target: "session/s1"}}},
	}}
	wantShown(t, runs(t, d, alone(ListSessions.Run), &sessionv1.ListSessionsRequest{PageSize: 7, DataSet: 2, AccountId: "a1"}, "--limit=7", "--account=a1", "--data-set=staging"), "s1", "dev")
	wantShown(t, runs(t, d, alone(EndSession.Run), &sessionv1.EndSessionRequest{SessionId: "s1"}, "s1"), "s1")
	wantShown(t, runs(t, d, alone(EndSessions.Run), &sessionv1.EndSessionsRequest{AccountId: "a1"}, "a1"), "4")
	wantShown(t, runs(t, d, alone(ListSessionEvents.Run), &sessionv1.ListEventsRequest{PageSize: 2, TargetPrefix: "session/", Actor: "ana"},
		"--limit=2", "--target=session/", "--actor=ana"), "EndSession", "session/s1")
	for _, limit := range []string{"--limit=0", "--limit=10001"} {
		if _, err := parse[ListSessions](t, limit); err == nil {
			t.Errorf("%s was taken", limit)
		}
	}
}
