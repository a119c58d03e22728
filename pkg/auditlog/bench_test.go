package auditlog_test

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
)

// BenchmarkEntry is what the processor pays for an entry, sealing included, by the size of the group that shares a
// commit.
func BenchmarkEntry(b *testing.B) {
	for _, group := range []int{1, 4, 16, 64} {
		b.Run(fmt.Sprint(group), func(b *testing.B) {
			db := open(b, "sqlite:"+filepath.Join(b.TempDir(), "log.db"), 2)
			k := newKey(b, 1)
			sealer := auditlog.NewSealer(db, func() auditlog.Keys { return auditlog.Keys{Active: k} }, slog.New(slog.DiscardHandler))
			entries := make([]auditlog.Entry, group)
			for i := range entries {
				entries[i] = auditlog.Entry{
					At: time.Unix(int64(i), 0), Actor: "client:abcdefghijklmnop", Act: "IssueToken",
					Detail: []byte(`{"scopes":["a","b"],"alg":"RS256","expires_at":"2026-03-04T05:06:07Z"}`),
				}
			}
			before := cpuTime(b)
			sealing := time.Duration(0)
			for done := 0; done < b.N; done += group {
				for i := range entries {
					entries[i].Target = fmt.Sprintf("%080x", done+i)
				}
				err := db.InTx(b.Context(), func(tx *sql.Tx) error { return auditlog.AppendAll(b.Context(), tx, entries) })
				if err != nil {
					b.Fatal(err)
				}
				if (done/group)%(3000/group) == 0 {
					now := cpuTime(b)
					if _, err := sealer.Seal(context.Background()); err != nil {
						b.Fatal(err)
					}
					sealing += cpuTime(b) - now
				}
			}
			b.ReportMetric(float64((cpuTime(b)-before).Nanoseconds())/float64(b.N), "cpu-ns/op")
			b.ReportMetric(float64(sealing.Nanoseconds())/float64(b.N), "sealing-ns/op")
		})
	}
}

// cpuTime is what the process has used: while it waits for the disk it uses none.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
