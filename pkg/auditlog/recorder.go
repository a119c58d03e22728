package auditlog

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/ventanilla/ventanilla/pkg/groupcommit"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// bounds are those of the commits of recorders. A commit costs the processor about as much as ten entries: when there are many,
// they gather between commits.
var bounds = groupcommit.Options{MaxWaiting: 4096, MaxGroup: 512, Pace: 5 * time.Millisecond, Timeout: 10 * time.Second}

// Recorder writes entries of many callers with few commits: entries gather while one commit is under way, and for a
// few milliseconds after it. Whoever comes when it is quiet does not wait for company.
type Recorder struct {
	committer *groupcommit.Committer[row, struct{}]
}

// Recording is an entry that is about to be committed.
type Recording struct {
	pending *groupcommit.Pending[row, struct{}]
}

// NewRecorder returns a recorder, which works while Run does.
func NewRecorder(db *sqlstore.DB) *Recorder {
	commit := func(ctx context.Context, rows []row) ([]struct{}, error) {
		err := db.InTx(ctx, func(tx *sql.Tx) error { return insert(ctx, tx, rows) })
		return make([]struct{}, len(rows)), err
	}
	return &Recorder{groupcommit.New(commit, bounds)}
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
	pending, err := r.committer.Start(ctx, made)
	if err != nil {
		return nil, fmt.Errorf("entering the log: %w", err)
	}
	return &Recording{pending}, nil
}

// Wait returns what Record would.
func (r *Recording) Wait() error {
	_, err := r.pending.Wait()
	return err
}

// Run writes until ctx ends; it returns nil then. What is under way is finished, what waits fails. It is called once.
func (r *Recorder) Run(ctx context.Context) error { return r.committer.Run(ctx) }
