package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

// KeyLife is how long an idempotency key makes a repetition known as one.
const KeyLife = 24 * time.Hour

// Of a key that is taken, one that has expired is taken over. The one that is entered expires KeyLife from now, so that the present time needs no
// argument of its own.
var (
	insertKeys = &sqlstore.Insertion{
		Head: `INSERT INTO idempotency (provider_id, key, digest, dispatch_id, expires_at)`,
		Tail: ` ON CONFLICT (provider_id, key) DO UPDATE SET digest = excluded.digest, dispatch_id = excluded.dispatch_id, expires_at = excluded.expires_at
		WHERE idempotency.expires_at <= excluded.expires_at - 86400000 RETURNING provider_id, key`,
		Types: []string{"bigint", "text", "text", "text", "bigint"},
	}
	insertDispatches = &sqlstore.Insertion{
		Head: `INSERT INTO dispatch (dispatch_id, provider_id, service_id, data_set, person_id, reference, digest, first_status, status, version,
		created_at, send_at, expires_at, changed_at, ended_at, retention)`,
		Tail: ` ON CONFLICT DO NOTHING RETURNING dispatch_id`,
		Types: []string{
			"text", "bigint", "bigint", "text", "text", "text", "text", "text", "text", "bigint",
			"bigint", "bigint", "bigint", "bigint", "bigint", "bigint",
		},
	}
)

// enter enters keys and dispatches of those that do not stand in each other's way, and returns those that others were before in. Replicas enter keys
// first and dispatches then, each in one order: they wait for each other, and not in a circle.
func (a *acceptor) enter(ctx context.Context, chosen []int) (lost []int, err error) {
	slices.SortFunc(chosen, func(x, y int) int { return compareNames(a.group[x].key(), a.group[y].key()) })
	won, err := a.enterKeys(ctx, chosen)
	if err != nil {
		return nil, err
	}
	free := make([]int, 0, len(chosen))
	for _, i := range chosen {
		if d := &a.group[i]; d.Key == "" || won[d.key()] {
			free = append(free, i)
		} else {
			lost = append(lost, i)
		}
	}
	slices.SortFunc(free, func(x, y int) int { return compareNames(a.group[x].reference(), a.group[y].reference()) })
	entered, err := a.enterDispatches(ctx, free)
	if err != nil {
		return nil, err
	}
	for _, i := range free {
		if entered[a.group[i].ID] {
			a.stored = append(a.stored, i)
			continue
		}
		lost = append(lost, i)
		if err := a.leaveKey(ctx, &a.group[i]); err != nil {
			return nil, err
		}
	}
	for _, i := range lost {
		a.giveBack(&a.group[i])
	}
	return lost, nil
}

func compareNames(x, y name) int {
	return cmp.Or(cmp.Compare(x.providerID, y.providerID), cmp.Compare(x.text, y.text))
}

// enterKeys tells which keys are now those of the dispatches that have them.
func (a *acceptor) enterKeys(ctx context.Context, chosen []int) (map[name]bool, error) {
	var values []any
	for _, i := range chosen {
		if d := &a.group[i]; d.Key != "" {
			values = append(values, a.keyRow(d, d.ID)...)
		}
	}
	won := make(map[name]bool)
	err := insertKeys.Run(ctx, a.tx, a.store.db.Engine, values, func(row sqlstore.Scanner) error {
		var n name
		err := row.Scan(&n.providerID, &n.text)
		won[n] = true
		return err
	})
	return won, err
}

func (a *acceptor) keyRow(d *NewDispatch, dispatchID string) []any {
	return []any{d.ProviderID, d.Key, d.Digest, dispatchID, a.at.Add(KeyLife).UnixMilli()}
}

// leaveKey takes the key back that was entered for a dispatch which is not stored.
func (a *acceptor) leaveKey(ctx context.Context, d *NewDispatch) error {
	if d.Key == "" {
		return nil
	}
	_, err := a.tx.ExecContext(ctx, `DELETE FROM idempotency WHERE provider_id = $1 AND key = $2`, d.ProviderID, d.Key)
	return err
}

// enterDispatches tells by their identifiers which are stored.
func (a *acceptor) enterDispatches(ctx context.Context, free []int) (map[string]bool, error) {
	now := a.at.UnixMilli()
	values := make([]any, 0, len(free)*len(insertDispatches.Types))
	for _, i := range free {
		d := &a.group[i]
		status := statusOf(d.Parts)
		var ended time.Time
		if !canChange(d.Parts) {
			ended = a.at
		}
		a.results[i] = Acceptance{DispatchID: d.ID, Status: status, CreatedAt: a.at}
		values = append(values, d.ID, d.ProviderID, d.ServiceID, d.DataSet, d.PersonID, d.Reference, d.Digest, status, status, 1,
			now, milli(d.SendAt), d.ExpiresAt.UnixMilli(), now, milli(ended), d.Retention.Milliseconds())
	}
	entered := make(map[string]bool, len(free))
	err := insertDispatches.Run(ctx, a.tx, a.store.db.Engine, values, func(row sqlstore.Scanner) error {
		id, err := sqlstore.Value[string](row)
		entered[id] = true
		return err
	})
	return entered, err
}

// due is when a part is to be sent first: at once, at the time asked for, or never.
func (a *acceptor) due(d *NewDispatch, p *Part) (due time.Time) {
	switch p.Status {
	case message.Accepted:
		return a.at
	case message.Scheduled:
		return d.SendAt
	default:
		return due
	}
}

// ended is when a part ended for which nothing is to be done.
func (a *acceptor) ended(p *Part) (ended time.Time) {
	if p.Status == message.Delivered {
		return a.at
	}
	return ended
}
