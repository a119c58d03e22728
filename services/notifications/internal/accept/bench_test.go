package accept_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

// BenchmarkAccept is what an accept costs: alone by so many callers at a time, in batches of so many by two callers, and, to compare with, the same rows in
// a transaction of their own. db-µs/op is the time that PostgreSQL's processes took of the processor.
func BenchmarkAccept(b *testing.B) {
	for _, engine := range []string{"sqlite", "postgres"} {
		url := func(b *testing.B) string {
			if engine == "sqlite" {
				return sqliteURL(b)
			}
			return testkit.Postgres(b)
		}
		for _, callers := range []int{1, 8, 32, 64} {
			b.Run(fmt.Sprintf("%s/baseline/%d", engine, callers), func(b *testing.B) {
				w := newWorld(b, url(b), callers)
				w.measure(b, callers, 1, func(n int) { w.insert(b, n) })
			})
			for name, change := range map[string]func(*notificationsv1.DispatchRequest, int){
				"plain": func(*notificationsv1.DispatchRequest, int) {},
				"keyed": func(in *notificationsv1.DispatchRequest, n int) {
					in.IdempotencyKey, in.Reference = strconv.Itoa(n), strconv.Itoa(n)
				},
			} {
				b.Run(fmt.Sprintf("%s/single/%s/%d", engine, name, callers), func(b *testing.B) {
					w := newWorld(b, url(b), 8)
					a := w.acceptor(w.store)
					w.measure(b, callers, 1, func(n int) {
						in := w.request()
						change(in, n)
						if _, err := a.Dispatch(b.Context(), client, in); err != nil {
							b.Error(err)
						}
					})
				})
			}
		}
		for _, size := range []int{100, 1000} {
			b.Run(fmt.Sprintf("%s/batch/%d", engine, size), func(b *testing.B) {
				w := newWorld(b, url(b), 8)
				a := w.acceptor(w.store)
				requests := make([]*notificationsv1.DispatchRequest, size)
				for i := range requests {
					requests[i] = w.request()
				}
				w.measure(b, 2, size, func(int) {
					for _, item := range a.DispatchBatch(b.Context(), client, requests) {
						if item.GetStored() == nil {
							b.Error(item)
						}
					}
				})
			})
		}
	}
}

// measure lets callers share calls for b.N dispatches, so many a call.
func (w *world) measure(b *testing.B, callers, size int, call func(n int)) {
	b.Helper()
	numbers := make(chan int)
	before := w.processorTime(b)
	b.ResetTimer()
	var calling sync.WaitGroup
	for range callers {
		calling.Go(func() {
			for n := range numbers {
				call(n)
			}
		})
	}
	for n := range (b.N + size - 1) / size {
		numbers <- n
	}
	close(numbers)
	calling.Wait()
	b.StopTimer()
	if used := w.processorTime(b) - before; w.db.Engine == sqlstore.PostgreSQL {
		b.ReportMetric(float64(used.Microseconds())/float64(b.N), "db-µs/op")
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "op/s")
}

// insert stores a dispatch with its part and content, and nothing else, in a transaction of its own.
func (w *world) insert(b *testing.B, _ int) {
	id, now := uuid.Must(uuid.NewV7()).String(), start.UnixMilli()
	err := w.db.InTx(b.Context(), func(tx *sql.Tx) error {
		for _, s := range []struct {
			text string
			args []any
		}{
			{`INSERT INTO dispatch (dispatch_id, provider_id, service_id, data_set, person_id, reference, digest, first_status, status, version,
			created_at, expires_at, changed_at, retention) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`, []any{
				id, w.provider, w.service.GetServiceId(), "production", "all", "", strings.Repeat("0", 64), "accepted", "accepted", 1, now, now, now, 1,
			}},
			{`INSERT INTO content (dispatch_id, body) VALUES ($1, $2)`, []any{id, `{"notification":{"channel":"sms","title":"Hora","text":"Lunes a las 9:15"}}`}},
			{`INSERT INTO part (dispatch_id, part, data_set, channel, priority, status, reason, next_attempt_at, expires_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, []any{id, 1, "production", "sms", 0, "accepted", "", now, now}},
		} {
			if _, err := tx.ExecContext(b.Context(), s.text, s.args...); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Error(err)
	}
}

// processorTime is what the processes of the database server have used; 0 for SQLite, which is in this one.
func (w *world) processorTime(b *testing.B) (used time.Duration) {
	b.Helper()
	if w.db.Engine != sqlstore.PostgreSQL {
		return 0
	}
	pids, err := sqlstore.Rows(context.Background(), w.db, sqlstore.Value[int], `SELECT pid FROM pg_stat_activity`)
	check(b, err)
	for _, pid := range pids {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			continue // it has ended
		}
		fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
		for _, ticks := range fields[11:13] { // utime and stime
			count, err := strconv.Atoi(ticks)
			check(b, err)
			used += time.Duration(count) * 10 * time.Millisecond
		}
	}
	return used
}
