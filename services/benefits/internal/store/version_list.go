package store

import (
	"context"
	"fmt"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// Filter says which versions are listed.
type Filter struct {
	// Category is that of the version that is listed; empty for any.
	Category string
	// State is that of the version that is listed; empty for the newest in whatever state.
	State State
}

// selectVersions lists, of each benefit behind $1, the newest version, or the newest in a state.
func selectVersions(f Filter) (query string, args []any) {
	query = `SELECT ` + versionColumns + ` FROM benefit_version v WHERE v.benefit_id > $1`
	newest := `SELECT MAX(n.version) FROM benefit_version n WHERE n.benefit_id = v.benefit_id`
	if f.State != "" {
		query += ` AND v.state = $3`
		newest += ` AND n.state = $3`
		args = append(args, f.State)
	}
	if f.Category != "" {
		args = append(args, f.Category)
		query += fmt.Sprintf(` AND v.category = $%d`, 2+len(args))
	}
	return query + ` AND v.version = (` + newest + `) ORDER BY v.benefit_id LIMIT $2`, args
}

// Versions returns some versions behind a benefit, one of each benefit, by the benefit's identifier.
func (s *Store) Versions(ctx context.Context, f Filter, after string, limit int) ([]Version, error) {
	if !sqlstore.CanBeKey(after) || !sqlstore.CanBeKey(f.Category) {
		return nil, nil
	}
	query, args := selectVersions(f)
	versions, err := sqlstore.Rows(ctx, s.db, scanVersion, query, append([]any{after, limit}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("listing benefits: %w", err)
	}
	return versions, nil
}

// Relying returns the versions that rely on the vocabulary as it is: those in review and those in force, by benefit and number.
func (s *Store) Relying(ctx context.Context) ([]Version, error) {
	versions, err := sqlstore.Rows(ctx, s.db, scanVersion, selectRelying)
	if err != nil {
		return nil, fmt.Errorf("reading the versions in review and in force: %w", err)
	}
	return versions, nil
}

const selectRelying = `SELECT ` + versionColumns + ` FROM benefit_version v WHERE v.state IN ('in_review', 'published')
	ORDER BY v.benefit_id, v.version`
