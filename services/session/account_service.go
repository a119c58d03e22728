package session

import (
	"context"

	"buf.build/go/protovalidate"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	"github.com/ventanilla/ventanilla/pkg/rpcserver"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/pkg/updatemask"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

type accountService struct {
	sessionv1.UnimplementedAccountServiceServer
	*Service
}

// changeableOfAccount are the fields of an account that an update may name.
func changeableOfAccount() []string { return []string{"name", "disabled", "person_id"} }

// CreateAccount enters an account.
func (s *accountService) CreateAccount(ctx context.Context, req *sessionv1.CreateAccountRequest) (*sessionv1.CreateAccountResponse, error) {
	account, err := accountFromProto(req.GetAccount())
	if err != nil {
		return nil, err
	}
	if account.Password, err = s.hashed(ctx, req.GetPassword()); err != nil {
		return nil, err
	}
	stored, err := s.store.CreateAccount(ctx, authn.CallerOf(ctx).Actor(), account)
	if err != nil {
		return nil, accountFailure(err, "entering an account")
	}
	return &sessionv1.CreateAccountResponse{Account: accountToProto(stored)}, nil
}

// GetAccount returns one.
func (s *accountService) GetAccount(ctx context.Context, req *sessionv1.GetAccountRequest) (*sessionv1.GetAccountResponse, error) {
	var account store.Account
	var err error
	if login := req.GetLogin(); login != nil {
		account, err = s.store.AccountByLogin(ctx, store.DataSetFromProto(login.GetDataSet()), kindFromProto(login.GetKind()), login.GetLogin())
	} else {
		account, err = s.store.Account(ctx, req.GetAccountId())
	}
	if err != nil {
		return nil, accountFailure(err, "reading an account")
	}
	return &sessionv1.GetAccountResponse{Account: accountToProto(account)}, nil
}

// ListAccounts returns accounts by login.
func (s *accountService) ListAccounts(ctx context.Context, req *sessionv1.ListAccountsRequest) (*sessionv1.ListAccountsResponse, error) {
	after, err := behindAccount(req.GetPageToken())
	if err != nil {
		return nil, err
	}
	size := pageSize(req.GetPageSize())
	set, kind := store.DataSetFromProto(req.GetDataSet()), kindFromProto(req.GetKind())
	accounts, err := s.store.Accounts(ctx, set, kind, after, size+1) // see paged
	if err != nil {
		return nil, sqlstore.Failure(err, "listing accounts")
	}
	answer := &sessionv1.ListAccountsResponse{}
	page, next := paged(accounts, size, func(a store.Account) string { return accountToken(a.Cursor()) })
	answer.NextPageToken = next
	for _, account := range page {
		answer.Accounts = append(answer.Accounts, accountToProto(account))
	}
	return answer, nil
}

// UpdateAccount changes the fields of the mask.
func (s *accountService) UpdateAccount(ctx context.Context, req *sessionv1.UpdateAccountRequest) (*sessionv1.UpdateAccountResponse, error) {
	id, mask := req.GetAccount().GetAccountId(), req.GetUpdateMask()
	if id == "" {
		return nil, rpcerr.Missing("account.account_id")
	}
	if err := updatemask.Check(mask, changeableOfAccount()); err != nil {
		return nil, err
	}
	account, err := s.store.UpdateAccount(ctx, authn.CallerOf(ctx).Actor(), id, func(a *store.Account) error {
		merged := accountToProto(*a)
		updatemask.Assign(merged, req.GetAccount(), mask)
		if err := rpcserver.Validate(protovalidate.GlobalValidator, &sessionv1.UpdateAccountResponse{Account: merged}); err != nil {
			return err
		}
		decided, err := accountFromProto(merged)
		if err != nil {
			return err
		}
		a.Name, a.Disabled, a.PersonID = decided.Name, merged.GetDisabled(), decided.PersonID
		return nil
	})
	if err != nil {
		return nil, accountFailure(err, "changing an account")
	}
	return &sessionv1.UpdateAccountResponse{Account: accountToProto(account)}, nil
}

// SetPassword replaces the password.
func (s *accountService) SetPassword(ctx context.Context, req *sessionv1.SetPasswordRequest) (*sessionv1.SetPasswordResponse, error) {
	hashed, err := s.hashed(ctx, req.GetPassword())
	if err != nil {
		return nil, err
	}
	ended, err := s.store.SetPassword(ctx, authn.CallerOf(ctx).Actor(), req.GetAccountId(), hashed)
	if err != nil {
		return nil, accountFailure(err, "setting a password")
	}
	return &sessionv1.SetPasswordResponse{EndedSessions: ended}, nil
}

// DeleteAccount ends an account.
func (s *accountService) DeleteAccount(ctx context.Context, req *sessionv1.DeleteAccountRequest) (*sessionv1.DeleteAccountResponse, error) {
	if err := s.store.DeleteAccount(ctx, authn.CallerOf(ctx).Actor(), req.GetAccountId()); err != nil {
		return nil, accountFailure(err, "removing an account")
	}
	return &sessionv1.DeleteAccountResponse{}, nil
}

// hashed is what is stored of a password.
func (s *Service) hashed(ctx context.Context, password string) (string, error) {
	turn, err := s.turn(ctx)
	if err != nil {
		return "", err
	}
	defer turn.Done()
	return turn.Hash(ctx, password), nil
}
