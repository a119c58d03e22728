package store

import (
	"context"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

var (
	insertContents = &sqlstore.Insertion{
		Head:  `INSERT INTO content (dispatch_id, body)`,
		Types: []string{"text", "text"},
	}
	insertParts = &sqlstore.Insertion{
		Head:  `INSERT INTO part (dispatch_id, part, data_set, channel, priority, status, reason, next_attempt_at, expires_at, ended_at)`,
		Types: []string{"text", "bigint", "text", "text", "bigint", "text", "text", "bigint", "bigint", "bigint"},
	}
	insertCodes = &sqlstore.Insertion{
		Head: `INSERT INTO code (code_id, provider_id, dispatch_id, kind, title, provider_code, valid_from, valid_until, uses, redeemed,
		created_at)`,
		Types: []string{"text", "bigint", "text", "text", "text", "text", "bigint", "bigint", "bigint", "bigint", "bigint"},
	}
	insertPayments = &sqlstore.Insertion{
		Head: `INSERT INTO payment (payment_id, provider_id, dispatch_id, amount, currency, concept, reference, status, requested_at,
		expires_at)`,
		Types: []string{"text", "bigint", "text", "bigint", "text", "text", "text", "text", "bigint", "bigint"},
	}
	insertPictures = &sqlstore.Insertion{
		Head:  `INSERT INTO picture (picture_id, dispatch_id, part, media_type, bytes)`,
		Types: []string{"text", "text", "bigint", "text", "bytea"},
	}
)

// requested is the status of a payment request that waits to be paid.
const requested = "requested"

// enterParts enters what belongs to the dispatches that are stored: whoever repeats one is answered with its code and payment request.
func (a *acceptor) enterParts(ctx context.Context) error {
	var contents, parts, codes, payments []any
	now := a.at.UnixMilli()
	for _, i := range a.stored {
		d := &a.group[i]
		if d.Content != "" {
			contents = append(contents, d.ID, d.Content)
		}
		for j := range d.Parts {
			p := &d.Parts[j]
			parts = append(parts, d.ID, p.Kind, d.DataSet, p.Channel, p.Priority, p.Status, p.Reason,
				milli(a.due(d, p)), d.ExpiresAt.UnixMilli(), milli(a.ended(p)))
		}
		if c := d.Code; c != nil {
			a.results[i].CodeID = c.ID
			codes = append(codes, c.ID, d.ProviderID, d.ID, c.Kind, c.Title, c.ProviderCode, milli(c.ValidFrom), milli(c.ValidUntil),
				c.Uses, 0, now)
		}
		if p := d.Payment; p != nil {
			a.results[i].PaymentID = p.ID
			payments = append(payments, p.ID, d.ProviderID, d.ID, p.Amount, p.Currency, p.Concept, p.Reference, requested, now,
				d.ExpiresAt.UnixMilli())
		}
	}
	for _, table := range []struct {
		into   *sqlstore.Insertion
		values []any
	}{{insertContents, contents}, {insertParts, parts}, {insertCodes, codes}, {insertPayments, payments}} {
		if err := table.into.Run(ctx, a.tx, a.store.db.Engine, table.values, nil); err != nil {
			return err
		}
	}
	if err := a.enterPictures(ctx); err != nil {
		return err
	}
	a.stored = nil
	return nil
}

// enterPictures enters each by itself: together they are too large for one statement.
func (a *acceptor) enterPictures(ctx context.Context) error {
	for _, i := range a.stored {
		for _, p := range a.group[i].Pictures {
			values := []any{p.ID, a.group[i].ID, p.Kind, p.MediaType, p.Bytes}
			if err := insertPictures.Run(ctx, a.tx, a.store.db.Engine, values, nil); err != nil {
				return err
			}
		}
	}
	return nil
}
