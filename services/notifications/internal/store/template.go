package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// A provider has at most so many templates, and a template so many versions.
const (
	MaxTemplates = 1000
	MaxVersions  = 10000
)

// Template is one version of a text.
type Template struct {
	ProviderID     int64
	Name           string
	Version        int32 // from 1
	Title, Message string
	// Lengths are the most code points of the value of each placeholder.
	Lengths   map[string]int32
	CreatedAt time.Time
}

const (
	templateColumns   = `t.provider_id, t.name, t.version, t.title, t.message, t.lengths, t.created_at`
	selectTemplate    = `SELECT ` + templateColumns + ` FROM template t WHERE t.provider_id = $1 AND t.name = $2 AND t.version = $3`
	selectNewTemplate = `SELECT ` + templateColumns + ` FROM template t WHERE t.provider_id = $1 AND t.name = $2 ORDER BY t.version DESC LIMIT 1`
	selectTemplates   = `SELECT ` + templateColumns + ` FROM template t WHERE t.provider_id = $1
	AND t.version = (SELECT MAX(n.version) FROM template n WHERE n.provider_id = t.provider_id AND n.name = t.name) ORDER BY t.name`
)

func scanTemplate(row sqlstore.Scanner) (t Template, err error) {
	var lengths string
	var created int64
	if err := row.Scan(&t.ProviderID, &t.Name, &t.Version, &t.Title, &t.Message, &lengths, &created); err != nil {
		return t, err
	}
	t.CreatedAt = time.UnixMilli(created).UTC()
	if err := json.Unmarshal([]byte(lengths), &t.Lengths); err != nil {
		return t, fmt.Errorf("reading a template's lengths: %w", err)
	}
	return t, nil
}

// PutTemplate enters a text as the next version, unless the newest says the same, and returns the version that says it. It fails with
// ErrNoProvider, and with ErrTooMany where there is no room for another template or version.
func (s *Store) PutTemplate(ctx context.Context, actor string, t Template) (Template, error) {
	lengths, err := json.Marshal(t.Lengths)
	if err != nil {
		return Template{}, fmt.Errorf("writing a template's lengths: %w", err)
	}
	var stored Template
	err = s.db.InTx(ctx, func(tx *sql.Tx) error {
		if _, err := s.heldProvider(ctx, tx, t.ProviderID); err != nil { // whose templates are put in turn
			return err
		}
		newest, err := scanTemplate(tx.QueryRowContext(ctx, selectNewTemplate, t.ProviderID, t.Name))
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if newest.Version > 0 && newest.Title == t.Title && newest.Message == t.Message && maps.Equal(newest.Lengths, t.Lengths) {
			stored = newest
			return nil
		}
		if err := roomForTemplate(ctx, tx, t.ProviderID, newest.Version); err != nil {
			return err
		}
		stored = t
		stored.Version, stored.CreatedAt = newest.Version+1, s.now()
		if _, err := tx.ExecContext(ctx, `INSERT INTO template (provider_id, name, version, title, message, lengths, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7)`, stored.ProviderID, stored.Name, stored.Version, stored.Title, stored.Message, string(lengths),
			stored.CreatedAt.UnixMilli()); err != nil {
			return err
		}
		// The texts are kept as they were: the event need not repeat them.
		var before any
		if newest.Version > 0 {
			before = map[string]int32{"version": newest.Version}
		}
		target := providerTarget(t.ProviderID) + "/template/" + t.Name
		return s.entered(ctx, tx, actor, "PutTemplate", target, before, map[string]int32{"version": stored.Version})
	})
	if err != nil {
		return Template{}, fmt.Errorf("entering a template: %w", err)
	}
	return stored, nil
}

// roomForTemplate fails with ErrTooMany when there is none for the version behind the newest, 0 for a new template.
func roomForTemplate(ctx context.Context, tx *sql.Tx, providerID int64, newest int32) error {
	if newest >= MaxVersions {
		return ErrTooMany
	}
	if newest > 0 {
		return nil
	}
	var names int64
	if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM template WHERE provider_id = $1 AND version = 1`, providerID).Scan(&names); err != nil {
		return err
	}
	if names >= MaxTemplates {
		return ErrTooMany
	}
	return nil
}

// Template returns a version, the newest when it is 0. It fails with sqlstore.ErrNotFound.
func (s *Store) Template(ctx context.Context, providerID int64, name string, version int32) (t Template, err error) {
	if version == 0 {
		t, err = sqlstore.Row(ctx, s.db, scanTemplate, selectNewTemplate, providerID, name)
	} else {
		t, err = sqlstore.Row(ctx, s.db, scanTemplate, selectTemplate, providerID, name, version)
	}
	if err != nil {
		return Template{}, fmt.Errorf("reading version %s of a template: %w", strconv.Itoa(int(version)), err)
	}
	return t, nil
}

// Templates returns the newest version of each of a provider's, by name.
func (s *Store) Templates(ctx context.Context, providerID int64) ([]Template, error) {
	templates, err := sqlstore.Rows(ctx, s.db, scanTemplate, selectTemplates, providerID)
	if err != nil {
		return nil, fmt.Errorf("listing templates: %w", err)
	}
	return templates, nil
}
