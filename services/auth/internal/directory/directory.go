package directory

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"google.golang.org/protobuf/types/known/structpb"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

// MaxAge is how long the view is relied on after it was last known to be current.
const MaxAge = time.Second

// MaxGap is how long a view may go without being current and still be brought up to date. Beyond it the store may have
// forgotten what was deleted meanwhile, and the view starts anew.
const MaxGap = 24 * time.Hour

// Store is what the directory asks of auth's store.
type Store interface {
	// Head is the revision of the latest change.
	Head(ctx context.Context) (int64, error)
	// ClientsSince lists clients changed after a revision, in the order of their changes.
	ClientsSince(ctx context.Context, revision int64, limit int) ([]store.Client, error)
	// OperatorsSince lists operators as ClientsSince lists clients.
	OperatorsSince(ctx context.Context, revision int64, limit int) ([]store.Operator, error)
	// RevocationsSince lists revoked tokens as ClientsSince lists clients.
	RevocationsSince(ctx context.Context, revision int64, limit int) ([]store.Revocation, error)
	// KeysSince lists signing keys as ClientsSince lists clients, all at once.
	KeysSince(ctx context.Context, revision int64) ([]store.SigningKey, error)
	// Client finds one client; errors.Is pkg/store.ErrNotFound when there is none.
	Client(ctx context.Context, id string) (store.Client, error)
	// Operator finds one operator; errors.Is pkg/store.ErrNotFound when there is none.
	Operator(ctx context.Context, name string) (store.Operator, error)
	// Revoked tells whether a token is revoked.
	Revoked(ctx context.Context, tokenID string) (bool, error)
}

// Ring takes the signing keys that changed, or all that there are, before the view says that it is current. A view that
// may be relied on therefore means that the ring may be.
type Ring interface {
	Update(changed []store.SigningKey, all bool)
}

// Directory is the view. Its methods may be called by several goroutines at once.
// The records it returns are shared: nobody changes them.
type Directory struct {
	store Store
	ring  Ring
	now   func() time.Time
	polls *polls

	mu        sync.RWMutex
	clients   map[string]*Client
	operators map[string]*store.Operator
	revoked   map[string]revocation
	retired   map[string]revocation // signing keys, until their last tokens end
	revision  int64                 // everything up to here is in the view
	current   time.Time             // when the view was last known to be current
	watches   map[*Watch]struct{}
	closed    bool
}

// Client is a client as stored, made ready for use.
type Client struct {
	store.Client
	// Members are the parsed IntrospectionMembers; nil when there are none.
	Members *structpb.Struct
}

// NewClient makes a stored client ready.
func NewClient(stored store.Client) *Client {
	client := &Client{Client: stored}
	if len(stored.IntrospectionMembers) > 0 {
		client.Members = &structpb.Struct{}
		if client.Members.UnmarshalJSON(stored.IntrospectionMembers) != nil {
			client.Members = nil // what was registered is an object; nothing else is shown to anybody
		}
	}
	return client
}

type revocation struct {
	revision int64
	expires  time.Time
}

// New makes an empty directory; Poll fills it.
func New(source Store, ring Ring, now func() time.Time) *Directory {
	d := &Directory{store: source, ring: ring, now: now, polls: newPolls(), watches: map[*Watch]struct{}{}}
	d.clear()
	return d
}

// clear forgets everything, so that the view is not relied on until it is filled again.
func (d *Directory) clear() {
	d.clients = map[string]*Client{}
	d.operators = map[string]*store.Operator{}
	d.revoked = map[string]revocation{}
	d.retired = map[string]revocation{}
	d.revision, d.current = 0, time.Time{}
}

// Fresh tells whether the view may be relied on.
func (d *Directory) Fresh() bool {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.fresh()
}

// Ensure brings a view that may not be relied on up to date.
func (d *Directory) Ensure(ctx context.Context) error {
	if d.Fresh() {
		return nil
	}
	return d.Poll(ctx)
}

func (d *Directory) fresh() bool { return !d.current.IsZero() && d.now().Sub(d.current) <= MaxAge }

// Cached finds a client in the view, if the view may be relied on.
func (d *Directory) Cached(id string) (*Client, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	client, known := d.clients[id]
	return client, known && d.fresh()
}

// Client finds a client. One that the view does not have may be a moment old, so
// the store is asked before it is called unknown (pkg/store.ErrNotFound).
func (d *Directory) Client(ctx context.Context, id string) (*Client, error) {
	if client, ok := d.Cached(id); ok {
		return client, nil
	}
	return d.StoredClient(ctx, id)
}

// StoredClient finds a client in the store, whatever the view says: a refusal is
// never grounded on a view that may be a moment old.
func (d *Directory) StoredClient(ctx context.Context, id string) (*Client, error) {
	client, err := d.store.Client(ctx, id)
	if errors.Is(err, sqlstore.ErrNotFound) {
		d.deleted(id)
	}
	if err != nil {
		return nil, err
	}
	known := d.PutClient(client)
	if known.Deleted { // meanwhile
		return nil, fmt.Errorf("client %s was deleted: %w", id, sqlstore.ErrNotFound)
	}
	return known, nil
}

// deleted ends a client that the store has no more, so that its tokens are not in force after its secret was refused.
// The record of its deletion comes with a poll.
func (d *Directory) deleted(id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if known := d.clients[id]; known != nil && !known.Deleted {
		gone := *known
		gone.Disabled, gone.Deleted = true, true
		d.clients[id] = &gone
	}
}

// Operator finds an operator, as Client finds a client.
func (d *Directory) Operator(ctx context.Context, name string) (*store.Operator, error) {
	d.mu.RLock()
	operator, known := d.operators[name]
	known = known && d.fresh()
	d.mu.RUnlock()
	if known {
		return operator, nil
	}
	stored, err := d.store.Operator(ctx, name)
	if err != nil {
		return nil, err
	}
	d.PutOperator(stored)
	return &stored, nil
}

// TokenRevoked tells whether a token is revoked.
func (d *Directory) TokenRevoked(ctx context.Context, tokenID string) (bool, error) {
	d.mu.RLock()
	_, revoked := d.revoked[tokenID]
	fresh := d.fresh()
	d.mu.RUnlock()
	if revoked || fresh {
		return revoked, nil
	}
	return d.store.Revoked(ctx, tokenID)
}

// PutClient tells the view what was just stored or read, ahead of the next poll.
func (d *Directory) PutClient(client store.Client) *Client {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.putClient(client)
}

// PutOperator is PutClient for an operator.
func (d *Directory) PutOperator(operator store.Operator) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.putOperator(operator)
}

// PutRevocation is PutClient for a revoked token.
func (d *Directory) PutRevocation(revoked store.Revocation) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.revoked[revoked.TokenID] = revocation{revoked.Revision, revoked.ExpiresAt}
}

// putClient keeps the later of two states: what was read earlier may arrive later.
func (d *Directory) putClient(client store.Client) *Client {
	known := d.clients[client.ID]
	if known == nil || known.Revision < client.Revision {
		known = NewClient(client)
		d.clients[client.ID] = known
	}
	return known
}

func (d *Directory) putOperator(operator store.Operator) {
	if known := d.operators[operator.Name]; known == nil || known.Revision < operator.Revision {
		d.operators[operator.Name] = &operator
	}
}
