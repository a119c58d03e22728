package password

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/metric"
	"golang.org/x/crypto/argon2"
	"golang.org/x/sync/semaphore"
)

const (
	saltSize = 16
	hashSize = 32
	// maxWaiting bounds who waits for a turn, for each place.
	maxWaiting = 64
)

// ErrBusy says that too many wait for their turn already.
var ErrBusy = errors.New("too many passwords are being proven")

// Hasher hashes passwords, a bounded number at a time. It is safe for concurrent use.
type Hasher struct {
	config  Config
	places  *semaphore.Weighted
	memory  *memory
	waiting atomic.Int64 // for a turn, or in theirs
	// decoy is what the password of nobody is held against: as much work as any other, and never right.
	decoy  stored
	derive func(password, salt []byte, passes, memoryKiB uint32, threads uint8, size uint32) []byte
	now    func() time.Time
	taken  metric.Float64Histogram
}

// NewHasher makes one. Its hashes are measured.
func NewHasher(config Config, now func() time.Time, meter metric.Meter) (*Hasher, error) {
	taken, err := meter.Float64Histogram("session.password.hash.duration", metric.WithUnit("s"),
		metric.WithDescription("how long hashes of passwords took"),
		metric.WithExplicitBucketBoundaries(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5))
	if err != nil {
		return nil, fmt.Errorf("measuring hashes of passwords: %w", err)
	}
	decoy := stored{memoryKiB: config.MemoryKiB, passes: config.Passes, salt: random(saltSize), hash: random(hashSize)}
	return &Hasher{
		config: config, places: semaphore.NewWeighted(int64(config.Concurrent)), memory: newMemory(config.Concurrent), decoy: decoy,
		derive: argon2.IDKey, now: now, taken: taken,
	}, nil
}

// Turn is the right to hash, until Done is called. It is for one goroutine.
type Turn struct{ hasher *Hasher }

// Turn waits for a turn, as long as ctx lasts. It fails with ErrBusy when too many wait already. Whoever has a turn waits for no other.
func (h *Hasher) Turn(ctx context.Context) (Turn, error) {
	if h.waiting.Add(1) > int64(h.config.Concurrent)*(1+maxWaiting) {
		h.waiting.Add(-1)
		return Turn{}, ErrBusy
	}
	if err := h.places.Acquire(ctx, 1); err != nil {
		h.waiting.Add(-1)
		return Turn{}, fmt.Errorf("waiting to prove a password: %w", err)
	}
	return Turn{h}, nil
}

// Done gives the place to the next.
func (t Turn) Done() {
	t.hasher.places.Release(1)
	t.hasher.waiting.Add(-1)
}

// Hash makes what is stored of a password.
func (t Turn) Hash(ctx context.Context, password string) string {
	s := stored{memoryKiB: t.hasher.config.MemoryKiB, passes: t.hasher.config.Passes, salt: random(saltSize)}
	s.hash = t.hasher.hash(ctx, s, hashSize, password)
	return s.String()
}

// Verify tells whether a password is the one that phc was made of; an empty phc is nobody's, found out with the same work. stale tells that it was made
// as the configuration does not say any more.
func (t Turn) Verify(ctx context.Context, phc, password string) (right, stale bool, err error) {
	s := t.hasher.decoy
	if phc != "" {
		if s, err = parse(phc); err != nil {
			return false, false, fmt.Errorf("reading a stored password: %w", err)
		}
	}
	made := t.hasher.hash(ctx, s, len(s.hash), password)
	right = subtle.ConstantTimeCompare(made, s.hash) == 1 && phc != ""
	stale = s.memoryKiB != t.hasher.config.MemoryKiB || s.passes != t.hasher.config.Passes || len(s.hash) != hashSize
	return right, stale, nil
}

func (h *Hasher) hash(ctx context.Context, s stored, size int, password string) []byte {
	h.memory.take()
	defer h.memory.leave()
	began := h.now()
	defer func() { h.taken.Record(ctx, h.now().Sub(began).Seconds()) }()
	return h.derive([]byte(password), s.salt, s.passes, s.memoryKiB, 1, uint32(size))
}

func random(size int) []byte {
	bytes := make([]byte, size)
	rand.Read(bytes) // it never fails
	return bytes
}

// Release gives the operating system back what hashes have taken and is free again. It is for now and then: by itself that would come late
// in a process that has little else to do.
func (h *Hasher) Release() { h.memory.release() }
