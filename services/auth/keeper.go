package auth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ventanilla/ventanilla/pkg/authn"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/auth/internal/directory"
	"github.com/ventanilla/ventanilla/services/auth/internal/keys"
	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

const (
	// keepEvery is how often the signing keys are looked after.
	keepEvery = time.Minute
	// keyGrace is how much longer than its last token an old key is kept, whatever the replicas' clocks say.
	keyGrace = 2 * time.Minute
	// settling is how long after a rotation a replica may still sign with the key before: its view may be a second old, and
	// the call under way.
	settling = 3 * directory.MaxAge / 2
)

// keepKeys gives each use a next key, rotates those that are due, and retires those that are over. Every replica does:
// what another has done meanwhile is left alone.
func (s *Service) keepKeys(ctx context.Context) {
	if err := s.lookAfterKeys(ctx); err != nil && ctx.Err() == nil {
		s.logger.WarnContext(ctx, "cannot look after the signing keys", "error", err)
	}
}

func (s *Service) lookAfterKeys(ctx context.Context) error {
	stored, err := s.store.Keys(ctx)
	if err != nil {
		return err
	}
	next := map[store.Use]store.SigningKey{}
	for _, key := range stored {
		switch {
		case key.State == store.KeyNext:
			next[key.Use] = key
		case key.State == store.KeyOld && s.over(key):
			err = errors.Join(err, s.retireOver(ctx, key))
		}
	}
	for _, use := range keys.Rotating() {
		key, published := next[use]
		switch {
		case !published:
			err = errors.Join(err, s.publishNext(ctx, use))
		case s.due(key):
			_, rotating := s.rotateKey(ctx, use, keeper("RotateKey"), func(next store.SigningKey) error {
				if !s.due(next) {
					return store.ErrUnchanged // another replica was first
				}
				return nil
			})
			err = errors.Join(err, rotating)
		}
	}
	return err
}

// keeper is the author of what the platform does to its keys by itself.
func keeper(rpc string) store.Act { return store.Act{Actor: "peer:" + Role, Name: rpc} }

// due tells whether the schedule wants a next key to become active: each has waited its turn as long as the one before
// it was to sign.
func (s *Service) due(next store.SigningKey) bool {
	every := s.config.Keys.RotateEvery
	return every > 0 && !s.now().Before(next.CreatedAt.Add(every))
}

// over tells whether all that an old key signed has ended.
func (s *Service) over(old store.SigningKey) bool {
	now := s.now()
	return now.After(old.LastTokenEnds.Add(keyGrace)) && now.After(old.SupersededAt.Add(keyGrace))
}

// publishNext makes the next key of a use, unless there is one.
func (s *Service) publishNext(ctx context.Context, use store.Use) error {
	key, err := s.vault.New(use)
	if err != nil {
		return err
	}
	if err := s.store.AddNextKey(ctx, key, keeper("PublishKey")); err != nil {
		return err
	}
	return s.keysChanged(ctx)
}

// rotateKey makes the next key of a use active, if check agrees and this replica can sign with it. It returns the keys that changed, none when check
// returned ErrUnchanged.
func (s *Service) rotateKey(
	ctx context.Context, use store.Use, act store.Act, check func(next store.SigningKey) error,
) ([]store.SigningKey, error) {
	fresh, err := s.vault.New(use) // before the transaction, which others wait for
	if err != nil {
		return nil, err
	}
	promotion := store.Promotion{Use: use, Next: fresh, Check: func(_, next store.SigningKey) error {
		if err := s.vault.Opens(next); err != nil {
			return err
		}
		return check(next)
	}}
	if use == store.UseInternal {
		// The ends of internal tokens are not noted: none is further off than this.
		promotion.TokensEnd = s.now().Add(authn.MaxLife + keyGrace)
	}
	changed, err := s.store.PromoteKey(ctx, promotion, act)
	if err != nil {
		return nil, err
	}
	return changed, s.keysChanged(ctx)
}

// retireOver retires an old key whose tokens have all ended.
func (s *Service) retireOver(ctx context.Context, key store.SigningKey) error {
	_, err := s.store.RetireKey(ctx, key.KID, keeper("RetireKey"), func(now *store.SigningKey) error {
		if now.State != store.KeyOld || !s.over(*now) {
			return store.ErrUnchanged
		}
		return nil
	})
	if err != nil && !errors.Is(err, sqlstore.ErrNotFound) {
		return err
	}
	return s.keysChanged(ctx)
}

// keysChanged makes this replica honour a change of the keys before anybody is told of it.
func (s *Service) keysChanged(ctx context.Context) error {
	if err := s.view.Poll(ctx); err != nil {
		return fmt.Errorf("following the store: %w", err)
	}
	return nil
}
