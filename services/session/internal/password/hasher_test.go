package password_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	metricnoop "go.opentelemetry.io/otel/metric/noop"

	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/session/internal/password"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// least is as little work as can be.
var least = password.Config{MemoryKiB: 8, Passes: 1, Concurrent: 2}

func newHasher(t testing.TB, config password.Config) *password.Hasher {
	t.Helper()
	h, err := password.NewHasher(config, time.Now, metricnoop.NewMeterProvider().Meter(""))
	check(t, err)
	return h
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func turn(t testing.TB, h *password.Hasher) password.Turn {
	t.Helper()
	turn, err := h.Turn(t.Context())
	check(t, err)
	return turn
}

func TestAPasswordIsRightOrNot(t *testing.T) {
	h := newHasher(t, least)
	turn := turn(t, h)
	defer turn.Done()
	phc := turn.Hash(t.Context(), "contraseña")
	if !strings.HasPrefix(phc, "$argon2id$v=19$m=8,t=1,p=1$") || turn.Hash(t.Context(), "contraseña") == phc {
		t.Errorf("a hash is %s", phc)
	}
	renewed := newHasher(t, password.Config{MemoryKiB: 16, Passes: 2, Concurrent: 1})
	other, err := renewed.Turn(t.Context())
	check(t, err)
	defer other.Done()
	for _, c := range []struct {
		turn          password.Turn
		phc, password string
		right, stale  bool
	}{
		{turn, phc, "contraseña", true, false},
		{turn, phc, "Contraseña", false, false},
		{turn, phc, "", false, false},
		{turn, "", "contraseña", false, false},
		{other, phc, "contraseña", true, true},
	} {
		right, stale, err := c.turn.Verify(t.Context(), c.phc, c.password)
		if err != nil || right != c.right || stale != c.stale {
			t.Errorf("%q is right: %v, stale: %v, %v", c.password, right, stale, err)
		}
	}
}

// The vectors are those of golang.org/x/crypto.
func TestHashesAreArgon2id(t *testing.T) {
	turn := turn(t, newHasher(t, least))
	defer turn.Done()
	for _, phc := range []string{
		"$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$ZVrRXqxlLcWfcXCnMyv0m4Rpvh/bnCi7",
		"$argon2id$v=19$m=64,t=2,p=1$c29tZXNhbHQ$Bo1ismRVk2qm6+YAYLCmWHDb+j3fjUH3",
	} {
		if right, stale, err := turn.Verify(t.Context(), phc, "password"); err != nil || !right || !stale {
			t.Errorf("%s is right: %v, stale: %v, %v", phc, right, stale, err)
		}
	}
}

func TestWhatIsNoHashIsNotRead(t *testing.T) {
	turn := turn(t, newHasher(t, least))
	defer turn.Done()
	good := turn.Hash(t.Context(), "x")
	for _, phc := range []string{
		"secret", "$", good + "$", good[1:], good + "=", strings.Replace(good, "argon2id", "argon2i", 1), strings.Replace(good, "v=19", "v=16", 1),
		strings.Replace(good, "m=8", "m=0", 1), strings.Replace(good, "m=8", "m=4294967295", 1), strings.Replace(good, "m=8", "m=08", 1),
		strings.Replace(good, "m=8", "m=+8", 1), strings.Replace(good, "t=1", "t=99", 1), strings.Replace(good, "t=1", "t=", 1),
		strings.Replace(good, "p=1", "p=2", 1), strings.Replace(good, ",p=1", "", 1), good[:strings.LastIndex(good, "$")+1],
		good + strings.Repeat("A", 100),
	} {
		if _, _, err := turn.Verify(t.Context(), phc, "x"); err == nil || strings.Contains(err.Error(), phc) && len(phc) > 1 {
			t.Errorf("%s is read: %v", phc, err)
		}
	}
}

// Of a hundred who come at the same time, no more hash than may, whatever becomes of those who wait: so that all hashes together take less than 100 MB.
func TestFewHashAtATime(t *testing.T) {
	config := password.DefaultConfig()
	h := newHasher(t, config)
	var running, most, made atomic.Int64
	release := make(chan struct{})
	h.DeriveWith(func(_, _ []byte, _, _ uint32, _ uint8, size uint32) []byte {
		if now := running.Add(1); now > most.Load() {
			most.Store(now)
		}
		<-release
		running.Add(-1)
		made.Add(1)
		return make([]byte, size)
	})
	impatient, leave := context.WithCancel(t.Context())
	var callers sync.WaitGroup
	var left atomic.Int64
	for i := range 100 {
		ctx := t.Context()
		if i%10 == 0 {
			ctx = impatient
		}
		callers.Go(func() {
			turn, err := h.Turn(ctx)
			if err != nil {
				left.Add(1)
				if !errors.Is(err, context.Canceled) {
					t.Error(err)
				}
				return
			}
			defer turn.Done()
			turn.Hash(ctx, "x")
		})
	}
	testkit.Eventually(t, time.Minute, func() error {
		if h.Waiting() != 100 || running.Load() != int64(config.Concurrent) {
			return fmt.Errorf("%d have come, %d hash", h.Waiting(), running.Load())
		}
		return nil
	})
	leave()
	close(release)
	callers.Wait()
	if most.Load() != int64(config.Concurrent) || made.Load()+left.Load() != 100 || left.Load() > 10 || h.Waiting() != 0 {
		t.Errorf("%d hashed at a time, %d hashed, %d left, %d are waited for", most.Load(), made.Load(), left.Load(), h.Waiting())
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	password.Argon2id([]byte("x"), make([]byte, 16), config.Passes, config.MemoryKiB, 1, 32)
	runtime.ReadMemStats(&after)
	if one := after.TotalAlloc - before.TotalAlloc; one*uint64(most.Load()) > 100_000_000 || one < uint64(config.MemoryKiB)<<10 {
		t.Errorf("a hash takes %d bytes, %d are made at a time", one, most.Load())
	}
}

func TestTooManyAreTurnedAway(t *testing.T) {
	h := newHasher(t, password.Config{MemoryKiB: 8, Passes: 1, Concurrent: 1})
	first := turn(t, h)
	leaving, leave := context.WithCancel(t.Context())
	var callers sync.WaitGroup
	for range 64 {
		callers.Go(func() {
			if _, err := h.Turn(leaving); !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		})
	}
	testkit.Eventually(t, time.Minute, func() error {
		if h.Waiting() != 65 {
			return fmt.Errorf("%d have come", h.Waiting())
		}
		return nil
	})
	if _, err := h.Turn(t.Context()); !errors.Is(err, password.ErrBusy) {
		t.Errorf("one too many: %v", err)
	}
	leave()
	callers.Wait()
	first.Done()
	turn(t, h).Done()
}

func TestSettingsThatCannotBeUsed(t *testing.T) {
	check(t, password.DefaultConfig().Validate())
	err := password.Config{MemoryKiB: 7, Passes: 99}.Validate()
	for _, name := range []string{"memory_kib: must be between 7168 and 1048576", "passes: must be between 1 and 32", "concurrent: must be between 1 and 64"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v does not say %q", err, name)
		}
	}
}
