package e2e

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	"github.com/ventanilla/ventanilla/services/e2e/history"
)

// keyPeace is the longest between a key's retirement and the next rotation.
const keyPeace = time.Second

// keyKeeper rotates and retires the keys that sign the tokens of all histories. Its recorder keeps the retirements.
type keyKeeper struct {
	*sites
	*history.Recorder
	t      *testing.T
	random *rand.Rand
}

// work goes on until ctx ends. Some old keys are left alone, some retired right after they were active.
func (k *keyKeeper) work(ctx context.Context) {
	for ctx.Err() == nil {
		algorithm := tokenAlgorithms[k.random.IntN(len(tokenAlgorithms))]
		k.rotate(ctx, algorithm)
		if k.random.IntN(2) == 0 {
			pause(ctx, time.Duration(k.random.Int64N(int64(keyPeace))))
		}
		k.retire(ctx, algorithm)
		pause(ctx, time.Duration(k.random.Int64N(int64(keyPeace))))
	}
}

// rotate changes no answer, so that it is in no history.
func (k *keyKeeper) rotate(ctx context.Context, algorithm authv1.SignatureAlgorithm) {
	one := k.pair[k.random.IntN(2)]
	if !one.reached() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	_, err := one.keys.RotateKey(ctx, &authv1.RotateKeyRequest{
		Use: authv1.KeyUse_KEY_USE_ACCESS, Algorithm: algorithm, Force: true,
	})
	if err != nil {
		unanswered(k.t, "rotating a key", err)
	}
}

// retire ends one of the old keys.
func (k *keyKeeper) retire(ctx context.Context, algorithm authv1.SignatureAlgorithm) {
	q := history.Question{Kind: history.Retire, Replica: k.random.IntN(2)}
	one := k.pair[q.Replica]
	if !one.reached() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	listed, err := one.keys.ListKeys(ctx, &authv1.ListKeysRequest{})
	if err != nil {
		unanswered(k.t, "listing keys", err)
		return
	}
	var olds []string
	for _, key := range listed.GetKeys() {
		if key.GetUse() == authv1.KeyUse_KEY_USE_ACCESS && key.GetAlgorithm() == algorithm && key.GetState() == authv1.KeyState_KEY_STATE_OLD {
			olds = append(olds, key.GetKeyId())
		}
	}
	if len(olds) == 0 {
		return
	}
	q.Key = olds[recent(k.random, len(olds))]
	k.Record(keyWorker, q, func() history.Answer {
		if _, err := one.keys.RetireKey(ctx, &authv1.RetireKeyRequest{KeyId: q.Key}); err != nil {
			unanswered(k.t, q, err)
			return history.Answer{Outcome: history.Open}
		}
		return history.Answer{Outcome: history.Done}
	})
}
