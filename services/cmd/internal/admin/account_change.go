package admin

import (
	"context"
	"errors"
	"fmt"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

// CreateAccount enters an account.
type CreateAccount struct {
	Kind   string `arg:"" help:"What it is for: ${enum}. A developer's programs call; a user is in whose name they do." enum:"developer,user"`
	Login  string `arg:"" help:"The name to log in with, compared without regard to letter case. It never changes."`
	Name   string `help:"A name for people."`
	Person string `help:"For a user: who it is, by the identifier in identity (\"admin person find\"). Without it the user has no benefits, profile or notifications of its own." placeholder:"ID"`
	World
	Password
}

// Help says what the password is.
func (CreateAccount) Help() string {
	return passwordHelp + `

  admin account create developer portal@empresa.example
  printf %s "$PASSWORD" | admin account create user ana@empresa.example --name 'Ana Soto'`
}

// Run does it.
func (c CreateAccount) Run(ctx context.Context, conn *grpc.ClientConn, in Input, out Output) error {
	password, err := c.read(in)
	if err != nil {
		return err
	}
	answer, err := sessionv1.NewAccountServiceClient(conn).CreateAccount(ctx, &sessionv1.CreateAccountRequest{
		Account:  &sessionv1.Account{DataSet: c.set(), Kind: accountKind(c.Kind), Login: c.Login, Name: c.Name, PersonId: c.Person},
		Password: password,
	})
	if err != nil {
		return err
	}
	return showAccount(out, answer, answer.GetAccount())
}

// UpdateAccount changes an account. Flags that are not given stay nil.
type UpdateAccount struct {
	AccountID
	Name     *string `help:"A name for people; empty for none."`
	Person   *string `help:"For a user: who it is, by the identifier in identity; empty for nobody on record." placeholder:"ID"`
	Disabled *bool   `help:"Shut it out, which ends its sessions, or let it back in." negatable:""`
}

// Validate is called when the command line was read.
func (c UpdateAccount) Validate() error {
	if len(c.paths()) == 0 {
		return errors.New("name what to change; --help lists the flags")
	}
	return nil
}

func (c UpdateAccount) paths() []string {
	return given([]givenField{{"name", c.Name != nil}, {"disabled", c.Disabled != nil}, {"person_id", c.Person != nil}})
}

// Run does it. An account in a request has to be valid as a whole, so it is read before.
func (c UpdateAccount) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	accounts := sessionv1.NewAccountServiceClient(conn)
	known, err := accounts.GetAccount(ctx, &sessionv1.GetAccountRequest{Account: &sessionv1.GetAccountRequest_AccountId{AccountId: c.ID}})
	if err != nil {
		return err
	}
	account := known.GetAccount()
	put(&account.Name, c.Name)
	put(&account.PersonId, c.Person)
	put(&account.Disabled, c.Disabled)
	answer, err := accounts.UpdateAccount(ctx, &sessionv1.UpdateAccountRequest{Account: account, UpdateMask: &fieldmaskpb.FieldMask{Paths: c.paths()}})
	if err != nil {
		return err
	}
	return showAccount(out, answer, answer.GetAccount())
}

// put gives a field the value of a flag, unless the flag was not given.
func put[T any](field, flag *T) {
	if flag != nil {
		*field = *flag
	}
}

// SetPassword gives an account another password.
type SetPassword struct {
	AccountID
	Password
}

// Help says what the password is.
func (SetPassword) Help() string { return passwordHelp }

// Run does it.
func (c SetPassword) Run(ctx context.Context, conn *grpc.ClientConn, in Input, out Output) error {
	password, err := c.read(in)
	if err != nil {
		return err
	}
	answer, err := sessionv1.NewAccountServiceClient(conn).SetPassword(ctx, &sessionv1.SetPasswordRequest{AccountId: c.ID, Password: password})
	if err != nil {
		return err
	}
	return out.record(answer, [][2]string{{"ended sessions", fmt.Sprint(answer.GetEndedSessions())}})
}

// DeleteAccount ends an account.
type DeleteAccount struct {
	AccountID
	Yes bool `help:"Do not ask. Needed where there is no terminal to ask on." short:"y"`
}

// Run does it.
func (c DeleteAccount) Run(ctx context.Context, conn *grpc.ClientConn, in Input, out Output) error {
	if err := in.confirmName(c.Yes, "This ends the account with its sessions and memberships. It cannot be undone.", c.ID); err != nil {
		return err
	}
	answer, err := sessionv1.NewAccountServiceClient(conn).DeleteAccount(ctx, &sessionv1.DeleteAccountRequest{AccountId: c.ID})
	if err != nil {
		return err
	}
	return out.record(answer, [][2]string{{"deleted", c.ID}})
}
