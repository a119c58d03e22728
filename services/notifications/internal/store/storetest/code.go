package storetest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

var codeChecks = checks{
	"a code is what was issued":               codesAreFound,
	"a use is counted once, whoever redeems":  usesAreCountedOnce,
	"a key is redeemed once, whoever redeems": keysAreRedeemedOnce,
	"redemption is as its model":              redemptionIsAsItsModel,
	"a code is revoked once":                  codesAreRevokedOnce,
}

// ticket is a dispatch with a code.
func ticket(id string, uses int32, from, until time.Time) store.NewDispatch {
	d := notification(id)
	d.Parts = []store.Part{{Kind: message.QRCode, Status: message.Delivered}}
	d.Code = &store.NewCode{ID: "code of " + id, Kind: "ticket", Title: "Entrada", ProviderCode: "A-1", ValidFrom: from, ValidUntil: until, Uses: uses}
	return d
}

func codesAreFound(t *testing.T, open Open) {
	s, _ := one(t, open)
	enter(t, s, ticket("a", 2, start, start.Add(time.Hour)), ticket("b", 1, time.Time{}, time.Time{}))
	want := store.Code{
		ID: "code of a", ProviderID: 1, DispatchID: "a", Kind: "ticket", Title: "Entrada", ProviderCode: "A-1",
		ValidFrom: start, ValidUntil: start.Add(time.Hour), Uses: 2, CreatedAt: start,
	}
	got, err := s.Code(ctx, "code of a")
	check(t, err)
	wantSame(t, "the code", got, want)
	got, err = s.Code(ctx, "code of b")
	if check(t, err); !got.ValidFrom.IsZero() || !got.ValidUntil.IsZero() {
		t.Errorf("got %+v", got)
	}
	for _, id := range []string{"nobody's", "", "\x00"} {
		_, err = s.Code(ctx, id)
		wantClass(t, "reading another", err, sqlstore.ErrNotFound)
	}
	_, _, _, err = s.RedeemCode(ctx, "a", "nobody's", "")
	wantClass(t, "redeeming another", err, sqlstore.ErrNotFound)
	_, err = s.RevokeCode(ctx, "a", "nobody's")
	wantClass(t, "revoking another", err, sqlstore.ErrNotFound)
}

func usesAreCountedOnce(t *testing.T, open Open) {
	replica := open(t, 4, time.Now)
	const uses = 7
	enter(t, replica(), ticket("a", uses, time.Time{}, time.Time{}))
	var numbers sync.Map
	var redeemed, refused atomic.Int32
	hundred(replica, func(s *store.Store, _ int) {
		_, use, replayed, err := s.RedeemCode(ctx, "client:c1", "code of a", "")
		if no, is := errors.AsType[*store.NotRedeemableError](err); is && no.State == store.CodeUsed {
			refused.Add(1)
			return
		}
		if _, twice := numbers.LoadOrStore(use.Number, true); err != nil || twice || replayed || use.Number < 1 || use.Number > uses {
			t.Errorf("use %d, replayed %t, %v", use.Number, replayed, err)
		}
		redeemed.Add(1)
	})
	code, err := replica().Code(ctx, "code of a")
	if check(t, err); redeemed.Load() != uses || refused.Load() != 100-uses || code.Redeemed != uses {
		t.Errorf("%d were redeemed, %d refused, %d are counted", redeemed.Load(), refused.Load(), code.Redeemed)
	}
}

func keysAreRedeemedOnce(t *testing.T, open Open) {
	replica := open(t, 4, time.Now)
	enter(t, replica(), ticket("a", 50, time.Time{}, time.Time{}))
	var numbers sync.Map // by key
	var first atomic.Int32
	hundred(replica, func(s *store.Store, n int) {
		key := fmt.Sprint("key ", n%10)
		_, use, replayed, err := s.RedeemCode(ctx, "client:c1", "code of a", key)
		if known, was := numbers.LoadOrStore(key, use.Number); err != nil || was && known != use.Number {
			t.Errorf("%s is use %d and %v, %v", key, use.Number, known, err)
		}
		if !replayed {
			first.Add(1)
		}
	})
	code, err := replica().Code(ctx, "code of a")
	if check(t, err); first.Load() != 10 || code.Redeemed != 10 {
		t.Errorf("%d were no repetitions, %d are counted", first.Load(), code.Redeemed)
	}
}

// hundred runs a function a hundred times at once, over two replicas.
func hundred(replica func() *store.Store, run func(s *store.Store, n int)) {
	var group sync.WaitGroup
	for i := range 2 {
		s := replica()
		for n := range 50 {
			group.Go(func() { run(s, 50*i+n) })
		}
	}
	group.Wait()
}

// redemptionModel is what a code does, told without a store.
type redemptionModel struct {
	uses        int32
	from, until time.Time
	revoked     bool
	byKey       map[string]store.Redemption
	all         []store.Redemption
}

func (m *redemptionModel) redeem(now time.Time, key string) (use store.Redemption, replayed bool, state store.CodeState) {
	if known, is := m.byKey[key]; is {
		return known, true, ""
	}
	switch {
	case m.revoked:
		return use, false, store.CodeRevoked
	case len(m.all) == int(m.uses):
		return use, false, store.CodeUsed
	case !m.from.IsZero() && now.Before(m.from):
		return use, false, store.CodeEarly
	case !m.until.IsZero() && !now.Before(m.until):
		return use, false, store.CodeLate
	}
	use = store.Redemption{Number: int32(len(m.all) + 1), At: now}
	m.all = append(m.all, use)
	if key != "" {
		m.byKey[key] = use
	}
	return use, false, ""
}

func redemptionIsAsItsModel(t *testing.T, open Open) {
	s, clock := one(t, open)
	round := 0
	rapid.Check(t, func(r *rapid.T) {
		round++
		id := fmt.Sprint(round)
		now := clock.Now()
		around := rapid.SampledFrom([]time.Time{{}, now.Add(-time.Minute), now, now.Add(time.Minute), now.Add(3 * time.Minute)})
		m := &redemptionModel{uses: rapid.Int32Range(1, 4).Draw(r, "uses"), from: around.Draw(r, "from"), until: around.Draw(r, "until"), byKey: map[string]store.Redemption{}}
		enter(r, s, ticket(id, m.uses, m.from, m.until))
		for range rapid.IntRange(1, 12).Draw(r, "steps") {
			switch rapid.SampledFrom([]string{"redeem", "redeem", "redeem", "wait", "revoke"}).Draw(r, "step") {
			case "redeem":
				key := rapid.SampledFrom([]string{"", "k1", "k2"}).Draw(r, "key")
				want, again, state := m.redeem(clock.Now(), key)
				code, use, replayed, err := s.RedeemCode(ctx, "a", "code of "+id, key)
				if no, is := errors.AsType[*store.NotRedeemableError](err); is {
					if no.State != state {
						r.Fatal("refused as", no.State, "want", state)
					}
					continue
				}
				check(r, err)
				if state != "" || use != want || replayed != again || int(code.Redeemed) != len(m.all) {
					r.Fatal("redeemed as", use, replayed, code.Redeemed, "want", want, again, len(m.all), state)
				}
			case "wait":
				clock.Advance(time.Minute)
			case "revoke":
				m.revoked = true
				_, err := s.RevokeCode(ctx, "", "code of "+id)
				check(r, err)
			}
		}
	})
}

func codesAreRevokedOnce(t *testing.T, open Open) {
	s, clock := one(t, open)
	enter(t, s, ticket("a", 1, time.Time{}, time.Time{}))
	for range 2 {
		code, err := s.RevokeCode(ctx, "ana", "code of a")
		if check(t, err); !code.RevokedAt.Equal(start) {
			t.Errorf("revoked at %v", code.RevokedAt)
		}
		clock.Advance(time.Minute)
	}
	_, _, _, err := s.RedeemCode(ctx, "a", "code of a", "")
	if no, is := errors.AsType[*store.NotRedeemableError](err); !is || no.State != store.CodeRevoked {
		t.Errorf("got %v", err)
	}
}
