package session

import (
	"context"
	"errors"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
	"github.com/ventanilla/ventanilla/services/session/internal/password"
	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

// proof is a password that is held against an account.
type proof struct {
	// account is whose it is said to be; the zero value when there is none, which takes the same work.
	account  store.Account
	password string
	// login and address are whom a failure is counted for.
	login, address []byte
}

// developer proves a developer's credential against the account that its login is of, if there is one. One that was proven lately from its address is taken as it is,
// whoever else fails with its login. It fails with CREDENTIAL_INVALID, one answer for all reasons, or with RATE_LIMITED.
func (s *Service) developer(ctx context.Context, in *sessionv1.DeveloperCredential, account store.Account) error {
	pair := password.Pair{Account: account.ID, Epoch: account.Epoch, Password: in.GetPassword(), Address: in.GetAddress()}
	if account.ID == "" {
		pair.Account = "nobody: " + store.FoldLogin(in.GetLogin())
	}
	return s.proven.Prove(ctx, pair, func(ctx context.Context) error {
		set := store.DataSetFromProto(in.GetDataSet())
		right, err := s.prove(ctx, proof{account, in.GetPassword(), s.pacer.Login(set, store.Developer, in.GetLogin()), s.pacer.Address(in.GetAddress())})
		if err == nil && !right {
			err = rpcerr.New(errorsv1.Reason_REASON_CREDENTIAL_INVALID, "the developer's credential does not hold")
		}
		return err
	})
}

// prove tells whether a password is right, of an account that is not disabled, and counts it when it is not. It fails with RATE_LIMITED, before any work, when
// too many did. Looking, hashing and counting happen in one turn, so that of many who guess at the same time no more are let through than have turns.
func (s *Service) prove(ctx context.Context, p proof) (right bool, err error) {
	turn, err := s.turn(ctx)
	if err != nil {
		return false, err
	}
	defer turn.Done()
	if err := s.pacer.Check(ctx, p.login, p.address); err != nil {
		return false, err
	}
	right, stale, err := turn.Verify(ctx, p.account.Password, p.password)
	if err != nil {
		return false, err
	}
	if !right || p.account.Disabled {
		return false, s.pacer.Failed(ctx, p.login, p.address)
	}
	if stale {
		err = s.store.RenewPassword(ctx, p.account, turn.Hash(ctx, p.password))
	}
	return true, err
}

// turn waits until a password may be hashed. It fails with UNAVAILABLE when too many wait.
func (s *Service) turn(ctx context.Context) (password.Turn, error) {
	turn, err := s.hasher.Turn(ctx)
	if errors.Is(err, password.ErrBusy) {
		err = rpcerr.Wrap(errorsv1.Reason_REASON_UNAVAILABLE, err, "too many log in")
	}
	return turn, err
}
