package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/ventanilla/ventanilla/pkg/store"
)

// The rows of a dispatch with one part, as accept writes them.
var (
	dispatchRows = &store.Insertion{
		Head: `INSERT INTO dispatch (dispatch_id, provider_id, service_id, data_set, person_id, reference, digest, first_status, status, version,
			created_at, send_at, expires_at, changed_at, retention)`,
		Types: []string{
			"text", "bigint", "bigint", "text", "text", "text", "text", "text", "text", "bigint", "bigint", "bigint", "bigint", "bigint", "bigint",
		},
	}
	contentRows = &store.Insertion{Head: `INSERT INTO content (dispatch_id, body)`, Types: []string{"text", "text"}}
	partRows    = &store.Insertion{
		Head:  `INSERT INTO part (dispatch_id, part, data_set, channel, priority, status, reason, next_attempt_at, expires_at)`,
		Types: []string{"text", "bigint", "text", "text", "bigint", "text", "text", "bigint", "bigint"},
	}
)

// waiting is a part that waits from a time on.
type waiting struct {
	channel, status string
	due             time.Time
}

// body is what accept keeps of a request of services.
func body(channel string, number int) string {
	return fmt.Sprintf(`{"notification":{"channel":%q,"title":"Turno","text":"Oftalmologo, numero %d, lunes a las 9:15"}}`, channel, number)
}

// insertDispatches enters so many dispatches in one transaction.
func (m *dispatchesMeasure) insertDispatches(ctx context.Context, db *store.DB, first, count int, w waiting) error {
	now := time.Now()
	var dispatches, contents, parts []any
	for i := range count {
		id := uuid.Must(uuid.NewV7()).String()
		expires := now.Add(48 * time.Hour).UnixMilli()
		dispatches = append(dispatches, id, m.to.id, m.to.service, "production", m.to.destination, "", strings.Repeat("0", 64),
			w.status, w.status, 1, now.UnixMilli(), w.due.UnixMilli(), expires, now.UnixMilli(), time.Hour.Milliseconds())
		contents = append(contents, id, body(w.channel, first+i))
		parts = append(parts, id, 1, "production", w.channel, 0, w.status, "", w.due.UnixMilli(), expires)
	}
	return db.InTx(ctx, func(tx *sql.Tx) error {
		for _, table := range []struct {
			into   *store.Insertion
			values []any
		}{{dispatchRows, dispatches}, {contentRows, contents}, {partRows, parts}} {
			if err := table.into.Run(ctx, tx, db.Engine, table.values, nil); err != nil {
				return fmt.Errorf("writing dispatches: %w", err)
			}
		}
		return nil
	})
}

// tomorrow is what accept makes of a request of services.
func tomorrow() waiting { return waiting{"sms", "scheduled", time.Now().Add(24 * time.Hour)} }

// commitName stands in for a server in the rows of dispatches that are committed one by one.
func (m *dispatchesMeasure) commitName() string {
	if m.postgres != "" {
		return pgbenchName
	}
	return insertName
}

// onePerCommit measures the same rows, one dispatch to a transaction.
func (m *dispatchesMeasure) onePerCommit(ctx context.Context, connections, n int) (sample, error) {
	if m.postgres != "" {
		return m.pgbench(ctx, connections, n)
	}
	first, w := m.numbers(n), tomorrow()
	return clocked(ctx, m.clock(os.Getpid()), each(ctx, connections, n, func(ctx context.Context, i int) error {
		return m.insertDispatches(ctx, m.own, first+i, 1, w)
	}))
}

// batchesDirectly measures the same rows through the driver, so many to a transaction as a batch has.
func (m *dispatchesMeasure) batchesDirectly(ctx context.Context) (sample, error) {
	count := max(4, 5*m.asked.requests/batchSize)
	first, w := m.numbers(count*batchSize), tomorrow()
	figures, err := clocked(ctx, m.clock(os.Getpid()), each(ctx, batchesAtOnce, count, func(ctx context.Context, i int) error {
		return m.insertDispatches(ctx, m.own, first+i*batchSize, batchSize, w)
	}))
	return figures.per(batchSize), err
}
