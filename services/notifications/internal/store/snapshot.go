package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

// Snapshot is a dispatch with its parts, as they are at one time. Times that there are not are zero.
type Snapshot struct {
	ID         string
	ProviderID int64
	ServiceID  int32
	DataSet    message.DataSet
	PersonID   string // personal data; empty once it is erased
	Reference  string
	Status     message.Status
	Version    int64
	CreatedAt  time.Time
	SendAt     time.Time
	ExpiresAt  time.Time
	ChangedAt  time.Time
	EndedAt    time.Time
	ErasedAt   time.Time
	Parts      []SnapshotPart // by kind
}

// SnapshotPart is a part of it.
type SnapshotPart struct {
	Kind          message.Kind
	Channel       message.Channel
	Status        message.Status
	Reason        message.Reason
	NextAttemptAt time.Time // the end of the lease while it is being sent
	CodeID        string    // of its code; empty for none
	PaymentID     string    // of its payment request; empty for none
	PaymentStatus string
	Attempts      []SnapshotAttempt // oldest first; none where they were not asked for
}

// SnapshotAttempt is an attempt to send a part.
type SnapshotAttempt struct {
	Number   int32
	At       time.Time
	Carrier  string
	Outcome  message.Outcome
	Reason   message.Reason
	Repeated bool
}

// maxAttempts is how many attempts of a part are told, the newest.
const maxAttempts = 100

func (s *Store) selectSnapshots() string {
	return `SELECT d.dispatch_id, d.provider_id, d.service_id, d.data_set, d.person_id, d.reference, d.status, d.version, d.created_at, d.send_at,
			d.expires_at, d.changed_at, d.ended_at, d.erased_at, p.part, p.channel, p.status, p.reason, p.next_attempt_at,
			COALESCE(c.code_id, ''), COALESCE(y.payment_id, ''), COALESCE(y.status, '')
		FROM dispatch AS d JOIN part AS p ON p.dispatch_id = d.dispatch_id
		LEFT JOIN code AS c ON c.dispatch_id = d.dispatch_id AND p.part = 3
		LEFT JOIN payment AS y ON y.dispatch_id = d.dispatch_id AND p.part = 4
		WHERE ` + s.among("d.dispatch_id", "$1") + ` ORDER BY d.created_at DESC, d.dispatch_id DESC, p.part`
}

// Snapshots returns dispatches without their attempts, newest first. One that there is not is left out.
func (s *Store) Snapshots(ctx context.Context, ids []string) ([]*Snapshot, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := sqlstore.Rows(ctx, s.db, scanSnapshot, s.selectSnapshots(), s.list(ids))
	if err != nil {
		return nil, fmt.Errorf("reading dispatches: %w", err)
	}
	var all []*Snapshot
	for _, row := range rows { // one for each part
		if last := len(all) - 1; last >= 0 && all[last].ID == row.ID {
			all[last].Parts = append(all[last].Parts, row.Parts...)
		} else {
			all = append(all, row)
		}
	}
	return all, nil
}

// Whole is Snapshots with the attempts, of each part the newest 100.
func (s *Store) Whole(ctx context.Context, ids []string) ([]*Snapshot, error) {
	all, err := s.Snapshots(ctx, ids)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return all, s.addAttempts(ctx, all)
}

func scanSnapshot(row sqlstore.Scanner) (*Snapshot, error) {
	d, p := &Snapshot{}, SnapshotPart{}
	var created, expires, changed int64
	var send, ended, erased, next sql.NullInt64
	err := row.Scan(&d.ID, &d.ProviderID, &d.ServiceID, &d.DataSet, &d.PersonID, &d.Reference, &d.Status, &d.Version, &created, &send,
		&expires, &changed, &ended, &erased, &p.Kind, &p.Channel, &p.Status, &p.Reason, &next, &p.CodeID, &p.PaymentID, &p.PaymentStatus)
	d.CreatedAt, d.ExpiresAt, d.ChangedAt = time.UnixMilli(created).UTC(), time.UnixMilli(expires).UTC(), time.UnixMilli(changed).UTC()
	d.SendAt, d.EndedAt, d.ErasedAt, p.NextAttemptAt = at(send), at(ended), at(erased), at(next)
	d.Parts = []SnapshotPart{p}
	return d, err
}

func (s *Store) selectAttempts() string {
	return `SELECT a.dispatch_id, a.part, a.number, a.at, a.carrier, a.outcome, a.reason, a.repeated
		FROM part AS p JOIN attempt AS a ON a.dispatch_id = p.dispatch_id AND a.part = p.part AND a.number > p.attempt - $1
		WHERE ` + s.among("p.dispatch_id", "$2") + ` ORDER BY a.dispatch_id, a.part, a.number`
}

func (s *Store) addAttempts(ctx context.Context, all []*Snapshot) error {
	type key struct {
		id   string
		kind message.Kind
	}
	parts, ids := make(map[key]*SnapshotPart), make([]string, len(all))
	for i, d := range all {
		ids[i] = d.ID
		for j := range d.Parts {
			parts[key{d.ID, d.Parts[j].Kind}] = &d.Parts[j]
		}
	}
	_, err := sqlstore.Rows(ctx, s.db, func(row sqlstore.Scanner) (none struct{}, err error) {
		var of key
		var a SnapshotAttempt
		var began, repeated int64
		err = row.Scan(&of.id, &of.kind, &a.Number, &began, &a.Carrier, &a.Outcome, &a.Reason, &repeated)
		a.At, a.Repeated = time.UnixMilli(began).UTC(), repeated != 0
		if part := parts[of]; part != nil {
			part.Attempts = append(part.Attempts, a)
		}
		return none, err
	}, s.selectAttempts(), maxAttempts, s.list(ids))
	if err != nil {
		return fmt.Errorf("reading attempts: %w", err)
	}
	return nil
}
