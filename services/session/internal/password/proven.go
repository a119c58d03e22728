package password

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"time"

	"github.com/maypok86/otter/v2"
)

const (
	// rememberedFor is how long a proven pair needs no other proof.
	rememberedFor = 5 * time.Minute
	// maxRemembered bounds the pairs in memory.
	maxRemembered = 10_000
)

// Pair is a password and whose it is, from where. What was proven from one address is not from another: who may not try passwords out for a while is not to
// find out the right one by its being remembered.
type Pair struct {
	// Account is an identifier, Epoch says since when its password is the same.
	Account  string
	Epoch    int64
	Password string
	Address  string
}

// Proven remembers for a while which pairs were proven. A pair is known by its HMAC under a key that the process makes and forgets: whoever reads the memory has
// no password, nor what could be tried out elsewhere. It is safe for concurrent use.
type Proven struct {
	key  []byte
	kept *otter.Cache[[sha256.Size]byte, struct{}]
}

// NewProven makes one that remembers nothing yet.
func NewProven(now func() time.Time) *Proven {
	return &Proven{
		key: random(sha256.Size),
		kept: otter.Must(&otter.Options[[sha256.Size]byte, struct{}]{
			MaximumSize:      maxRemembered,
			Clock:            clock{now},
			ExpiryCalculator: otter.ExpiryWriting[[sha256.Size]byte, struct{}](rememberedFor),
			// Upkeep runs in the caller, so that no goroutine is left to nobody.
			Executor: func(task func()) { task() },
		}),
	}
}

// Prove proves a pair unless that was done lately. Callers who come with the same pair at a time share a proof, and its error.
func (p *Proven) Prove(ctx context.Context, pair Pair, prove func(context.Context) error) error {
	_, err := p.kept.Get(ctx, p.digest(pair), otter.LoaderFunc[[sha256.Size]byte, struct{}](
		func(ctx context.Context, _ [sha256.Size]byte) (struct{}, error) { return struct{}{}, prove(ctx) }))
	return err
}

func (p *Proven) digest(pair Pair) (digest [sha256.Size]byte) {
	mac := hmac.New(sha256.New, p.key)
	_ = binary.Write(mac, binary.BigEndian, []int64{pair.Epoch, int64(len(pair.Account)), int64(len(pair.Address))}) // a hash takes all
	mac.Write([]byte(pair.Account))
	mac.Write([]byte(pair.Address))
	mac.Write([]byte(pair.Password))
	mac.Sum(digest[:0])
	return digest
}

// clock is the injected one. It has no ticks: whoever writes cleans up.
type clock struct{ now func() time.Time }

func (c clock) NowNano() int64                    { return c.now().UnixNano() }
func (clock) Tick(time.Duration) <-chan time.Time { return nil }
