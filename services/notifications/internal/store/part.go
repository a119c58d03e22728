package store

import (
	"database/sql"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

// Part is a row of the table part. Times that are not are zero.
type Part struct {
	DispatchID    string
	Kind          message.Kind
	DataSet       message.DataSet
	Channel       message.Channel
	Priority      message.Priority
	Status        message.Status
	Reason        message.Reason
	NextAttemptAt time.Time
	LeaseOwner    string
	LeaseUntil    time.Time
	// Fence counts claims, Attempt attempts, Tries those of them that count against the most there may be.
	Fence, Attempt, Tries, Replays int64
	ExpiresAt                      time.Time
	Carrier                        string
	CarrierRef                     string
	EndedAt                        time.Time
}

// partColumns are what scanPart reads.
const partColumns = `part.dispatch_id, part.part, part.data_set, part.channel, part.priority, part.status, part.reason,
	part.next_attempt_at, part.lease_owner, part.lease_until, part.fence, part.attempt, part.tries, part.replays, part.expires_at,
	part.carrier, part.carrier_ref, part.ended_at`

func scanPart(row sqlstore.Scanner) (p Part, err error) {
	var next, lease, ended sql.NullInt64
	var expires int64
	err = row.Scan(&p.DispatchID, &p.Kind, &p.DataSet, &p.Channel, &p.Priority, &p.Status, &p.Reason, &next, &p.LeaseOwner, &lease,
		&p.Fence, &p.Attempt, &p.Tries, &p.Replays, &expires, &p.Carrier, &p.CarrierRef, &ended)
	p.NextAttemptAt, p.LeaseUntil, p.EndedAt = at(next), at(lease), at(ended)
	p.ExpiresAt = time.UnixMilli(expires).UTC()
	return p, err
}

// at is the time of a column that may be NULL; zero then.
func at(milliseconds sql.NullInt64) time.Time {
	if !milliseconds.Valid {
		return time.Time{}
	}
	return time.UnixMilli(milliseconds.Int64).UTC()
}

// milli is what is stored of a time: NULL for zero.
func milli(t time.Time) sql.NullInt64 {
	return sql.NullInt64{Int64: t.UnixMilli(), Valid: !t.IsZero()}
}
