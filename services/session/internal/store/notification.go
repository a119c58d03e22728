package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// NotificationsKept is how long it is known whose a notification is: as long as the dispatcher may keep what it said.
const NotificationsKept = 5 * 366 * 24 * time.Hour

const (
	// A repetition of what was sent has the same identifier.
	insertNotification = `INSERT INTO notification (notification_id, organisation_id, created_at) VALUES ($1, $2, $3) ON CONFLICT (notification_id) DO NOTHING`
	selectNotification = `SELECT created_at FROM notification WHERE notification_id = $1 AND organisation_id = $2`
)

// EnterNotification enters that a notification was sent in an organisation's name. Once is as good as twice.
func (s *Store) EnterNotification(ctx context.Context, id string, organisationID int64) error {
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, insertNotification, id, organisationID, s.now().UnixMilli())
		return err
	})
	if err != nil {
		return fmt.Errorf("entering a notification: %w", err)
	}
	return nil
}

// Notification is when one that was sent in an organisation's name was entered. It fails with sqlstore.ErrNotFound, also for another organisation's.
func (s *Store) Notification(ctx context.Context, id string, organisationID int64) (time.Time, error) {
	at, err := sqlstore.Row(ctx, s.db, sqlstore.Value[int64], selectNotification, storable(id), organisationID)
	if err != nil {
		return time.Time{}, fmt.Errorf("reading a notification: %w", err)
	}
	return time.UnixMilli(at).UTC(), nil
}
