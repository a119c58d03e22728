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
	// betweenCommits is how long entries gather when there are many. A commit costs the processor about as much as ten
	// of them.
	betweenCommits = 5 * time.Millisecond
	// commitTimeout bounds one commit, so that a store that hangs is tried anew.
	commitTimeout = 10 * time.Second
)

// errStopped is of the class of a database that does not answer.
var errStopped = fmt.Errorf("the recorder has stopped: %w", sqlstore.ErrUnavailable)

// Recorder writes entries of many callers with few commits: entries gather while one commit is under way, and for a
// few milliseconds after it. Whoever comes when it is quiet does not wait for company.
type Recorder struct {
	db    *sqlstore.DB
	queue chan *Recording
	ended chan struct{}
}

// Recording is an entry that is about to be committed.
type Recording struct {
	ctx     context.Context
	row     row
	outcome chan error
	ended   <-chan struct{}
}

// NewRecorder returns a recorder, which works while Run does.
func NewRecorder(db *sqlstore.DB) *Recorder {
	return &Recorder{db: db, queue: make(chan *Recording, maxWaiting), ended: make(chan struct{})}
}

// Record returns nil once the entry is committed. When ctx ends first, the entry may be committed or not. A
// database that is away, and a recorder that has stopped, are sqlstore.ErrUnavailable.
func (r *Recorder) Record(ctx context.Context, entry Entry) error {
	recording, err := r.Start(ctx, entry)
	if err != nil {
		return err
	}
	return recording.Wait()
}

// Start is Record for a caller that has something else to do until it calls Wait.
func (r *Recorder) Start(ctx context.Context, entry Entry) (*Recording, error) {
	made, err := newRow(entry)
	if err != nil {
		return nil, fmt.Errorf("entering the log: %w", err)
	}
	started := &Recording{ctx, made, make(chan error, 1), r.ended}
	select {
	case r.queue <- started:
		return started, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("entering the log: %w", ctx.Err())
	case <-r.ended:
		return nil, errStopped
	}
}

// Wait returns what Record would.
func (r *Recording) Wait() error {
	select {
	case err := <-r.outcome:
		return err
	case <-r.ctx.Done():
		return fmt.Errorf("entering the log: %w", r.ctx.Err())
	case <-r.ended:
	}
	select {
	case err := <-r.outcome: // it was among the last
		return err
	default:
		return errStopped
	}
}

// Run writes until ctx ends; it returns nil then. What is under way is finished, what waits fails. It is called once.
func (r *Recorder) Run(ctx context.Context) error {
	defer close(r.ended)
	pace := time.NewTimer(0)
	defer pace.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-pace.C:
		}
		select {
		case <-ctx.Done():
			return nil
		case first := <-r.queue:
			r.commit(context.WithoutCancel(ctx), r.gather(first))
			pace.Reset(betweenCommits)
		}
	}
}

// gather takes what waits, leaving out callers that have gone.
func (r *Recorder) gather(first *Recording) []*Recording {
	group := make([]*Recording, 0, min(1+len(r.queue), maxCommit))
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

func (r *Recorder) commit(ctx context.Context, group []*Recording) {
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
