package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

func keyOf(use store.Use, kid string) store.SigningKey {
	k := key(kid)
	k.Use = use
	return k
}

// begun has an active and a next key for a use.
func begun(t *testing.T, s *store.Store, use store.Use) {
	t.Helper()
	_, err := s.EnsureKey(t.Context(), use, func() (store.SigningKey, error) { return keyOf(use, "first of "+string(use)), nil })
	if err != nil {
		t.Fatal(err)
	}
	if err := s.AddNextKey(t.Context(), keyOf(use, "second of "+string(use)), act); err != nil {
		t.Fatal(err)
	}
}

func agreed(*store.SigningKey) error { return nil }

func promotion(use store.Use, fresh string) store.Promotion {
	return store.Promotion{
		Use: use, Next: keyOf(use, fresh), Check: func(_, _ store.SigningKey) error { return nil },
	}
}

func keysGoThroughTheirLife(t *testing.T, open Open) {
	s, clock := one(t, open)
	ctx := t.Context()
	begun(t, s, store.UseAccess)
	begun(t, s, store.UseInternal)
	if err := s.AddNextKey(ctx, keyOf(store.UseAccess, "needless"), act); err != nil {
		t.Errorf("a second next key: %v", err)
	}
	first, second := "first of access", "second of access"
	noted := start.Add(time.Hour)
	for _, end := range []time.Time{noted, start.Add(time.Minute)} {
		if err := s.NoteTokenEnd(ctx, first, end); err != nil {
			t.Fatal(err)
		}
	}
	head, err := s.Head(ctx)
	if err != nil {
		t.Fatal(err)
	}
	promoted := clock.Advance(time.Second)
	changed, err := s.PromoteKey(ctx, promotion(store.UseAccess, "third"), act)
	if err != nil || len(changed) != 3 {
		t.Fatalf("%v, %v", changed, err)
	}
	want := []store.SigningKey{keyOf(store.UseAccess, second), keyOf(store.UseAccess, first), keyOf(store.UseAccess, "third")}
	for i := range want {
		want[i].CreatedAt, want[i].Revision = start, head+1
	}
	want[0].State, want[0].ActivatedAt = store.KeyActive, promoted
	want[1].State, want[1].ActivatedAt, want[1].SupersededAt, want[1].LastTokenEnds = store.KeyOld, start, promoted, noted
	want[2].State, want[2].CreatedAt = store.KeyNext, promoted
	expectSame(t, "promoted", changed, want)
	news, err := s.KeysSince(ctx, head)
	if err != nil {
		t.Fatal(err)
	}
	expectSame(t, "told of", news, []store.SigningKey{want[1], want[0], want[2]})
	if k, err := s.EnsureKey(ctx, store.UseAccess, nil); err != nil || k.KID != second {
		t.Errorf("active: %q, %v", k.KID, err)
	}

	// A replica that has not heard of it yet signs with the old key, and says so.
	late := noted.Add(time.Minute)
	if err := s.NoteTokenEnd(ctx, first, late); err != nil {
		t.Error(err)
	}
	retired := clock.Advance(time.Second)
	for range 2 {
		k, err := s.RetireKey(ctx, first, act, agreed)
		if err != nil {
			t.Fatal(err)
		}
		gone := want[1]
		gone.State, gone.RetiredAt, gone.LastTokenEnds, gone.SealedPrivate, gone.Revision = store.KeyRetired, retired, late, nil, k.Revision
		expectSame(t, "retired", k, gone)
		if !k.Voided() {
			t.Error("tokens of the key go on")
		}
	}
	if err := s.NoteTokenEnd(ctx, first, late.Add(time.Hour)); !errors.Is(err, store.ErrKeyRetired) {
		t.Errorf("signed with a retired key: %v", err)
	}
	if all, err := s.Keys(ctx); err != nil || len(all) != 5 {
		t.Errorf("%d keys, %v", len(all), err)
	}
	entries := logged(t, s)
	if len(entries) != 4 { // two next keys, one promotion, one retirement
		t.Fatalf("%d entries", len(entries))
	}
	for _, e := range entries {
		if bytes.Contains(e.Detail, []byte("AAH/")) || bytes.Contains(e.Detail, []byte("public of")) {
			t.Errorf("an entry shows a key: %s", e.Detail)
		}
	}
}

func refusedKeysStay(t *testing.T, open Open) {
	s, _ := one(t, open)
	begun(t, s, store.UseAccess)
	ctx := t.Context()
	before, err := s.Keys(ctx)
	if err != nil {
		t.Fatal(err)
	}
	refusal := errors.New("refused")
	refused := promotion(store.UseAccess, "third")
	refused.Check = func(active, next store.SigningKey) error {
		if active.KID != "first of access" || next.KID != "second of access" {
			t.Errorf("asked about %q and %q", active.KID, next.KID)
		}
		return refusal
	}
	if _, err := s.PromoteKey(ctx, refused, act); !errors.Is(err, refusal) {
		t.Errorf("promoted: %v", err)
	}
	refused.Check = func(_, _ store.SigningKey) error { return store.ErrUnchanged }
	if changed, err := s.PromoteKey(ctx, refused, act); len(changed) != 0 || err != nil {
		t.Errorf("left alone: %v, %v", changed, err)
	}
	if _, err := s.RetireKey(ctx, "first of access", act, func(*store.SigningKey) error { return refusal }); !errors.Is(err, refusal) {
		t.Errorf("retired: %v", err)
	}
	_, err = s.PromoteKey(ctx, promotion(store.UseInternal, "third"), act)
	expectNotFound(t, "promoting what there is not", err)
	for _, kid := range []string{"nobody", "a\x00b", "\xff"} {
		_, err := s.RetireKey(ctx, kid, act, agreed)
		expectNotFound(t, "retiring "+kid, err)
	}
	after, err := s.Keys(ctx)
	if err != nil {
		t.Fatal(err)
	}
	expectSame(t, "keys", after, before)
}

// Replicas rotate, sign, retire and seal anew at once. No key is lost, and there is one of each at any time.
func keysAreKeptAmongReplicas(t *testing.T, open Open) {
	const replicas, rounds = 4, 5
	replica := open(t, 3, time.Now)
	s := replica()
	begun(t, s, store.UseAccess)
	var group sync.WaitGroup
	var promoted atomic.Int32
	for i := range replicas {
		s := replica()
		group.Go(func() {
			for round := range rounds {
				changed, err := s.PromoteKey(t.Context(), promotion(store.UseAccess, fmt.Sprint("key ", i, " ", round)), act)
				if err != nil || len(changed) != 3 {
					t.Errorf("%d keys changed, %v", len(changed), err)
					return
				}
				promoted.Add(1)
				if _, err := s.RewrapKeys(t.Context(), act, func(k store.SigningKey) ([]byte, bool, error) {
					return append([]byte{1}, k.SealedPrivate...), true, nil
				}); err != nil {
					t.Error(err)
				}
				if _, err := s.RetireKey(t.Context(), changed[1].KID, act, agreed); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	keys, err := s.Keys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	count := map[store.KeyState]int{}
	for _, k := range keys {
		count[k.State]++
	}
	if len(keys) != 2+replicas*rounds || count[store.KeyActive] != 1 || count[store.KeyNext] != 1 || count[store.KeyOld] != 0 {
		t.Errorf("%d keys after %d promotions: %v", len(keys), promoted.Load(), count)
	}
}

func keysAreSealedAnew(t *testing.T, open Open) {
	s, _ := one(t, open)
	ctx := t.Context()
	begun(t, s, store.UseAccess)
	begun(t, s, store.UseLog)
	if _, err := s.PromoteKey(ctx, promotion(store.UseAccess, "third"), act); err != nil {
		t.Fatal(err)
	}
	if _, err := s.RetireKey(ctx, "first of access", act, agreed); err != nil {
		t.Fatal(err)
	}
	head, err := s.Head(ctx)
	if err != nil {
		t.Fatal(err)
	}
	failed := errors.New("sealed with another key")
	if _, err := s.RewrapKeys(ctx, act, func(k store.SigningKey) ([]byte, bool, error) {
		return []byte("new"), true, map[bool]error{true: failed}[k.Use == store.UseLog]
	}); !errors.Is(err, failed) {
		t.Errorf("one cannot be sealed: %v", err)
	}
	reseal := func(k store.SigningKey) ([]byte, bool, error) {
		return []byte("new"), !bytes.Equal(k.SealedPrivate, []byte("new")), nil
	}
	for _, want := range []int{4, 0} {
		if n, err := s.RewrapKeys(ctx, act, reseal); n != want || err != nil {
			t.Errorf("sealed %d anew, %v; want %d", n, err, want)
		}
	}
	news, err := s.KeysSince(ctx, head)
	if err != nil || len(news) != 4 {
		t.Fatalf("told of %d keys, %v", len(news), err)
	}
	for _, k := range news {
		if string(k.SealedPrivate) != "new" {
			t.Errorf("%s: %q", k.KID, k.SealedPrivate)
		}
	}
}
