package identity_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/ventanilla/ventanilla/pkg/testkit"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

const (
	benchRows  = 100_000
	benchBatch = 500
)

// BenchmarkImportPersons compares an import of persons with the same rows, indexes and transactions straight through the driver,
// by one prepared statement for each table, and by statements of 64 rows. One iteration is all rows:
//
//	go test -run '^$' -bench ImportPersons -benchtime 1x ./services/identity
func BenchmarkImportPersons(b *testing.B) {
	for engine, open := range map[string]func(testing.TB) *platform{
		"sqlite":   newPlatform,
		"postgres": func(t testing.TB) *platform { return openPlatform(t, testkit.Postgres(t), 8) },
	} {
		b.Run(engine+"/import", func(b *testing.B) { benchImport(b, open(b)) })
		b.Run(engine+"/prepared", func(b *testing.B) { benchDriver(b, open(b), 1) })
		for _, size := range []int{4, 16, 64} {
			b.Run(fmt.Sprint(engine, "/multirow", size), func(b *testing.B) { benchDriver(b, open(b), size) })
		}
	}
}

func benchImport(b *testing.B, p *platform) {
	imports := identityv1.NewImportServiceClient(p.replica().As("gateway"))
	before := cpuTime(b)
	for round := range b.N {
		var first, last time.Duration
		for at := 0; at < benchRows; at += benchBatch {
			var lines []string
			for i := range benchBatch {
				r := benchPerson(round*benchRows + at + i)
				lines = append(lines, fmt.Sprintf(`{"unique_key":%q,"given_names":%q,"first_surname":%q,"birth_date":%q,"rut":%q,"email":%q}`,
					r[0], r[1], r[2], r[3], r[4], r[5]))
			}
			req := batch(fmt.Sprint("bench", round), personRows, int64(at+1), lines...)
			began := time.Now()
			answer, err := imports.ImportRows(p.ByOperator("editor"), req)
			check(b, err)
			if answer.GetProgress().GetStored() != int64(at+benchBatch) {
				b.Fatalf("got %v", answer)
			}
			switch tenth := 10 * at / benchRows; tenth {
			case 0:
				first += time.Since(began)
			case 9:
				last += time.Since(began)
			}
		}
		b.ReportMetric(first.Seconds()/last.Seconds(), "last/first-tenth")
	}
	b.ReportMetric((cpuTime(b)-before).Seconds()*1e6/float64(b.N*benchRows), "cpu-µs/row")
	b.ReportMetric(float64(b.N)*benchRows/b.Elapsed().Seconds(), "rows/s")
}

// benchPerson has unique_key, names, birth date, RUT and address of an invented person.
func benchPerson(i int) [6]string {
	number := fmt.Sprint(10_000_000 + i)
	sum := 0
	for place := range number {
		sum += int(number[len(number)-1-place]-'0') * (2 + place%6)
	}
	digit := string("0K987654321"[sum%11])
	return [6]string{
		fmt.Sprintf("A-%07d", i), "MARÍA JOSÉ", "LÓPEZ", "1990-01-02", number + "-" + digit, fmt.Sprintf("p%d@example.org", i),
	}
}

func benchDriver(b *testing.B, p *platform, size int) {
	persons := benchInsert("person (person_id, data_set, pseudonym, created_at, unique_key, given_names, first_surname, second_surname, "+
		"birth_date, contacts, photo_url, photo_accepted, mobile_identity, attributes, version, updated_at)", 16)
	identifiers := benchInsert("identifier (data_set, kind, value, person_id)", 4)
	before := cpuTime(b)
	for round := range b.N {
		for at := 0; at < benchRows; at += benchBatch {
			check(b, p.DB.InTx(b.Context(), func(tx *sql.Tx) error {
				var rows, ids []any
				for i := range benchBatch {
					r := benchPerson(round*benchRows + at + i)
					id := uuid.Must(uuid.NewV7()).String()
					rows = append(rows, id, "production", strings.ReplaceAll(id, "-", "")[:26], int64(1), r[0], r[1], r[2], "", r[3],
						`[{"kind":"email","value":"`+r[5]+`"}]`, "", int64(0), int64(0), "", int64(1), int64(1))
					ids = append(ids, "production", "rut", r[4], id)
				}
				if err := benchExec(b.Context(), tx, persons, 16*size, rows); err != nil {
					return err
				}
				return benchExec(b.Context(), tx, identifiers, 4*size, ids)
			}))
		}
	}
	b.ReportMetric((cpuTime(b)-before).Seconds()*1e6/float64(b.N*benchRows), "cpu-µs/row")
	b.ReportMetric(float64(b.N)*benchRows/b.Elapsed().Seconds(), "rows/s")
}

// cpuTime is what the process has used: a machine that is busy makes the rest longer.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	check(b, syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

func benchInsert(into string, columns int) func(rows int) string {
	return func(rows int) string {
		var values []string
		for row := range rows {
			var one []string
			for column := range columns {
				one = append(one, fmt.Sprintf("$%d", row*columns+column+1))
			}
			values = append(values, "("+strings.Join(one, ", ")+")")
		}
		return "INSERT INTO " + into + " VALUES " + strings.Join(values, ", ")
	}
}

// benchExec prepares the text for whole groups of values once, and what is left over.
func benchExec(ctx context.Context, tx *sql.Tx, text func(rows int) string, group int, values []any) error {
	columns := strings.Count(text(1), "$")
	statement, err := tx.PrepareContext(ctx, text(group/columns))
	if err != nil {
		return err
	}
	defer statement.Close()
	for ; len(values) >= group; values = values[group:] {
		if _, err := statement.ExecContext(ctx, values[:group]...); err != nil {
			return err
		}
	}
	if len(values) > 0 {
		_, err = tx.ExecContext(ctx, text(len(values)/columns), values...)
	}
	return err
}
