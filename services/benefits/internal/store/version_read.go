package store

import (
	"context"
	"fmt"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

const (
	// A version decides on no day when a newer one, known at the same time, applies on all its days.
	selectPublished = `SELECT ` + versionColumns + ` FROM benefit_version v
		WHERE v.published_at <= $1 AND (v.retired_at IS NULL OR v.retired_at > $1) AND NOT EXISTS (
			SELECT 1 FROM benefit_version n WHERE n.benefit_id = v.benefit_id AND n.version > v.version
			AND n.published_at <= $1 AND (n.retired_at IS NULL OR n.retired_at > $1) AND n.effective_from <= v.effective_from
			AND (n.effective_until = '' OR v.effective_until <> '' AND n.effective_until >= v.effective_until))
		ORDER BY v.benefit_id, v.version`
	selectRevision = `SELECT (SELECT COUNT(*) FROM benefit_version WHERE published_at <= $1) +
		(SELECT COUNT(*) FROM benefit_version WHERE retired_at <= $1)`
	selectNewest  = `SELECT ` + versionColumns + ` FROM benefit_version v WHERE v.benefit_id = $1 ORDER BY v.version DESC LIMIT 1`
	selectVersion = `SELECT ` + versionColumns + ` FROM benefit_version v WHERE v.benefit_id = $1 AND v.version = $2`
)

// ChangeNumber returns a number that grows with every change of what others read here, but for drafts. It is a cheap read.
func (s *Store) ChangeNumber(ctx context.Context) (int64, error) {
	number, err := sqlstore.Row(ctx, s.db, sqlstore.Value[int64], `SELECT latest FROM catalogue_change WHERE id = 1`)
	if err != nil {
		return 0, fmt.Errorf("reading the number of the newest change: %w", err)
	}
	return number, nil
}

// Published returns the versions that decide on some day, as known at a time, by benefit and number.
func (s *Store) Published(ctx context.Context, knownAt time.Time) ([]Version, error) {
	versions, err := sqlstore.Rows(ctx, s.db, scanVersion, selectPublished, knownAt.UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("reading published versions: %w", err)
	}
	return versions, nil
}

// Revision returns how many publishings and retirings there were, as known at a time.
func (s *Store) Revision(ctx context.Context, knownAt time.Time) (int64, error) {
	revision, err := sqlstore.Row(ctx, s.db, sqlstore.Value[int64], selectRevision, knownAt.UnixMilli())
	if err != nil {
		return 0, fmt.Errorf("counting publishings: %w", err)
	}
	return revision, nil
}

// Version returns a version of a benefit, the newest when number is 0. It fails with sqlstore.ErrNotFound.
func (s *Store) Version(ctx context.Context, benefitID string, number int32) (Version, error) {
	if !sqlstore.CanBeKey(benefitID) {
		return Version{}, fmt.Errorf("reading a version: %w", sqlstore.ErrNotFound)
	}
	query, args := selectVersion, []any{benefitID, number}
	if number == 0 {
		query, args = selectNewest, args[:1]
	}
	version, err := sqlstore.Row(ctx, s.db, scanVersion, query, args...)
	if err != nil {
		return Version{}, fmt.Errorf("reading a version: %w", err)
	}
	return version, nil
}
