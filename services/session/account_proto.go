package session

import (
	"errors"
	"strings"
	"time"
	"unicode"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

// maxLogin bounds a login, also as it is compared.
const maxLogin = 128

// accountFromProto reads what operators decide of an account; that it is disabled they decide later.
func accountFromProto(in *sessionv1.Account) (store.Account, error) {
	for field, text := range map[string]string{"login": in.GetLogin(), "name": in.GetName(), "person_id": in.GetPersonId()} {
		if strings.ContainsFunc(text, unicode.IsControl) {
			return store.Account{}, rpcerr.Invalid("account."+field, "must not have control characters")
		}
	}
	if strings.TrimSpace(in.GetLogin()) == "" {
		return store.Account{}, rpcerr.Missing("account.login")
	}
	if strings.TrimSpace(in.GetLogin()) != in.GetLogin() {
		return store.Account{}, rpcerr.Invalid("account.login", "must not begin or end with a space")
	}
	if len(store.FoldLogin(in.GetLogin())) > maxLogin {
		return store.Account{}, rpcerr.Invalid("account.login", "is too long where its characters are written out")
	}
	account := store.Account{
		DataSet: store.DataSetFromProto(in.GetDataSet()), Kind: kindFromProto(in.GetKind()), Login: in.GetLogin(), Name: in.GetName(), PersonID: in.GetPersonId(),
	}
	if account.PersonID != "" && account.Kind != store.User {
		return store.Account{}, rpcerr.Invalid("account.person_id", "only a user is a person on record")
	}
	return account, nil
}

func accountToProto(a store.Account) *sessionv1.Account {
	kind := sessionv1.AccountKind_ACCOUNT_KIND_USER
	if a.Kind == store.Developer {
		kind = sessionv1.AccountKind_ACCOUNT_KIND_DEVELOPER
	}
	return &sessionv1.Account{
		AccountId: a.ID, DataSet: a.DataSet.ToProto(), Kind: kind, Login: a.Login, Name: a.Name, Disabled: a.Disabled, PersonId: a.PersonID,
		CreatedAt: timestamppb.New(a.CreatedAt), UpdatedAt: timestamppb.New(a.UpdatedAt), LastLoginAt: timeToProto(a.LastLoginAt),
	}
}

// kindFromProto is the kind of a contract's; empty for none.
func kindFromProto(kind sessionv1.AccountKind) store.Kind {
	switch kind {
	case sessionv1.AccountKind_ACCOUNT_KIND_DEVELOPER:
		return store.Developer
	case sessionv1.AccountKind_ACCOUNT_KIND_USER:
		return store.User
	default:
		return ""
	}
}

// accountFailure is sqlstore.Failure for what is about an account.
func accountFailure(err error, doing string) error {
	switch {
	case errors.Is(err, store.ErrNoAccount):
		return rpcerr.New(errorsv1.Reason_REASON_ACCOUNT_NOT_FOUND, "no such account")
	case errors.Is(err, store.ErrAccountExists):
		return rpcerr.New(errorsv1.Reason_REASON_ACCOUNT_EXISTS, "the login is taken", rpcerr.Field("account.login", "taken within data set and kind"))
	}
	return sqlstore.Failure(err, doing)
}

// timeToProto is a time that may be absent.
func timeToProto(at time.Time) *timestamppb.Timestamp {
	if at.IsZero() {
		return nil
	}
	return timestamppb.New(at)
}
