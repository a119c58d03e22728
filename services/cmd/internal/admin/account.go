package admin

import (
	"context"
	"errors"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

const accountKindPrefix = "ACCOUNT_KIND_"

// Accounts are the commands about developers and users of the family colppy.
type Accounts struct {
	Create   CreateAccount `cmd:"" help:"Enter an account, with a password that is typed or read."`
	Show     ShowAccount   `cmd:"" help:"Show an account, by its identifier or its login."`
	List     ListAccounts  `cmd:"" help:"List accounts by login."`
	Update   UpdateAccount `cmd:"" help:"Change what is given and nothing else. Disabling ends sessions at once."`
	Password SetPassword   `cmd:"" help:"Give an account another password, that is typed or read. Its sessions end at once."`
	Delete   DeleteAccount `cmd:"" help:"End an account with its sessions and memberships."`
}

// AccountID names an account.
type AccountID struct {
	ID string `arg:"" help:"The account's identifier, as \"admin account list\" shows it."`
}

// ShowAccount shows an account.
type ShowAccount struct {
	ID        string `arg:"" optional:"" help:"The account's identifier."`
	User      string `help:"The login of a user instead." placeholder:"LOGIN"`
	Developer string `help:"The login of a developer instead." placeholder:"LOGIN"`
	World
}

// Validate is called when the command line was read.
func (c ShowAccount) Validate() error {
	named := 0
	for _, name := range []string{c.ID, c.User, c.Developer} {
		if name != "" {
			named++
		}
	}
	if named != 1 {
		return errors.New("give the identifier, --user or --developer")
	}
	return nil
}

// Run does it.
func (c ShowAccount) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := sessionv1.NewAccountServiceClient(conn).GetAccount(ctx, c.request())
	if err != nil {
		return err
	}
	return showAccount(out, answer, answer.GetAccount())
}

func (c ShowAccount) request() *sessionv1.GetAccountRequest {
	login := &sessionv1.AccountLogin{DataSet: c.set()}
	switch {
	case c.ID != "":
		return &sessionv1.GetAccountRequest{Account: &sessionv1.GetAccountRequest_AccountId{AccountId: c.ID}}
	case c.User != "":
		login.Kind, login.Login = sessionv1.AccountKind_ACCOUNT_KIND_USER, c.User
	default:
		login.Kind, login.Login = sessionv1.AccountKind_ACCOUNT_KIND_DEVELOPER, c.Developer
	}
	return &sessionv1.GetAccountRequest{Account: &sessionv1.GetAccountRequest_Login{Login: login}}
}

// ListAccounts lists accounts.
type ListAccounts struct {
	Limit int    `help:"At most so many (1 to 10000)." default:"50"`
	Kind  string `help:"Only these: developer or user." enum:",developer,user" default:"" placeholder:"KIND"`
	World
}

// Validate is called when the command line was read.
func (c ListAccounts) Validate() error { return checkEntries(c.Limit) }

// Run does it, page by page.
func (c ListAccounts) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	all, next, err := pages(c.Limit, func(size int32, token string) ([]*sessionv1.Account, string, error) {
		page, err := sessionv1.NewAccountServiceClient(conn).ListAccounts(ctx, &sessionv1.ListAccountsRequest{
			PageSize: size, PageToken: token, DataSet: c.set(), Kind: accountKind(c.Kind),
		})
		return page.GetAccounts(), page.GetNextPageToken(), err
	})
	if err != nil {
		return err
	}
	var rows [][]string
	for _, a := range all {
		rows = append(rows, []string{
			a.GetAccountId(), word(a.GetKind(), accountKindPrefix), a.GetLogin(), a.GetName(), state(a.GetDisabled()), timeText(a.GetLastLoginAt()),
		})
	}
	return out.table(&sessionv1.ListAccountsResponse{Accounts: all, NextPageToken: next}, []string{"ID", "KIND", "LOGIN", "NAME", "STATE", "LAST LOGIN"}, rows)
}

func accountKind(name string) sessionv1.AccountKind {
	return sessionv1.AccountKind(number(sessionv1.AccountKind_value, accountKindPrefix, name))
}

func showAccount(out Output, message proto.Message, a *sessionv1.Account) error {
	return out.record(message, accountLines(a))
}

func accountLines(a *sessionv1.Account) [][2]string {
	return [][2]string{
		{"id", a.GetAccountId()},
		{"kind", word(a.GetKind(), accountKindPrefix)},
		{"login", a.GetLogin()},
		{"name", a.GetName()},
		{"data set", dataSetName(a.GetDataSet())},
		{"state", state(a.GetDisabled())},
		{"person", a.GetPersonId()},
		{"created", moment(a.GetCreatedAt())},
		{"updated", moment(a.GetUpdatedAt())},
		{"last login", timeText(a.GetLastLoginAt())},
	}
}
