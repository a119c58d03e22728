package store

import (
	"context"
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

// Client is a registered OAuth client; the fields mean what they mean in ventanilla.auth.v1.Client.
// Its JSON is what the admin log shows of it.
type Client struct {
	ID             string        `json:"client_id"`
	Name           string        `json:"name"`
	Family         string        `json:"family"`
	Kind           Kind          `json:"kind"`
	Scopes         []string      `json:"scopes,omitempty"`
	Audiences      []string      `json:"audiences,omitempty"`
	SecretHash     []byte        `json:"-"` // SHA-256 of the secret: 32 bytes
	TokenLife      time.Duration `json:"-"` // kept to the millisecond
	ResourceScopes []string      `json:"resource_scopes,omitempty"`
	IntrospectsAll bool          `json:"introspects_all,omitempty"`
	PersonalData   bool          `json:"personal_data,omitempty"`
	// TokenAlgorithm and IntrospectionAlgorithm sign its tokens and the answers that it gets: "RS256", as when empty,
	// "ES256" or "EdDSA".
	TokenAlgorithm         string `json:"token_algorithm,omitempty"`
	IntrospectionAlgorithm string `json:"introspection_algorithm,omitempty"`
	// IntrospectionMembers is the text of a JSON object, or empty.
	IntrospectionMembers json.RawMessage `json:"introspection_members,omitempty"`
	Disabled             bool            `json:"disabled"`
	// Epoch counts disablings and rotations of the secret.
	Epoch int64 `json:"epoch"`
	// Revision is the number of the last change of this client.
	Revision  int64     `json:"-"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

const clientColumns = `id, name, family, kind, scopes, audiences, secret_hash, token_life_ms, resource_scopes, introspects_all,
	personal_data, introspection_members, disabled, epoch, revision, created_at, updated_at`

func (c Client) values() []any {
	return []any{
		c.ID, c.Name, c.Family, string(c.Kind), list(c.Scopes), list(c.Audiences), c.SecretHash, c.TokenLife.Milliseconds(),
		list(c.ResourceScopes), c.IntrospectsAll, c.PersonalData, string(c.IntrospectionMembers), c.Disabled, c.Epoch,
		c.Revision, c.CreatedAt.UnixMilli(), c.UpdatedAt.UnixMilli(),
	}
}

func scanClient(row sqlstore.Scanner) (Client, error) {
	var c Client
	var members string
	var life, created, updated int64
	err := row.Scan(&c.ID, &c.Name, &c.Family, &c.Kind, (*list)(&c.Scopes), (*list)(&c.Audiences), &c.SecretHash, &life,
		(*list)(&c.ResourceScopes), &c.IntrospectsAll, &c.PersonalData, &members, &c.Disabled, &c.Epoch,
		&c.Revision, &created, &updated)
	if members != "" {
		c.IntrospectionMembers = json.RawMessage(members)
	}
	c.TokenLife = time.Duration(life) * time.Millisecond
	c.CreatedAt, c.UpdatedAt = fromMilli(created), fromMilli(updated)
	return c, err
}

// shown is a client as the admin log has it.
type shown struct {
	Client
	TokenLife string `json:"token_life"`
}

func (c Client) shown() shown { return shown{c, c.TokenLife.String()} }

// CreateClient adds a client and returns it as stored, with its times and revision. It fails with
// sqlstore.ErrConflict when the identifier is taken.
func (s *Store) CreateClient(ctx context.Context, c Client, act Act) (Client, error) {
	err := s.change(ctx, func(tx *sql.Tx, revision int64) error {
		c.Revision, c.CreatedAt = revision, s.now()
		c.UpdatedAt = c.CreatedAt
		_, err := tx.ExecContext(ctx, `INSERT INTO client (`+clientColumns+`)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`, c.values()...)
		if err != nil {
			return err
		}
		return s.record(ctx, tx, revision, act, c.ID, "", c.shown())
	})
	if err != nil {
		return Client{}, fmt.Errorf("creating a client: %w", err)
	}
	return c, nil
}

// ChangeClient lets change edit a client, alone, and stores what it leaves, except the identifier and
// created_at. It returns the client as stored. An error of change's is returned and nothing stored; see also
// ErrUnchanged. change may run more than once, each time on what is stored, and must be quick: all other changes wait
// for it. It fails with sqlstore.ErrNotFound.
func (s *Store) ChangeClient(ctx context.Context, id string, act Act, change func(*Client) error) (Client, error) {
	var c Client
	err := s.change(ctx, func(tx *sql.Tx, revision int64) error {
		if !storable(id) {
			return sqlstore.ErrNotFound
		}
		old, err := scanClient(tx.QueryRowContext(ctx, `SELECT `+clientColumns+` FROM client WHERE id = $1`, id))
		if err != nil {
			return err
		}
		before, err := snapshot(old.shown())
		if err != nil {
			return err
		}
		c = old
		if err := change(&c); err != nil {
			c = old
			return err
		}
		c.ID, c.CreatedAt = old.ID, old.CreatedAt
		c.Revision, c.UpdatedAt = revision, s.now()
		_, err = tx.ExecContext(ctx, `UPDATE client SET (`+clientColumns+`)
			= ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) WHERE id = $1`, c.values()...)
		if err != nil {
			return err
		}
		return s.record(ctx, tx, revision, act, id, before, c.shown())
	})
	if err != nil && !errors.Is(err, ErrUnchanged) {
		return Client{}, fmt.Errorf("changing a client: %w", err)
	}
	return c, nil
}
