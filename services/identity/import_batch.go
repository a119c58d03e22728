package identity

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

// reading reads a batch once, before its transaction, and puts the good rows each time that is tried. outcome tells of a
// row whether it was stored, and why not.
func reading[R, O any](
	read func([]byte) (R, error), put func(context.Context, *sql.Tx, []R) ([]O, error), outcome func(O) (bool, error),
) func(context.Context, []*identityv1.ImportRow) (putRows, error) {
	return func(ctx context.Context, in []*identityv1.ImportRow) (putRows, error) {
		var rows []R
		var lines []int64
		var rejects []store.Reject
		all, errs := readAll(read, in)
		for i, err := range errs {
			line := in[i].GetLine()
			if err != nil {
				reject, known := rejected(line, err)
				if !known {
					return nil, err
				}
				rejects = append(rejects, reject)
				continue
			}
			rows, lines = append(rows, all[i]), append(lines, line)
		}
		return func(tx *sql.Tx, from int64) (store.ImportOutcome, error) {
			first, _ := slices.BinarySearch(lines, from)
			outcomes, err := put(ctx, tx, rows[first:])
			if err != nil {
				return store.ImportOutcome{}, err
			}
			var all store.ImportOutcome
			for _, reject := range rejects {
				if reject.Line >= from {
					all.Rejects = append(all.Rejects, reject)
				}
			}
			for i, one := range outcomes {
				stored, err := outcome(one)
				reject, known := rejected(lines[first+i], err)
				switch {
				case err != nil && !known:
					return all, err
				case err != nil:
					all.Rejects = append(all.Rejects, reject)
				case stored:
					all.Stored++
				default:
					all.Unchanged++
				}
			}
			slices.SortFunc(all.Rejects, func(a, b store.Reject) int { return cmp.Compare(a.Line, b.Line) })
			return all, nil
		}, nil
	}
}

// readAll reads rows on all processors, and waits until that is done. It panics where one of them does.
func readAll[R any](read func([]byte) (R, error), in []*identityv1.ImportRow) ([]R, []error) {
	rows, errs := make([]R, len(in)), make([]error, len(in))
	share := len(in)/runtime.GOMAXPROCS(0) + 1
	var group sync.WaitGroup
	var panicked atomic.Value
	for from := 0; from < len(in); from += share {
		group.Go(func() {
			defer func() {
				if r := recover(); r != nil {
					panicked.Store(fmt.Errorf("reading a row: %v", r))
				}
			}()
			for i := from; i < min(from+share, len(in)); i++ {
				rows[i], errs[i] = read(in[i].GetMembers())
			}
		})
	}
	group.Wait()
	if r := panicked.Load(); r != nil {
		panic(r)
	}
	return rows, errs
}

// rejected tells what is wrong with a row; not known are failures that are not the row's.
func rejected(line int64, err error) (reject store.Reject, known bool) {
	if wrong, ok := errors.AsType[*rowError](err); ok {
		return store.Reject{Line: line, Field: wrong.field, Reason: wrong.reason}, true
	}
	if unknown, ok := errors.AsType[*store.UnknownCodeError](err); ok {
		return store.Reject{Line: line, Field: unknown.Field, Reason: "is not in the catalogue"}, true
	}
	for _, c := range []struct {
		is            error
		field, reason string
	}{
		{store.ErrIdentifierTaken, "", "an identifier is another person's"},
		{store.ErrMembershipEnded, "number", "the membership has ended"},
		{store.ErrTooManyMemberships, "unique_key", fmt.Sprintf("the person has %d memberships", store.MaxMemberships)},
		{store.ErrNoPerson, "unique_key", "is no person's"},
		{store.ErrNoHousehold, "household_key", "is no household's"},
		{store.ErrReferenceTaken, "reference", "is that of a statement that says something else"},
		{store.ErrTooMany, "", "there are as many members, or facts, as there may be"},
	} {
		if errors.Is(err, c.is) {
			return store.Reject{Line: line, Field: c.field, Reason: c.reason}, true
		}
	}
	return store.Reject{}, false
}

// putMemberships finds the persons of rows, and stores the memberships of those that are there.
func (s *Service) putMemberships(ctx context.Context, tx *sql.Tx, set store.DataSet, rows []membershipRow) ([]store.MembershipOutcome, error) {
	keys := make([]string, len(rows))
	for i, row := range rows {
		keys[i] = row.key
	}
	persons, err := s.store.PersonRefs(ctx, tx, set, keys)
	if err != nil {
		return nil, err
	}
	outcomes := make([]store.MembershipOutcome, len(rows))
	var upserts []store.MembershipUpsert
	var places []int
	for i, row := range rows {
		person, known := persons[row.key]
		if !known {
			outcomes[i].Err = store.ErrNoPerson
			continue
		}
		row.upsert.Person = person
		upserts, places = append(upserts, row.upsert), append(places, i)
	}
	stored, err := s.store.UpsertMemberships(ctx, tx, set, upserts)
	for i, place := range places[:len(stored)] {
		outcomes[place] = stored[i]
	}
	return outcomes, err
}
