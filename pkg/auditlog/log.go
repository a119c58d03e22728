package auditlog

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

const (
	// maxPage bounds the entries of a page.
	maxPage = 1000
	// maxScan bounds the entries that one page looks at for those that are asked for.
	maxScan = 20_000

	latestNote = `SELECT note FROM log_checkpoint ORDER BY size DESC LIMIT 1`
)

// ErrNoTree says that the log has no tree of a size.
var ErrNoTree = errors.New("there is no tree of that size")

// Recorded is an entry as it is stored.
type Recorded struct {
	Leaf
	// Number rises from entry to entry, with gaps.
	Number int64
}

// Filter leaves out entries that differ, in the members that are not empty.
type Filter struct{ Actor, Act, Target string }

const recordedColumns = `number, COALESCE(leaf, -1), at, actor, act, target, text`

func scanRecorded(row sqlstore.Scanner) (Recorded, error) {
	r := Recorded{Leaf: Leaf{Listed: &Entry{}}}
	var at int64
	err := row.Scan(&r.Number, &r.Index, &at, &r.Listed.Actor, &r.Listed.Act, &r.Listed.Target, &r.Text)
	r.Listed.At = time.UnixMilli(at).UTC()
	return r, err
}

// List returns entries, newest first, from below a number; 0 starts at the newest. It looks at a bounded number of
// entries: next is where to go on, 0 when there are no more, also when the page is not full. At most 1000 are returned.
func List(ctx context.Context, db *sqlstore.DB, below int64, limit int, filter Filter) (page []Recorded, next int64, err error) {
	if below <= 0 {
		below = math.MaxInt64
	}
	limit = min(max(limit, 1), maxPage)
	where, args := `number < $1`, []any{below, limit}
	for _, column := range []struct{ name, value string }{{"actor", filter.Actor}, {"act", filter.Act}, {"target", filter.Target}} {
		if column.value != "" {
			args = append(args, column.value)
			where += fmt.Sprintf(" AND %s = $%d", column.name, len(args))
		}
	}
	// What a target has is found by its index; for all else the scan is bounded.
	if filter.Target == "" {
		next, err = sqlstore.Row(ctx, db, sqlstore.Value[int64], `SELECT CASE WHEN COUNT(*) < $2 THEN 0 ELSE MIN(number) END
			FROM (SELECT number FROM log_entry WHERE number < $1 ORDER BY number DESC LIMIT $2) AS seen`, below, maxScan)
		if err != nil {
			return nil, 0, fmt.Errorf("listing the log: %w", err)
		}
		args = append(args, next)
		where += fmt.Sprintf(" AND number >= $%d", len(args))
	}
	page, err = sqlstore.Rows(ctx, db, scanRecorded,
		`SELECT `+recordedColumns+` FROM log_entry WHERE `+where+` ORDER BY number DESC LIMIT $2`, args...)
	if err != nil {
		return nil, 0, fmt.Errorf("listing the log: %w", err)
	}
	if len(page) == limit {
		next = page[limit-1].Number
	}
	return page, next, nil
}

// Leaves returns sealed entries in the order of their leaves, from the first leaf wanted on, with their stored hashes.
// At most limit are returned, 1000 when it is 0 or more than that, and none after MaxText bytes.
func Leaves(ctx context.Context, db *sqlstore.DB, first int64, limit int) ([]Recorded, error) {
	if limit <= 0 || limit > maxPage {
		limit = maxPage
	}
	page, err := sqlstore.Rows(ctx, db, scanRecorded,
		`SELECT `+recordedColumns+` FROM log_entry WHERE leaf >= $1 ORDER BY leaf LIMIT $2`, first, limit)
	if err != nil {
		return nil, fmt.Errorf("reading leaves: %w", err)
	}
	hashes, size := storedBlocks(ctx, db), 0
	for i := range page {
		stored, err := hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, page[i].Index)})
		if err == nil {
			page[i].Hash = stored[0]
		} else if !errors.As(err, new(*Damage)) { // a missing hash is for who verifies
			return nil, fmt.Errorf("reading leaves: %w", err)
		}
		if size += len(page[i].Text); size >= MaxText {
			return page[:i+1], nil
		}
	}
	return page, nil
}

// Latest returns the last signed checkpoint, empty before the first.
func Latest(ctx context.Context, db *sqlstore.DB) ([]byte, error) {
	signed, err := sqlstore.Row(ctx, db, sqlstore.Value[string], latestNote)
	if err != nil && !errors.Is(err, sqlstore.ErrNotFound) {
		return nil, fmt.Errorf("reading the checkpoint: %w", err)
	}
	return []byte(signed), nil
}

// Prove returns the proof that one tree of the log is the beginning of another. It fails with ErrNoTree.
func Prove(ctx context.Context, db *sqlstore.DB, older, newer int64) (tlog.TreeProof, error) {
	size, err := sqlstore.Row(ctx, db, sqlstore.Value[int64], `SELECT size FROM log_head`)
	if err != nil {
		return nil, fmt.Errorf("proving consistency: %w", err)
	}
	if older < 1 || older > newer || newer > size {
		return nil, fmt.Errorf("proving consistency of %d and %d leaves: %w", older, newer, ErrNoTree)
	}
	proof, err := tlog.ProveTree(newer, older, storedBlocks(ctx, db))
	if err != nil {
		return nil, fmt.Errorf("proving consistency: %w", err)
	}
	return proof, nil
}
