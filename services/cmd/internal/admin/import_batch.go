package admin

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/cenkalti/backoff/v5"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/cmd/internal/rowfile"
)

const (
	// maxBatchBytes bounds a batch, so that it fits a message; maxFaults bounds the lines without rows in it.
	maxBatchBytes = 512 << 10
	maxFaults     = 1000
	// callTimeout bounds one attempt at a call, maxOutage all of them.
	callTimeout = 30 * time.Second
	maxOutage   = 2 * time.Minute
)

// progressed is how far an import is, over all its runs.
type progressed struct {
	next                        int64
	stored, unchanged, rejected int64
}

// importing is an import under way.
type importing struct {
	service identityv1.ImportServiceClient
	id      string
	kind    identityv1.ImportKind
	set     authv1.DataSet
	batch   int
	pauses  backoff.BackOff
	meter   *meter

	rejects    *rejectFile
	done       progressed
	unreadable int64 // lines, which the platform never saw

	rows   []*identityv1.ImportRow
	faults []reject
	bytes  int
	last   int64 // the last line that was read
}

// run sends the rows that are not stored yet. What is rejected is told in the file at path.
func (j *importing) run(ctx context.Context, rows iter.Seq2[rowfile.Row, error], path string) error {
	before, err := call(ctx, j, "asking how far the import is", func(ctx context.Context) (*identityv1.GetImportResponse, error) {
		return j.service.GetImport(ctx, &identityv1.GetImportRequest{ImportId: j.id})
	})
	if err != nil {
		return err
	}
	j.advance(before.GetProgress())
	if j.rejects, err = openRejects(path, j.done.next == 0); err != nil {
		return err
	}
	defer j.rejects.close()
	if j.done.next > 0 {
		j.meter.note("Going on at line %d.\n", j.done.next)
	}
	if err := j.send(ctx, rows, before.GetRejects()); err != nil {
		return err
	}
	j.done.rejected += j.unreadable
	if missing := j.done.rejected - j.rejects.count; missing > 0 {
		j.meter.note("%s does not have %d of the rejected rows: it was changed since.\n", path, missing)
	}
	return j.rejects.close()
}

// send sends what is behind the progress. Of lines before it, those that could not be read, and the rejects of the last
// batch, are told if they have not been.
func (j *importing) send(ctx context.Context, rows iter.Seq2[rowfile.Row, error], untold []*identityv1.ImportReject) error {
	early := j.done.next
	told := rejectsOf(untold)
	for row, err := range rows {
		if err != nil {
			return err
		}
		if row.Line < j.done.next {
			if row.Line < early && row.Members == nil {
				j.unreadable++
				if row.Line > j.rejects.last {
					told = append(told, faultOf(row))
				}
			}
			continue
		}
		if err := j.tell(&told); err != nil {
			return err
		}
		if j.full(row) {
			if err := j.flush(ctx); err != nil {
				return err
			}
		}
		j.take(row)
	}
	if err := j.tell(&told); err != nil {
		return err
	}
	return j.flush(ctx)
}

func (j *importing) tell(told *[]reject) error {
	if len(*told) == 0 {
		return nil
	}
	defer func() { *told = nil }()
	return j.rejects.add(*told)
}

func (j *importing) full(next rowfile.Row) bool {
	return len(j.rows) == j.batch || len(j.faults) == maxFaults || j.bytes+len(next.Members) > maxBatchBytes
}

func (j *importing) take(row rowfile.Row) {
	j.last = row.Line
	if row.Members == nil {
		j.faults = append(j.faults, faultOf(row))
		return
	}
	j.rows = append(j.rows, &identityv1.ImportRow{Line: row.Line, Members: row.Members})
	j.bytes += len(row.Members)
}

// flush sends the rows that were taken, and tells those that were rejected once that is stored.
func (j *importing) flush(ctx context.Context) error {
	if len(j.rows)+len(j.faults) == 0 {
		return nil
	}
	request := &identityv1.ImportRowsRequest{
		ImportId: j.id, Kind: j.kind, DataSet: j.set, FirstLine: j.done.next, NextLine: j.last + 1, Rows: j.rows,
	}
	answer, err := call(ctx, j, "storing rows", func(ctx context.Context) (*identityv1.ImportRowsResponse, error) {
		return j.service.ImportRows(ctx, request)
	})
	if err != nil {
		if j.done.next > 0 {
			j.meter.note("Stored up to before line %d. The same command goes on from there.\n", j.done.next)
		}
		return err
	}
	if err := j.rejects.add(append(rejectsOf(answer.GetRejects()), j.faults...)); err != nil {
		return err
	}
	j.advance(answer.GetProgress())
	j.unreadable += int64(len(j.faults))
	j.rows, j.faults, j.bytes = nil, nil, 0
	j.meter.told(j.done)
	return nil
}

func (j *importing) advance(to *identityv1.ImportProgress) {
	j.done = progressed{to.GetNextLine(), to.GetStored(), to.GetUnchanged(), to.GetRejected()}
}

// call tries again while the platform is away.
func call[T any](ctx context.Context, j *importing, doing string, once func(context.Context) (T, error)) (T, error) {
	j.pauses.Reset()
	told := false
	answer, err := backoff.Retry(ctx, func() (T, error) {
		ctx, cancel := context.WithTimeout(ctx, callTimeout)
		defer cancel()
		answer, err := once(ctx)
		if code := status.Code(err); err != nil && code != codes.Unavailable && code != codes.DeadlineExceeded {
			err = backoff.Permanent(err)
		}
		return answer, err
	}, backoff.WithBackOff(j.pauses), backoff.WithMaxElapsedTime(maxOutage), backoff.WithNotify(func(error, time.Duration) {
		if !told {
			told = true
			j.meter.note("The platform does not answer: trying again for %s.\n", maxOutage)
		}
	}))
	if err == nil {
		return answer, nil
	}
	if ctx.Err() != nil {
		return answer, fmt.Errorf("interrupted while %s: the same command goes on where this one stopped", doing)
	}
	return answer, fmt.Errorf("%s: %w", doing, err)
}

func rejectsOf(in []*identityv1.ImportReject) []reject {
	var out []reject
	for _, r := range in {
		out = append(out, reject{r.GetLine(), r.GetField(), r.GetReason()})
	}
	return slices.Clip(out)
}

func faultOf(row rowfile.Row) reject { return reject{row.Line, row.Field, row.Fault} }
