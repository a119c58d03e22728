package directory

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

// pageSize bounds what one query brings.
const pageSize = 1000

// changes is what happened after a revision.
type changes struct {
	clients     []store.Client
	operators   []store.Operator
	revocations []store.Revocation
	keys        []store.SigningKey
}

// Poll brings the view up to what the store had when it was called, or later, and hands the news to the
// watches. It may be called at any time: calls that come while the store is being asked share the next look at it.
func (d *Directory) Poll(ctx context.Context) error { return d.polls.next(ctx, d.look) }

func (d *Directory) look(ctx context.Context) error {
	asked := d.now()
	head, err := d.store.Head(ctx)
	if err != nil {
		return fmt.Errorf("asking for the store's revision: %w", err)
	}
	since := d.cursor(head, asked)
	var news changes
	if head > since || since == 0 {
		if news, err = d.read(ctx, since); err != nil {
			return err
		}
		d.ring.Update(news.keys, since == 0)
	}
	d.apply(news, head, asked)
	return nil
}

// cursor is where to read on. A head that is behind the view is another history, as
// after a restore: the view and what watches know of it are void. So they are after MaxGap.
func (d *Directory) cursor(head int64, asked time.Time) int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	if head < d.revision || !d.current.IsZero() && asked.Sub(d.current) > MaxGap {
		d.clear()
		d.cutOff()
	}
	return d.revision
}

// read collects everything after a revision. Changes that are committed meanwhile
// may be among it; they come again with the next poll, which does no harm.
func (d *Directory) read(ctx context.Context, since int64) (news changes, err error) {
	news.clients, err = pages(ctx, d.store.ClientsSince, since, func(c store.Client) int64 { return c.Revision })
	if err != nil {
		return changes{}, fmt.Errorf("reading changed clients: %w", err)
	}
	news.operators, err = pages(ctx, d.store.OperatorsSince, since, func(o store.Operator) int64 { return o.Revision })
	if err != nil {
		return changes{}, fmt.Errorf("reading changed operators: %w", err)
	}
	news.revocations, err = pages(ctx, d.store.RevocationsSince, since, func(r store.Revocation) int64 { return r.Revision })
	if err != nil {
		return changes{}, fmt.Errorf("reading revocations: %w", err)
	}
	if news.keys, err = d.store.KeysSince(ctx, since); err != nil {
		return changes{}, fmt.Errorf("reading changed keys: %w", err)
	}
	return news, nil
}

func pages[T any](
	ctx context.Context, page func(context.Context, int64, int) ([]T, error), since int64, revision func(T) int64,
) ([]T, error) {
	var all []T
	for {
		some, err := page(ctx, since, pageSize)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
		if len(some) < pageSize {
			return all, nil
		}
		since = revision(some[len(some)-1])
	}
}

func (d *Directory) apply(news changes, head int64, asked time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, client := range news.clients {
		d.putClient(client)
	}
	for _, operator := range news.operators {
		d.putOperator(operator)
	}
	for _, revoked := range news.revocations {
		d.revoked[revoked.TokenID] = revocation{revoked.Revision, revoked.ExpiresAt}
	}
	for _, key := range news.keys {
		if key.Voided() {
			d.retired[key.KID] = revocation{key.Revision, key.LastTokenEnds}
		}
	}
	d.current = asked
	if head > d.revision {
		d.revision = head
		d.publish(Batch{Revocations: news.list(true), Cursor: head})
	}
}

// Forget drops revocations of tokens and keys that ended before the given time by themselves.
func (d *Directory) Forget(before time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	over := func(_ string, r revocation) bool { return r.expires.Before(before) }
	maps.DeleteFunc(d.revoked, over)
	maps.DeleteFunc(d.retired, over)
}

// ForgetDeleted drops clients that were deleted before the given time. The store is asked for them from then on, and
// does not find them.
func (d *Directory) ForgetDeleted(before time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	maps.DeleteFunc(d.clients, func(_ string, c *Client) bool { return c.Deleted && c.UpdatedAt.Before(before) })
}
