package store

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// Kind says what a client is for.
type Kind string

// The kinds of client.
const (
	KindPartner        Kind = "partner"
	KindResourceServer Kind = "resource_server"
	KindWidget         Kind = "widget"
	KindInternal       Kind = "internal"
)

// DataSet is the world of data whose client one is.
type DataSet string

// The data sets.
const (
	Production DataSet = "production"
	Staging    DataSet = "staging"
)

// Client is a registered OAuth client; the fields mean what they mean in ventanilla.auth.v1.Client.
// Its JSON is what the admin log shows of it.
type Client struct {
	ID             string        `json:"client_id"`
	Name           string        `json:"name"`
	Family         string        `json:"family"`
	Kind           Kind          `json:"kind"`
	DataSet        DataSet       `json:"data_set"`
	Scopes         []string      `json:"scopes,omitempty"`
	Audiences      []string      `json:"audiences,omitempty"`
	SecretHash     []byte        `json:"-"` // SHA-256 of the secret: 32 bytes, zeros when there is none
	TokenLife      time.Duration `json:"-"` // kept to the millisecond
	ResourceScopes []string      `json:"resource_scopes,omitempty"`
	IntrospectsAll bool          `json:"introspects_all,omitempty"`
	PersonalData   bool          `json:"personal_data,omitempty"`
	// TokenAlgorithm and IntrospectionAlgorithm are names of RFC 7518, 3.1, or empty for the default.
	TokenAlgorithm         string `json:"token_algorithm,omitempty"`
	IntrospectionAlgorithm string `json:"introspection_algorithm,omitempty"`
	// PublicKeys is the text of a JSON Web Key Set, or empty.
	PublicKeys json.RawMessage `json:"public_keys,omitempty"`
	// Origins are those of a widget's pages, as browsers write them.
	Origins []string `json:"origins,omitempty"`
	// Limit is zero for none.
	Limit Limit `json:"limit,omitzero"`
	// PreviousSecretHash is that of the secret before the last rotation, which serves before PreviousSecretUntil; nil
	// when there is none.
	PreviousSecretHash  []byte    `json:"-"`
	PreviousSecretUntil time.Time `json:"overlap_until,omitzero"`
	// IntrospectionMembers is the text of a JSON object, or empty.
	IntrospectionMembers json.RawMessage `json:"introspection_members,omitempty"`
	Disabled             bool            `json:"disabled"`
	// Deleted is set by DeleteClient alone.
	Deleted bool `json:"deleted,omitempty"`
	// Epoch counts disablings and rotations of the secret.
	Epoch int64 `json:"epoch"`
	// Revision is the number of the last change of this client.
	Revision  int64     `json:"-"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

// Limit is a token bucket.
type Limit struct {
	PerSecond float64 `json:"per_second"`
	Burst     int32   `json:"burst"`
}

// NoSecret is the hash of no secret.
func NoSecret() []byte { return make([]byte, sha256.Size) }

// CreateClient adds a client and returns it as stored, with its times and revision. Without a data set it is
// production's. It fails with
// sqlstore.ErrConflict when the identifier is taken, be it by a deleted client.
func (s *Store) CreateClient(ctx context.Context, c Client, act Act) (Client, error) {
	err := s.change(ctx, func(tx *sql.Tx, revision int64) error {
		c.Revision, c.CreatedAt = revision, s.now()
		c.UpdatedAt = c.CreatedAt
		c.DataSet = cmp.Or(c.DataSet, Production)
		if _, err := tx.ExecContext(ctx, `INSERT INTO client (`+clientColumns+`) VALUES (`+clientPlaces+`)`, c.values()...); err != nil {
			return err
		}
		return s.record(ctx, tx, act, c.ID, "", c.shown())
	})
	if err != nil {
		return Client{}, fmt.Errorf("creating a client: %w", err)
	}
	return c, nil
}

// ChangeClient lets change edit a client, alone, and stores what it leaves, except the identifier, the data set,
// created_at and deleted. It returns the client as stored. An error of change's is returned and nothing stored; see also
// ErrUnchanged. change may run more than once, each time on what is stored, and must be quick: all other changes wait
// for it. It fails with sqlstore.ErrNotFound, also for a deleted client.
func (s *Store) ChangeClient(ctx context.Context, id string, act Act, change func(*Client) error) (Client, error) {
	var c Client
	err := s.change(ctx, func(tx *sql.Tx, revision int64) (err error) {
		c, err = s.changeClient(ctx, tx, revision, id, act, func(c *Client) error {
			deleted := c.Deleted
			err := change(c)
			c.Deleted = deleted
			return err
		})
		return err
	})
	if err != nil && !errors.Is(err, ErrUnchanged) {
		return Client{}, fmt.Errorf("changing a client: %w", err)
	}
	return c, nil
}

// DeleteClient marks a client and its API keys deleted and returns what is left of it: disabled, of a new epoch,
// without secret and keys. Only ClientsSince knows of it from then on. It fails with sqlstore.ErrNotFound.
func (s *Store) DeleteClient(ctx context.Context, id string, act Act) (Client, error) {
	var c Client
	err := s.change(ctx, func(tx *sql.Tx, revision int64) (err error) {
		c, err = s.changeClient(ctx, tx, revision, id, act, func(c *Client) error {
			c.Deleted, c.Disabled = true, true
			c.Epoch++
			c.SecretHash, c.PublicKeys = NoSecret(), nil
			c.PreviousSecretHash, c.PreviousSecretUntil = nil, time.Time{}
			return nil
		})
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE api_key SET deleted_at = $2 WHERE client_id = $1 AND deleted_at = 0`,
			id, s.now().UnixMilli())
		return err
	})
	if err != nil {
		return Client{}, fmt.Errorf("deleting a client: %w", err)
	}
	return c, nil
}

// changeClient is ChangeClient inside of a change. With an error of change's it returns the client as it was.
func (s *Store) changeClient(
	ctx context.Context, tx *sql.Tx, revision int64, id string, act Act, change func(*Client) error,
) (Client, error) {
	if !sqlstore.CanBeKey(id) {
		return Client{}, sqlstore.ErrNotFound
	}
	old, err := scanClient(tx.QueryRowContext(ctx, `SELECT `+clientColumns+` FROM client WHERE id = $1 AND NOT deleted`, id))
	if err != nil {
		return Client{}, err
	}
	before, err := snapshot(old.shown())
	if err != nil {
		return Client{}, err
	}
	c := old
	if err := change(&c); err != nil {
		return old, err
	}
	c.ID, c.DataSet, c.CreatedAt = old.ID, old.DataSet, old.CreatedAt
	c.Revision, c.UpdatedAt = revision, s.now()
	_, err = tx.ExecContext(ctx, `UPDATE client SET (`+clientColumns+`) = (`+clientPlaces+`) WHERE id = $1`, c.values()...)
	if err != nil {
		return Client{}, err
	}
	return c, s.record(ctx, tx, act, id, before, c.shown())
}
