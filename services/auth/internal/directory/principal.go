package directory

import (
	"context"
	"errors"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// Revoked tells whether the view knows that a principal's credential is void. With
// Fresh it makes the directory an authn.View.
func (d *Directory) Revoked(p *authv1.Principal) bool {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if _, revoked := d.revoked[p.GetTokenId()]; revoked {
		return true
	}
	if _, retired := d.retired[p.GetKeyId()]; retired {
		return true
	}
	if client := d.clients[p.GetClientId()]; client != nil && p.GetEpoch() < client.Epoch {
		return true
	}
	operator := d.operators[p.GetOperator()]
	return operator != nil && p.GetEpoch() < operator.Epoch
}

// Check is Revoked as the store has it; it is an authn.Checker.
func (d *Directory) Check(ctx context.Context, p *authv1.Principal) (revoked bool, err error) {
	if p.GetTokenId() != "" {
		if revoked, err = d.TokenRevoked(ctx, p.GetTokenId()); err != nil || revoked {
			return revoked, err
		}
	}
	if p.GetKeyId() != "" {
		if err := d.Ensure(ctx); err != nil {
			return false, err
		}
		if d.Revoked(p) {
			return true, nil
		}
	}
	switch {
	case p.GetClientId() != "":
		client, err := d.StoredClient(ctx, p.GetClientId())
		return gone(err) || err == nil && p.GetEpoch() < client.Epoch, unlessGone(err)
	case p.GetOperator() != "":
		operator, err := d.Operator(ctx, p.GetOperator())
		return gone(err) || err == nil && p.GetEpoch() < operator.Epoch, unlessGone(err)
	}
	return false, nil
}

func gone(err error) bool { return errors.Is(err, sqlstore.ErrNotFound) }

// unlessGone drops the error that is an answer.
func unlessGone(err error) error {
	if gone(err) {
		return nil
	}
	return err
}
