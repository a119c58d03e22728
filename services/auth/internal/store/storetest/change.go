package storetest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

func changesOfAClientAreMadeAlone(t *testing.T, open Open) {
	const writers, changes = 8, 5
	replica := open(t, 2, testkit.NewClock(start).Now)
	create(t, replica(), "shared")
	var group sync.WaitGroup
	for range writers {
		s := replica()
		group.Go(func() {
			for range changes {
				_, err := s.ChangeClient(t.Context(), "shared", act, func(c *store.Client) error { c.Epoch++; return nil })
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	c, err := replica().Client(t.Context(), "shared")
	if err != nil || c.Epoch != writers*changes || c.Revision != 1+writers*changes {
		t.Errorf("epoch %d, revision %d, %v after %d changes", c.Epoch, c.Revision, err, writers*changes)
	}
}

// Each operator is to go only while another stays; all try at once.
func oneOperatorStays(t *testing.T, open Open) {
	const operators = 8
	replica := open(t, 2, testkit.NewClock(start).Now)
	for i := range operators {
		if _, err := replica().CreateOperator(t.Context(), store.Operator{Name: numbered("operator", i)}, act); err != nil {
			t.Fatal(err)
		}
	}
	last := errors.New("the last one")
	var group sync.WaitGroup
	var refused atomic.Int32
	for i := range operators {
		s := replica()
		group.Go(func() {
			_, err := s.ChangeOperator(t.Context(), numbered("operator", i), act, func(o *store.Operator, others []store.Operator) error {
				if !slices.ContainsFunc(others, func(o store.Operator) bool { return !o.Disabled }) {
					return last
				}
				o.Disabled = true
				return nil
			})
			switch {
			case errors.Is(err, last):
				refused.Add(1)
			case err != nil:
				t.Error(err)
			}
		})
	}
	group.Wait()
	all, err := replica().Operators(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if gone := slices.DeleteFunc(all, func(o store.Operator) bool { return !o.Disabled }); len(gone) != operators-1 || refused.Load() != 1 {
		t.Errorf("%d of %d are gone, %d were refused", len(gone), operators, refused.Load())
	}
}

func refusedChangesLeaveNothing(t *testing.T, open Open) {
	s, _ := one(t, open)
	create(t, s, "kept")
	before, err := s.Client(t.Context(), "kept")
	if err != nil {
		t.Fatal(err)
	}
	refusal := errors.New("refused")
	for _, test := range []struct{ returned, want error }{{refusal, refusal}, {store.ErrUnchanged, nil}} {
		got, err := s.ChangeClient(t.Context(), "kept", act, func(c *store.Client) error {
			c.Name = "other"
			return test.returned
		})
		if !errors.Is(err, test.want) {
			t.Errorf("got %v, want %v", err, test.want)
		}
		if err == nil {
			expectSame(t, "unchanged", got, before)
		}
	}
	after, err := s.Client(t.Context(), "kept")
	if err != nil {
		t.Fatal(err)
	}
	expectSame(t, "stored", after, before)
	if entries := logged(t, s); len(entries) != 1 {
		t.Errorf("%d entries in the log, want the creation alone", len(entries))
	}
	if head, err := s.Head(t.Context()); head != 1 || err != nil {
		t.Errorf("head %d, %v", head, err)
	}
}

func oneConnectionServesAHundred(t *testing.T, open Open) {
	s := open(t, 1, testkit.NewClock(start).Now)()
	create(t, s, "shared")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var group sync.WaitGroup
	for i := range 100 {
		group.Go(func() {
			_, err := s.RevokeToken(ctx, numbered("token", i), "shared", start)
			if err != nil {
				t.Error(err)
			}
			if _, err := s.Client(ctx, "shared"); err != nil {
				t.Error(err)
			}
			if _, err := s.ChangeClient(ctx, "shared", act, func(c *store.Client) error { c.Epoch++; return nil }); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}

func cancelledCallsEnd(t *testing.T, open Open) {
	s, _ := one(t, open)
	create(t, s, "kept")
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := s.ChangeClient(ctx, "kept", act, func(*store.Client) error {
		cancel()
		return nil
	}); !errors.Is(err, context.Canceled) || errors.Is(err, sqlstore.ErrUnavailable) {
		t.Errorf("cancelled within a change: %v", err)
	}
	for name, call := range map[string]func() error{
		"Head":        func() error { _, err := s.Head(ctx); return err },
		"Client":      func() error { _, err := s.Client(ctx, "kept"); return err },
		"RevokeToken": func() error { _, err := s.RevokeToken(ctx, "token", "kept", start); return err },
	} {
		if err := call(); !errors.Is(err, context.Canceled) || errors.Is(err, sqlstore.ErrUnavailable) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if c, err := s.Client(t.Context(), "kept"); err != nil || c.Revision != 1 {
		t.Errorf("afterwards: revision %d, %v", c.Revision, err)
	}
}
