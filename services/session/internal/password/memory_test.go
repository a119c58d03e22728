package password_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/ventanilla/ventanilla/services/session/internal/password"
)

// However many hash, no more shares than turns are in use or left for the garbage collector.
func TestHashesLeaveNoMoreGarbageThanTheyMayTake(t *testing.T) {
	const most = 3
	h := newHasher(t, password.Config{MemoryKiB: 8, Passes: 1, Concurrent: most})
	var making, made atomic.Int64
	h.CollectWith(func() { made.Store(0) })
	h.DeriveWith(func(word, salt []byte, passes, memoryKiB uint32, threads uint8, size uint32) []byte {
		if shares := making.Add(1) + made.Load(); shares > most {
			t.Errorf("%d shares are in use or left", shares)
		}
		defer made.Add(1)
		defer making.Add(-1)
		return password.Argon2id(word, salt, passes, memoryKiB, threads, size)
	})
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			turn := turn(t, h)
			defer turn.Done()
			turn.Hash(t.Context(), "contraseña")
		})
	}
	all.Wait()
}

func TestWhatHashesLeftIsGivenBackOnce(t *testing.T) {
	h := newHasher(t, password.Config{MemoryKiB: 8, Passes: 1, Concurrent: 3})
	given := 0
	h.GiveBackWith(func() { given++ })
	release := func(want int) {
		t.Helper()
		if h.Release(); given != want {
			t.Errorf("given back %d times, not %d", given, want)
		}
	}
	release(0)
	h.DeriveWith(func(word, salt []byte, passes, memoryKiB uint32, threads uint8, size uint32) []byte {
		release(0) // one is being made
		return password.Argon2id(word, salt, passes, memoryKiB, threads, size)
	})
	turn := turn(t, h)
	turn.Hash(t.Context(), "contraseña")
	turn.Done()
	release(1)
	release(1)
}
