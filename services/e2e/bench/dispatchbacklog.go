package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/notifications"
)

// What waits beside the work in the runs with a backlog: parts for another day, or due.
const (
	heldBacklog = "held"
	dueBacklog  = "due"
)

// beside is a kind of work beside a backlog.
func beside(work, backlog string) string { return work + ", " + backlog }

// The parts that wait: fewestWaiting and mostWaiting bound the flag, usualWaiting and manyWaiting are so many when it does not say, in a run of all
// parts and of this one.
const (
	fewestWaiting = 1000
	mostWaiting   = 10_000_000
	usualWaiting  = 50_000
	manyWaiting   = 1_000_000
)

// backlogPace is how many of the backlog are delivered in a second while accept is measured.
const backlogPace = 200

// backlogs measures beside parts that wait: first for another day, and some for a carrier that there is not; then for nothing but their turn.
func (m *dispatchesMeasure) backlogs(ctx context.Context) error {
	m.progress(fmt.Sprintf("entering %d parts that wait", m.found.backlog))
	err := m.onTheirs(ctx, func(db *store.DB) error {
		if err := m.enterWaiting(ctx, db, m.found.backlog, tomorrow()); err != nil {
			return err
		}
		return m.enterWaiting(ctx, db, m.found.backlog/10, waiting{"email", "accepted", time.Now()})
	})
	if err != nil {
		return err
	}
	if err := m.life(ctx, m.peers.onlyKannel(), m.besideHeld); err != nil {
		return err
	}
	m.progress("making the parts due")
	err = m.onTheirs(ctx, func(db *store.DB) error { return makeDue(ctx, db) })
	if err != nil {
		return fmt.Errorf("making the parts due: %w", err)
	}
	if err := m.life(ctx, m.peers.onlyKannel(), m.throughDue); err != nil {
		return err
	}
	return m.life(ctx, m.peers.onlyKannel(fmt.Sprintf("per_second=%d", backlogPace)), func(ctx context.Context, ours *server, _ access) error {
		return m.acceptBeside(ctx, ours, dueBacklog)
	})
}

// onTheirs does something with the platform's tables while it does not run.
func (m *dispatchesMeasure) onTheirs(ctx context.Context, do func(*store.DB) error) error {
	theirs := database{URL: "sqlite:" + filepath.Join(m.data(), "notifications.db")}
	if m.postgres != "" {
		theirs = database{m.postgres, notifications.Schema}
	}
	db, err := theirs.openWith(ctx, notifications.Migrations())
	if err != nil {
		return err
	}
	return errors.Join(do(db), db.Close())
}

// enterWaiting enters parts that wait.
func (m *dispatchesMeasure) enterWaiting(ctx context.Context, db *store.DB, n int, w waiting) error {
	for at := 0; at < n; at += batchSize {
		size := min(batchSize, n-at)
		if err := m.insertDispatches(ctx, db, m.numbers(size), size, w); err != nil {
			return err
		}
	}
	if db.Engine != store.PostgreSQL { // which looks after itself
		return nil
	}
	return db.InTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `ANALYZE`)
		return err
	})
}

// makeDue lets what waits for another day be sent now, some at a time: a statement has a limit of time.
func makeDue(ctx context.Context, db *store.DB) error {
	row := "rowid"
	if db.Engine == store.PostgreSQL {
		row = "ctid"
	}
	text := `UPDATE part SET status = 'accepted', next_attempt_at = $1 WHERE ` + row + ` IN (SELECT ` + row + ` FROM part
		WHERE channel = 'sms' AND priority = 0 AND next_attempt_at > $1 ORDER BY next_attempt_at DESC LIMIT 20000)`
	now := time.Now().UnixMilli()
	for {
		done, err := db.Write.ExecContext(ctx, text, now)
		if err != nil {
			return err
		}
		if rows, err := done.RowsAffected(); err != nil || rows == 0 {
			return err
		}
	}
}

// besideHeld measures accept and delivery beside parts that are not to be delivered now.
func (m *dispatchesMeasure) besideHeld(ctx context.Context, ours *server, _ access) error {
	if err := m.acceptBeside(ctx, ours, heldBacklog); err != nil {
		return err
	}
	for run := range m.asked.runs {
		m.progress(fmt.Sprintf("run %d of %d: %s", run+1, m.asked.runs, beside(deliveryWork(smsChannel.name), heldBacklog)))
		figures, err := m.deliver(ctx, ours, smsChannel)
		if err != nil {
			return err
		}
		m.found.deliveries.add(beside(deliveryWork(smsChannel.name), heldBacklog), platformName, figures)
	}
	return nil
}

func (m *dispatchesMeasure) acceptBeside(ctx context.Context, ours *server, backlog string) error {
	bearer, err := m.bearer(ctx, ours)
	if err != nil {
		return err
	}
	work := beside(acceptWork(comparedAt), backlog)
	for run := range m.asked.runs {
		m.progress(fmt.Sprintf("run %d of %d: %s", run+1, m.asked.runs, work))
		figures, err := m.accept(ctx, ours, comparedAt, m.asked.requests, bearer)
		if err != nil {
			return err
		}
		m.found.accepts.add(work, platformName, figures)
	}
	return nil
}

// throughDue measures the delivery of parts of a backlog, as far as it goes.
func (m *dispatchesMeasure) throughDue(ctx context.Context, ours *server, _ access) error {
	for run := range m.asked.runs {
		work, n := beside(deliveryWork(smsChannel.name), dueBacklog), min(partsPerRequest*m.asked.requests, m.found.backlog/(2*m.asked.runs))
		m.progress(fmt.Sprintf("run %d of %d: %s", run+1, m.asked.runs, work))
		figures, err := m.arrivals(ctx, ours, smsChannel, smsChannel.arrived(m.peers), n)
		if err != nil {
			return err
		}
		m.found.deliveries.add(work, platformName, figures)
	}
	return nil
}
