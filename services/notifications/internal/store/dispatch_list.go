package store

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

// DispatchFilter says which dispatches are listed. What is empty does not narrow.
type DispatchFilter struct {
	// Providers are those whose dispatches are listed, at most MaxProviders; nil for all.
	Providers []int64
	Status    message.Status
	// Channel is one that a part has.
	Channel   message.Channel
	Reference string
	// From and To are when they were stored: at From or later, before To.
	From, To time.Time
}

const (
	// MaxProviders is how many providers a list can be narrowed to.
	MaxProviders = 16
	// MaxListed is how many dispatches can be paged through, and are counted.
	MaxListed = 10_000
	// maxSearched is among how many dispatches, the newest, a channel is looked for: no index knows which have it.
	maxSearched = 2 * MaxListed
)

var statuses = []message.Status{
	message.Accepted, message.Scheduled, message.Sending, message.Sent,
	message.Delivered, message.Failed, message.Expired, message.Cancelled,
}

// dispatchQuery has the arguments of a statement that is being written. Its text depends on the sort of filter alone.
type dispatchQuery struct{ args []any }

// arg adds an argument and returns its placeholder.
func (q *dispatchQuery) arg(value any) string {
	q.args = append(q.args, value)
	return fmt.Sprintf("$%d", len(q.args))
}

// matches is time and key of the newest that a filter finds, a channel aside: a branch for each provider and status, each so many in the order of
// an index. So none is read through for what few have.
func (q *dispatchQuery) matches(f DispatchFilter, limit int) string {
	from, to := int64(math.MinInt64), int64(math.MaxInt64)
	if !f.From.IsZero() {
		from = f.From.UnixMilli()
	}
	if !f.To.IsZero() {
		to = f.To.UnixMilli()
	}
	if f.Reference != "" {
		return `(` + q.referred(f, from, to) + `) AS matching`
	}
	branch := `SELECT created_at, dispatch_id FROM dispatch WHERE created_at >= ` + q.arg(from) + ` AND created_at < ` + q.arg(to)
	end := newestFirst + ` LIMIT ` + q.arg(limit)
	owners := []string{""}
	if f.Providers != nil {
		owners = nil
		for _, id := range f.Providers {
			owners = append(owners, ` AND provider_id = `+q.arg(id))
		}
	}
	wanted := statuses
	if f.Status != "" {
		wanted = []message.Status{f.Status}
	}
	var branches []string
	for _, owner := range owners {
		for _, status := range wanted {
			branches = append(branches, `SELECT * FROM (`+branch+owner+` AND status = '`+string(status)+`'`+end+`) AS branch`)
		}
	}
	return `(` + strings.Join(branches, ` UNION ALL `) + `) AS matching`
}

// referred is matches for a reference, of which a provider has one dispatch at most. The other conditions are written so that no index is
// used for them.
func (q *dispatchQuery) referred(f DispatchFilter, from, to int64) string {
	query := `SELECT created_at, dispatch_id FROM dispatch WHERE reference <> '' AND reference = ` + q.arg(f.Reference) +
		` AND created_at + 0 >= ` + q.arg(from) + ` AND created_at + 0 < ` + q.arg(to)
	if f.Status != "" {
		query += ` AND status || '' = '` + string(f.Status) + `'`
	}
	if f.Providers == nil {
		return query
	}
	var owners []string
	for _, id := range f.Providers {
		owners = append(owners, q.arg(id))
	}
	return query + ` AND provider_id IN (` + strings.Join(owners, `, `) + `)`
}

const newestFirst = ` ORDER BY created_at DESC, dispatch_id DESC`

// has is the condition that a dispatch has a part for a channel. It counts: EXISTS would be a join, for which all parts may be read.
func (q *dispatchQuery) has(channel message.Channel) string {
	return `(SELECT COUNT(*) FROM part WHERE part.dispatch_id = newest.dispatch_id AND part.channel = ` + q.arg(channel) + `) > 0`
}

// newest are those among which a channel is looked for.
func (q *dispatchQuery) newest(f DispatchFilter) string {
	return `(SELECT created_at, dispatch_id FROM ` + q.matches(f, maxSearched) + newestFirst + ` LIMIT ` + q.arg(maxSearched) + `) AS newest`
}

// selectPage finds the keys of a page.
func selectPage(f DispatchFilter, offset, limit int) (string, []any) {
	var q dispatchQuery
	var from string
	if f.Channel == "" {
		from = q.matches(f, offset+limit)
	} else {
		from = q.newest(f) + ` WHERE ` + q.has(f.Channel)
	}
	return `SELECT dispatch_id FROM ` + from + newestFirst + ` LIMIT ` + q.arg(limit) + ` OFFSET ` + q.arg(offset), q.args
}

// selectTotal counts what a filter finds, and among how many it was looked for.
func selectTotal(f DispatchFilter) (string, []any) {
	var q dispatchQuery
	if f.Channel == "" {
		return `SELECT COUNT(*), 0 FROM (SELECT 1 FROM ` + q.matches(f, MaxListed+1) + ` LIMIT ` + q.arg(MaxListed+1) + `) AS counted`, q.args
	}
	from := q.newest(f)
	return `SELECT COALESCE(SUM(CASE WHEN ` + q.has(f.Channel) + ` THEN 1 ELSE 0 END), 0), COUNT(*) FROM ` + from, q.args
}

// Dispatches returns dispatches without their attempts, newest first: at most limit behind offset. Those behind the first MaxListed are not
// found, nor those behind the newest 20,000 that the rest of the filter finds, where it has a channel.
func (s *Store) Dispatches(ctx context.Context, f DispatchFilter, offset, limit int) ([]*Snapshot, error) {
	if f.findsNothing() {
		return nil, nil
	}
	query, args := selectPage(f, offset, min(limit, MaxListed-offset))
	ids, err := sqlstore.Rows(ctx, s.db, sqlstore.Value[string], query, args...)
	if err != nil {
		return nil, fmt.Errorf("listing dispatches: %w", err)
	}
	return s.Snapshots(ctx, ids)
}

// CountDispatches returns how many a filter finds, at most MaxListed, and whether there are, or may be, more.
func (s *Store) CountDispatches(ctx context.Context, f DispatchFilter) (total int, capped bool, err error) {
	if f.findsNothing() {
		return 0, false, nil
	}
	query, args := selectTotal(f)
	type count struct{ total, searched int }
	found, err := sqlstore.Row(ctx, s.db, func(row sqlstore.Scanner) (c count, err error) {
		err = row.Scan(&c.total, &c.searched)
		return c, err
	}, query, args...)
	if err != nil {
		return 0, false, fmt.Errorf("counting dispatches: %w", err)
	}
	return min(found.total, MaxListed), found.total > MaxListed || found.searched == maxSearched, nil
}

// Matches tells whether the filter finds a dispatch.
func (f DispatchFilter) Matches(d *Snapshot) bool {
	return (f.Providers == nil || slices.Contains(f.Providers, d.ProviderID)) && (f.Status == "" || f.Status == d.Status) &&
		(f.Reference == "" || f.Reference == d.Reference) && !d.CreatedAt.Before(f.From) && (f.To.IsZero() || d.CreatedAt.Before(f.To)) &&
		(f.Channel == "" || slices.ContainsFunc(d.Parts, func(p SnapshotPart) bool { return p.Channel == f.Channel }))
}

func (f DispatchFilter) findsNothing() bool {
	return f.Providers != nil && len(f.Providers) == 0 || !sqlstore.CanBeKey(f.Reference)
}
