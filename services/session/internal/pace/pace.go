// Package pace slows down who guesses passwords: failed logins are counted by the login and by the address that they came from, in the store, so that all
// replicas count together.
package pace

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"time"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

const (
	// freeOfLogin and freeOfAddress are how many failures cost nothing. Many may share an address.
	freeOfLogin   = 5
	freeOfAddress = 50
	// firstWait is what the next failure costs; each after it twice as much, at most longestWait.
	firstWait   = time.Second
	longestWait = 15 * time.Minute
	// recordTimeout bounds the count of a failure, which does not end because its caller goes away.
	recordTimeout = 5 * time.Second
)

// Store is what the pacer needs of the store.
type Store interface {
	LoginFailures(ctx context.Context, subjects ...[]byte) ([]store.LoginFailures, error)
	EnterLoginFailure(ctx context.Context, subjects ...[]byte) error
	ForgetLoginFailures(ctx context.Context, subjects ...[]byte) error
}

// Pacer counts failed logins. It is safe for concurrent use.
type Pacer struct {
	store Store
	key   []byte
	now   func() time.Time
}

// New makes a pacer. Whom it counts for is stored as a digest under the key, which all replicas share.
func New(store Store, key []byte, now func() time.Time) *Pacer { return &Pacer{store, key, now} }

// Login is the subject that failures of a login are counted for, whether or not there is such an account.
func (p *Pacer) Login(set store.DataSet, kind store.Kind, login string) []byte {
	return p.subject(string(set) + "/" + string(kind) + "/" + store.FoldLogin(login))
}

// Address is the subject that failures from an address are counted for; nil for an unknown one.
func (p *Pacer) Address(address string) []byte {
	if address == "" {
		return nil
	}
	return p.subject("address/" + address)
}

func (p *Pacer) subject(name string) []byte {
	mac := hmac.New(sha256.New, p.key)
	mac.Write([]byte(name))
	return mac.Sum(nil)
}

// Check fails with RATE_LIMITED, which says when to try again, while a login may not be tried, from an address or at all.
func (p *Pacer) Check(ctx context.Context, login, address []byte) error {
	failures, err := p.store.LoginFailures(ctx, login, address)
	if err != nil {
		return err
	}
	now := p.now().Truncate(time.Millisecond) // as failures are stored
	long := max(wait(failures[0], freeOfLogin, now), wait(failures[1], freeOfAddress, now))
	if long <= 0 {
		return nil
	}
	return rpcerr.New(errorsv1.Reason_REASON_RATE_LIMITED, "too many logins failed", rpcerr.RetryAfter(long))
}

// Failed counts a failure. It does so even if the caller has gone.
func (p *Pacer) Failed(ctx context.Context, login, address []byte) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordTimeout)
	defer cancel()
	if address == nil {
		return p.store.EnterLoginFailure(ctx, login)
	}
	return p.store.EnterLoginFailure(ctx, login, address)
}

// wait is how long after so many failures the next attempt has to wait.
func wait(failures store.LoginFailures, free int64, now time.Time) time.Duration {
	over := failures.Count - free
	if over <= 0 {
		return 0
	}
	long := longestWait
	if doublings := over - 1; doublings < 10 { // firstWait doubled ten times is longer than longestWait
		long = min(firstWait<<doublings, longestWait)
	}
	return failures.Last.Add(long).Sub(now)
}
