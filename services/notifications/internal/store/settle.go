package store

import (
	"context"
	"database/sql"
	"slices"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

// settled is a dispatch whose parts changed.
type settled struct {
	id         string
	providerID int64
	reference  string
	sendAt     sql.NullInt64
	endedAt    sql.NullInt64
	told       string
	listens    bool // whether the provider has an address for callbacks
	parts      []Part
}

// settle brings dispatches up to their parts, which the same transaction changed before: status, version, changed_at and ended_at. It enters a callback
// for those whose change their provider can see and wants to be told of. Whoever changes parts calls it last; it locks the dispatches in the
// order of their identifiers, so that transactions which change parts first and dispatches last do not stand in each other's way.
func (s *Store) settle(ctx context.Context, tx *sql.Tx, at time.Time, dispatchIDs ...string) error {
	if len(dispatchIDs) == 0 {
		return nil
	}
	ids := s.list(dispatchIDs)
	if err := s.lockDispatches(ctx, tx, ids); err != nil {
		return err
	}
	all, err := s.toSettle(ctx, tx, ids)
	if err != nil {
		return err
	}
	changes := make([]change, len(all))
	var calls []call
	for i, d := range all {
		changes[i] = d.settle(at)
		if body, ok := d.callback(changes[i], at); ok && d.listens {
			calls = append(calls, newCall(d, body, at))
		}
	}
	if _, err := tx.ExecContext(ctx, s.updateSettled(), recorded(changes), at.UnixMilli()); err != nil {
		return err
	}
	return s.enterCalls(ctx, tx, calls)
}

// lockDispatches makes transactions that settle the same dispatches take turns. SQLite has one writer.
func (s *Store) lockDispatches(ctx context.Context, tx *sql.Tx, ids any) error {
	if s.db.Engine != sqlstore.PostgreSQL {
		return nil
	}
	_, err := tx.ExecContext(ctx, s.selectLocked(), ids)
	return err
}

func (s *Store) selectLocked() string {
	return `SELECT 1 FROM dispatch WHERE ` + s.among("dispatch_id", "$1") + ` ORDER BY dispatch_id FOR UPDATE`
}

// toSettle reads dispatches with their parts. It is a statement of its own, behind the lock, so that it sees what whoever had the lock before has done.
func (s *Store) toSettle(ctx context.Context, tx *sql.Tx, ids any) ([]settled, error) {
	rows, err := tx.QueryContext(ctx, s.selectToSettle(), ids)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []settled
	for rows.Next() {
		var d settled
		var p Part
		if err := rows.Scan(&d.id, &d.providerID, &d.reference, &d.sendAt, &d.endedAt, &d.told, &d.listens,
			&p.Kind, &p.Channel, &p.Status, &p.Reason); err != nil {
			return nil, err
		}
		if len(all) == 0 || all[len(all)-1].id != d.id {
			all = append(all, d)
		}
		last := &all[len(all)-1]
		last.parts = append(last.parts, p)
	}
	return all, rows.Err()
}

// selectToSettle takes PostgreSQL to the parts of one dispatch after the other, whatever it thinks of their number.
func (s *Store) selectToSettle() string {
	parts := `JOIN part ON part.dispatch_id = d.dispatch_id`
	if s.db.Engine == sqlstore.PostgreSQL {
		parts = `CROSS JOIN LATERAL (SELECT part, channel, status, reason FROM part WHERE part.dispatch_id = d.dispatch_id ORDER BY part LIMIT 4) AS part`
	}
	return `SELECT d.dispatch_id, d.provider_id, d.reference, d.send_at, d.ended_at, d.told,
			COALESCE(v.notification_uri, '') <> '', part.part, part.channel, part.status, part.reason
		FROM dispatch AS d ` + parts + ` LEFT JOIN provider AS v ON v.provider_id = d.provider_id
		WHERE ` + s.among("d.dispatch_id", "$1") + ` ORDER BY d.dispatch_id, part.part`
}

// change is what becomes of a dispatch, as a record of the statement that writes it.
type change struct {
	DispatchID string         `json:"dispatch_id"`
	Status     message.Status `json:"status"`
	EndedAt    *int64         `json:"ended_at"`
	Told       string         `json:"told"`
}

func (s *Store) updateSettled() string {
	return `UPDATE dispatch SET status = r.status, version = version + 1, changed_at = $2, ended_at = r.ended_at, told = r.told
		FROM ` + s.records(1, "r", "dispatch_id text, status text, ended_at bigint, told text") + ` WHERE dispatch.dispatch_id = r.dispatch_id`
}

func (d settled) settle(at time.Time) change {
	c := change{DispatchID: d.id, Status: statusOf(d.parts), Told: d.visible()}
	switch {
	case canChange(d.parts):
	case d.endedAt.Valid:
		c.EndedAt = &d.endedAt.Int64
	default:
		now := at.UnixMilli()
		c.EndedAt = &now
	}
	return c
}

// rank is the order in which a status of one part is that of its dispatch.
var rank = []message.Status{
	message.Sending, message.Accepted, message.Scheduled, message.Failed, message.Expired, message.Sent, message.Delivered, message.Cancelled,
}

// statusOf is the status of a dispatch with these parts.
func statusOf(parts []Part) message.Status {
	for _, status := range rank {
		if slices.ContainsFunc(parts, func(p Part) bool { return p.Status == status }) {
			return status
		}
	}
	return message.Cancelled
}

// canChange tells whether more is to happen to one of the parts: it is to be sent, or paid.
func canChange(parts []Part) bool {
	return slices.ContainsFunc(parts, func(p Part) bool {
		return p.Status.Open() || p.Kind == message.MicroPayment && p.Status == message.Sent
	})
}
