package storetest

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

// logged are the entries of the admin log, newest first.
func logged(t *testing.T, s *store.Store) []auditlog.Entry {
	t.Helper()
	recorded, _, err := auditlog.List(t.Context(), s.DB(), 0, 1000, auditlog.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	var entries []auditlog.Entry
	for _, r := range recorded {
		entry, err := auditlog.ParseText(r.Text)
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, entry)
	}
	return entries
}

func actsAreRecorded(t *testing.T, open Open) {
	s, clock := one(t, open)
	create(t, s, "partner")
	later := clock.Advance(time.Second)
	by := store.Act{Actor: "zoe", Name: "DisableClient"}
	if _, err := s.ChangeClient(t.Context(), "partner", by, func(c *store.Client) error {
		c.Disabled = true
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := s.RecordAct(t.Context(), store.Act{Actor: "zoe", Name: "IssueCredential"}, "ana", map[string]int{"serial": 7}); err != nil {
		t.Fatal(err)
	}
	for range 2 { // a second time changes nothing, and is not entered
		if _, err := s.RevokeToken(t.Context(), "token", "partner", start.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	entries := logged(t, s)
	if len(entries) != 4 {
		t.Fatalf("%d entries: %v", len(entries), entries)
	}
	revoked, issued, disabled, created := entries[0], entries[1], entries[2], entries[3]
	expectSame(t, "revocation", revoked, auditlog.Entry{
		At: later, Actor: "client:partner", Act: "Revoke", Target: "token", Detail: json.RawMessage(`{"after":{"expires_at":"2026-03-04T06:06:07.89Z"}}`),
	})
	expectSame(t, "credential", issued, auditlog.Entry{
		At: later, Actor: "zoe", Act: "IssueCredential", Target: "ana", Detail: json.RawMessage(`{"after":{"serial":7}}`),
	})
	if disabled.Actor != "zoe" || disabled.Act != "DisableClient" || disabled.Target != "partner" || !disabled.At.Equal(later) {
		t.Errorf("disabling: %+v", disabled)
	}
	expectShown(t, disabled.Detail, true)
	expectShown(t, created.Detail, false)
}

// expectShown checks what the admin log has of the client, which must be nothing of its secret.
func expectShown(t *testing.T, text json.RawMessage, disabled bool) {
	t.Helper()
	type state struct {
		ID        string `json:"client_id"`
		TokenLife string `json:"token_life"`
		Disabled  bool   `json:"disabled"`
	}
	var shown struct{ Before, After *state }
	if err := json.Unmarshal(text, &shown); err != nil {
		t.Fatal(err)
	}
	before := &state{ID: "partner", TokenLife: "1h0m0s"}
	after := *before
	if after.Disabled = disabled; !disabled {
		before = nil
	}
	expectSame(t, "before", shown.Before, before)
	expectSame(t, "after", *shown.After, after)
	if strings.Contains(strings.ToLower(string(text)), "secret") {
		t.Errorf("shows something of the secret: %s", text)
	}
}

// Replicas of the previous release write acts while several of this one take them over.
func oldActsAreTakenOnce(t *testing.T, open Open) {
	const acts, takers = 60, 3
	replica := open(t, 3, testkit.NewClock(start).Now)
	old := replica().DB()
	var writing, taking sync.WaitGroup
	writing.Go(func() {
		for i := range acts {
			err := old.InTx(t.Context(), func(tx *sql.Tx) error { return oldAct(t.Context(), tx, i) })
			if err != nil {
				t.Error(err)
			}
		}
	})
	ended, cancel := context.WithCancel(t.Context())
	for range takers {
		s := replica()
		taking.Go(func() {
			for ended.Err() == nil {
				if _, err := s.TakeActs(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	writing.Wait()
	cancel()
	taking.Wait()
	s := replica()
	if _, err := s.TakeActs(t.Context()); err != nil {
		t.Fatal(err)
	}
	if taken, err := s.TakeActs(t.Context()); taken != 0 || err != nil {
		t.Errorf("took %d again, %v", taken, err)
	}
	entries := logged(t, s)
	slices.Reverse(entries)
	if len(entries) != acts {
		t.Fatalf("%d entries of %d acts", len(entries), acts)
	}
	for i, entry := range entries {
		expectSame(t, "entry", entry, auditlog.Entry{
			At: start, Actor: "ana", Act: "EnableClient", Target: numbered("client", i),
			Detail: json.RawMessage(`{"before":{"disabled":true},"after":{"disabled":false}}`),
		})
	}
}

// oldAct is what the previous release writes with a change.
func oldAct(ctx context.Context, tx *sql.Tx, i int) error {
	var number int64
	if err := tx.QueryRowContext(ctx, `UPDATE revision SET value = value + 1 RETURNING value`).Scan(&number); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx,
		`INSERT INTO admin_act (number, at, actor, name, target, before, after) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		number, start.UnixMilli(), "ana", "EnableClient", fmt.Sprintf("client-%04d", i), `{"disabled":true}`, `{"disabled":false}`)
	return err
}
