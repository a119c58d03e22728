package directory

import (
	"cmp"
	"errors"
	"slices"

	"google.golang.org/protobuf/types/known/timestamppb"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

// backlog is how many batches a watch may lag behind before it is cut off.
const backlog = 64

// ErrStale says that the view is too old to be handed on.
var ErrStale = errors.New("the view of the store is not current")

// Batch is some revocations, oldest first. It is shared: nobody changes it.
type Batch struct {
	Revocations []*authv1.Revocation
	// Cursor is where to go on after this batch.
	Cursor int64
	// Reset says that what was known before belongs to another history.
	Reset bool
}

// Watch receives batches as they become known.
type Watch struct {
	// News is closed when the watch is cut off: it was too slow, the store was
	// restored, or the directory closed. The watcher then starts again at its cursor.
	News chan Batch
}

// Watch returns all revocations after cursor, and a watch for those to come. End
// it with Unwatch. It fails with ErrStale.
func (d *Directory) Watch(cursor int64) (Batch, *Watch, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed || !d.fresh() {
		return Batch{}, nil, ErrStale
	}
	snapshot := Batch{Cursor: d.revision}
	if cursor > d.revision {
		snapshot.Reset, cursor = true, 0
	}
	snapshot.Revocations = d.after(cursor)
	w := &Watch{News: make(chan Batch, backlog)}
	d.watches[w] = struct{}{}
	return snapshot, w, nil
}

// Unwatch ends a watch.
func (d *Directory) Unwatch(w *Watch) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.watches, w)
}

// Close cuts off all watches, and refuses new ones.
func (d *Directory) Close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = true
	d.cutOff()
}

func (d *Directory) cutOff() {
	for w := range d.watches {
		close(w.News)
	}
	clear(d.watches)
}

// publish never waits: a watch whose backlog is full is cut off.
func (d *Directory) publish(batch Batch) {
	for w := range d.watches {
		select {
		case w.News <- batch:
		default:
			close(w.News)
			delete(d.watches, w)
		}
	}
}

// after collects the view's revocations after a cursor.
func (d *Directory) after(cursor int64) []*authv1.Revocation {
	var found changes
	for _, client := range d.clients {
		if client.Revision > cursor {
			found.clients = append(found.clients, client.Client)
		}
	}
	for _, operator := range d.operators {
		if operator.Revision > cursor {
			found.operators = append(found.operators, *operator)
		}
	}
	for id, r := range d.revoked {
		if r.revision > cursor {
			found.revocations = append(found.revocations, store.Revocation{TokenID: id, Revision: r.revision, ExpiresAt: r.expires})
		}
	}
	for id, r := range d.retired {
		if r.revision > cursor {
			found.keys = append(found.keys, store.SigningKey{
				KID: id, State: store.KeyRetired, Revision: r.revision, LastTokenEnds: r.expires,
			})
		}
	}
	return found.list(cursor > 0)
}

// list tells what the changes revoke, oldest first. A client or operator of epoch 0 never lost a credential. Those who
// follow are told of every client that changed, with its epoch as it is: what they keep of it may be out of date, such as
// its limit, or a secret that was given an end.
func (c changes) list(following bool) []*authv1.Revocation {
	type dated struct {
		revision int64
		what     *authv1.Revocation
	}
	var all []dated
	for _, client := range c.clients {
		if client.Epoch > 0 || following {
			all = append(all, dated{client.Revision, &authv1.Revocation{
				Kind: authv1.RevocationKind_REVOCATION_KIND_CLIENT, Key: client.ID, Epoch: client.Epoch,
			}})
		}
	}
	for _, operator := range c.operators {
		if operator.Epoch > 0 {
			all = append(all, dated{operator.Revision, &authv1.Revocation{
				Kind: authv1.RevocationKind_REVOCATION_KIND_OPERATOR, Key: operator.Name, Epoch: operator.Epoch,
			}})
		}
	}
	for _, token := range c.revocations {
		all = append(all, dated{token.Revision, &authv1.Revocation{
			Kind: authv1.RevocationKind_REVOCATION_KIND_TOKEN, Key: token.TokenID, ExpiresAt: timestamppb.New(token.ExpiresAt),
		}})
	}
	for _, key := range c.keys {
		if key.Voided() {
			all = append(all, dated{key.Revision, &authv1.Revocation{
				Kind: authv1.RevocationKind_REVOCATION_KIND_KEY, Key: key.KID, ExpiresAt: timestamppb.New(key.LastTokenEnds),
			}})
		}
	}
	slices.SortFunc(all, func(a, b dated) int { return cmp.Compare(a.revision, b.revision) })
	list := make([]*authv1.Revocation, len(all))
	for i, one := range all {
		list[i] = one.what
	}
	return list
}
