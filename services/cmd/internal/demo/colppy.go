package demo

import (
	"context"
	"errors"
	"fmt"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

// Colppy holds what programs of the operation RPC need. What begins with Staging is of the staging data set.
type Colppy struct {
	// Auth is a developer, User a user who is a person on record and administers the organisation.
	Auth Login `json:"auth"`
	User Login `json:"user"`
	// IDEmpresa is the organisation, IDCliente the customer of it who is a person on record.
	IDEmpresa int64 `json:"idEmpresa"`
	IDCliente int64 `json:"idCliente"`

	StagingAuth      Login `json:"staging_auth"`
	StagingUser      Login `json:"staging_user"`
	StagingIDEmpresa int64 `json:"staging_idEmpresa"`
	StagingIDCliente int64 `json:"staging_idCliente"`
}

// Login is what an account logs in with.
type Login struct {
	Usuario string `json:"usuario"`
	// Password is what is presented: the MD5 of the password in hex.
	Password string `json:"password"`
}

// Workplace is whom SeedColppy calls.
type Workplace struct {
	Persons       identityv1.PersonServiceClient
	Accounts      sessionv1.AccountServiceClient
	Organisations sessionv1.OrganisationServiceClient
	// Sessions and Customers are called as the gateway calls them.
	Sessions  sessionv1.SessionServiceClient
	Customers sessionv1.WorkspaceServiceClient
}

// office is a developer with a user and its organisation, in one data set.
type office struct {
	set             authv1.DataSet
	developer, user *Login
	organisation    *int64
	customer        *int64
	// of is what the organisation is, person and linked are the unique keys of who the user and a customer are.
	of             *sessionv1.Organisation
	person, linked string
	customers      int // how many
}

func (f *Colppy) offices() []office {
	return []office{
		{
			authv1.DataSet_DATA_SET_PRODUCTION, &f.Auth, &f.User, &f.IDEmpresa, &f.IDCliente, &sessionv1.Organisation{
				LegalName: "Distribuidora del Plata Demo S.R.L.", TradeName: "Distribuidora del Plata", Cuit: "30-98700001-1", PlanId: 7, Type: "pyme",
				FiscalYearEnd: "12-31", Activity: "Venta al por mayor de alimentos",
			}, "44444444-4", "A19003500", 30,
		},
		{
			authv1.DataSet_DATA_SET_STAGING, &f.StagingAuth, &f.StagingUser, &f.StagingIDEmpresa, &f.StagingIDCliente, &sessionv1.Organisation{
				LegalName: "Empresa de Prueba Demo S.A.", TradeName: "Empresa de Prueba", Cuit: "30-98800002-3", PlanId: 1, Type: "prueba",
				FiscalYearEnd: "06-30", Activity: "Pruebas de integración",
			}, "55555555-5", "P00000001", 3,
		},
	}
}

// SeedColppy is Seed for the operation RPC: in each data set a developer, a user with an organisation, and its customers, or what an
// earlier run entered. Persons are those whom SeedIDDI and SeedCitizens entered.
func SeedColppy(ctx context.Context, to Workplace, f *Colppy) error {
	for _, o := range f.offices() {
		if err := to.ensureOffice(ctx, o); err != nil {
			return err
		}
	}
	return nil
}

func (to Workplace) ensureOffice(ctx context.Context, o office) error {
	developer, err := to.ensureAccount(ctx, o.developer, &sessionv1.Account{
		DataSet: o.set, Kind: sessionv1.AccountKind_ACCOUNT_KIND_DEVELOPER, Login: "demo.desarrollador@ventanilla.example", Name: "Demo developer",
	})
	if err != nil {
		return err
	}
	person, err := to.person(ctx, o.set, o.person)
	if err != nil {
		return err
	}
	user, err := to.ensureAccount(ctx, o.user, &sessionv1.Account{
		DataSet: o.set, Kind: sessionv1.AccountKind_ACCOUNT_KIND_USER, Login: "demo.usuario@ventanilla.example", Name: "Demo user", PersonId: person,
	})
	if err != nil {
		return err
	}
	if *o.organisation, err = to.ensureOrganisation(ctx, o); err != nil {
		return err
	}
	if err := to.ensureMember(ctx, *o.organisation, user); err != nil {
		return err
	}
	session, err := to.logIn(ctx, o)
	if reason := rpcerr.Reason(err); reason == errorsv1.Reason_REASON_CREDENTIAL_INVALID || reason == errorsv1.Reason_REASON_LOGIN_REFUSED {
		// Somebody gave one of them another password.
		if err := errors.Join(to.setPassword(ctx, developer, o.developer), to.setPassword(ctx, user, o.user)); err != nil {
			return err
		}
		session, err = to.logIn(ctx, o)
	}
	if err != nil {
		return fmt.Errorf("opening a session of the demo's user: %w", err)
	}
	return to.ensureCustomers(ctx, o, session)
}

// ensureAccount keeps an account whose password the file has, lets one in again that was shut out, and returns its identifier.
func (to Workplace) ensureAccount(ctx context.Context, login *Login, account *sessionv1.Account) (string, error) {
	found, err := to.Accounts.GetAccount(ctx, &sessionv1.GetAccountRequest{Account: &sessionv1.GetAccountRequest_Login{
		Login: &sessionv1.AccountLogin{DataSet: account.GetDataSet(), Kind: account.GetKind(), Login: account.GetLogin()},
	}})
	if status.Code(err) == codes.NotFound {
		*login = Login{account.GetLogin(), newPassword()}
		made, err := to.Accounts.CreateAccount(ctx, &sessionv1.CreateAccountRequest{Account: account, Password: login.Password})
		if err != nil {
			return "", fmt.Errorf("entering a demo's account: %w", err)
		}
		return made.GetAccount().GetAccountId(), nil
	}
	if err != nil {
		return "", fmt.Errorf("looking for a demo's account: %w", err)
	}
	known := found.GetAccount()
	if known.GetDisabled() {
		known.Disabled = false
		if _, err := to.Accounts.UpdateAccount(ctx, &sessionv1.UpdateAccountRequest{
			Account: known, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"disabled"}},
		}); err != nil {
			return "", fmt.Errorf("letting a demo's account in again: %w", err)
		}
	}
	if login.Usuario == account.GetLogin() && login.Password != "" {
		return known.GetAccountId(), nil
	}
	login.Usuario = account.GetLogin()
	return known.GetAccountId(), to.setPassword(ctx, known.GetAccountId(), login)
}

// setPassword gives an account a new password.
func (to Workplace) setPassword(ctx context.Context, id string, login *Login) error {
	login.Password = newPassword()
	if _, err := to.Accounts.SetPassword(ctx, &sessionv1.SetPasswordRequest{AccountId: id, Password: login.Password}); err != nil {
		return fmt.Errorf("giving a demo's account a password: %w", err)
	}
	return nil
}

// person is who has a unique key.
func (to Workplace) person(ctx context.Context, set authv1.DataSet, key string) (string, error) {
	found, err := to.Persons.FindPerson(ctx, &identityv1.FindPersonRequest{
		Key: &identityv1.FindPersonRequest_UniqueKey{UniqueKey: key}, DataSet: set, Access: access,
	})
	if err != nil {
		return "", fmt.Errorf("looking for a demo's person: %w", err)
	}
	return found.GetPerson().GetPersonId(), nil
}
