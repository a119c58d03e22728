package auditlog

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

const (
	// maxWaiting bounds the entries that wait for a commit; callers beyond it wait for room.
	maxWaiting = 4096
	// maxCommit bounds the entries of one commit.
	maxCommit = 512
	// commitTimeout bounds one commit, so that a store that hangs is tried anew.
	commitTimeout = 3 * time.Second
)

// errStopped is of the class of a database that does not answer.
var errStopped = fmt.Errorf("the recorder has stopped: %w", sqlstore.ErrUnavailable)

// Recorder writes entries of many callers with few commits: while one commit is under way, entries gather for the
// next.
type Recorder struct {
	db    *sqlstore.DB
	queue chan *waiting
	ended chan struct{}
}

// waiting is an entry whose caller waits.
type waiting struct {
	ctx     context.Context
	row     row
	outcome chan error
}

// NewRecorder returns a recorder, which works while Run does.
func NewRecorder(db *sqlstore.DB) *Recorder {
	return &Recorder{db: db, queue: make(chan *waiting, maxWaiting), ended: make(chan struct{})}
}

// Record returns nil once the entry is committed. When ctx ends first, the entry may be committed or not. A
// database that is away, and a recorder that has stopped, are sqlstore.ErrUnavailable.
func (r *Recorder) Record(ctx context.Context, entry Entry) error {
	made, err := newRow(entry)
	if err != nil {
		return fmt.Errorf("entering the log: %w", err)
	}
	w := &waiting{ctx, made, make(chan error, 1)}
	select {
	case r.queue <- w:
	case <-ctx.Done():
		return fmt.Errorf("entering the log: %w", ctx.Err())
	case <-r.ended:
		return errStopped
	}
	select {
	case err = <-w.outcome:
	case <-ctx.Done():
		err = fmt.Errorf("entering the log: %w", ctx.Err())
	case <-r.ended:
		select {
		case err = <-w.outcome: // it was among the last
		default:
			err = errStopped
		}
	}
	return err
}

// Run writes until ctx ends; it returns nil then. What is under way is finished, what waits fails. It is called once.
func (r *Recorder) Run(ctx context.Context) error {
	defer close(r.ended)
	for {
		select {
		case <-ctx.Done():
			return nil
		case first := <-r.queue:
			r.commit(context.WithoutCancel(ctx), r.gather(first))
		}
	}
}

// gather takes what waits, leaving out callers that have gone.
func (r *Recorder) gather(first *waiting) []*waiting {
	group := make([]*waiting, 0, min(1+len(r.queue), maxCommit))
	for next := first; ; {
		if next.ctx.Err() == nil {
			group = append(group, next)
		}
		if len(group) == maxCommit {
			return group
		}
		select {
		case next = <-r.queue:
		default:
			return group
		}
	}
}

func (r *Recorder) commit(ctx context.Context, group []*waiting) {
	if len(group) == 0 {
		return
	}
	rows := make([]row, len(group))
	for i, w := range group {
		rows[i] = w.row
	}
	ctx, cancel := context.WithTimeout(ctx, commitTimeout)
	defer cancel()
	err := r.db.InTx(ctx, func(tx *sql.Tx) error { return insert(ctx, tx, rows) })
	for _, w := range group {
		w.outcome <- err
	}
}
