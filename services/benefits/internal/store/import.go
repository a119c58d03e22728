package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
)

// Import is a part of a catalogue to enter. No benefit is there twice.
type Import struct {
	Categories []*benefitsv1.Category
	Facts      []*benefitsv1.FactDefinition
	Benefits   []*benefitsv1.Benefit
}

// Import enters categories, facts and benefits, all or none. A benefit that differs from its newest version becomes a draft with
// the next number, written by the actor; they are returned in the order of the import, with how many are as they were. A fact
// that is there keeps its type. seen is the number of the change at which the import was looked at: it fails with ErrChanged when
// there is a newer one.
func (s *Store) Import(ctx context.Context, actor string, in Import, seen int64) (drafts []Version, unchanged int, err error) {
	err = s.change(ctx, func(tx *sql.Tx, latest int64) error {
		drafts, unchanged = nil, 0
		if latest != seen {
			return ErrChanged
		}
		if err := putVocabulary(ctx, tx, in); err != nil {
			return err
		}
		for _, benefit := range in.Benefits {
			draft, err := s.draft(ctx, tx, actor, benefit)
			if err != nil {
				return err
			}
			if draft.Number == 0 {
				unchanged++
				continue
			}
			drafts = append(drafts, draft)
		}
		return nil
	})
	if err != nil {
		return nil, 0, fmt.Errorf("importing: %w", err)
	}
	return drafts, unchanged, nil
}

// putVocabulary enters categories and facts, and counts that as a change when one was not so already.
func putVocabulary(ctx context.Context, tx *sql.Tx, in Import) error {
	changed := false
	put := func(statement string, args ...any) error {
		result, err := tx.ExecContext(ctx, statement, args...)
		if err != nil {
			return err
		}
		rows, err := result.RowsAffected()
		changed = changed || rows > 0
		return err
	}
	for _, c := range in.Categories {
		labels, err := json.Marshal(c.GetLabels())
		if err != nil {
			return err
		}
		if err := put(`INSERT INTO category (category_id, labels, position) VALUES ($1, $2, $3)
			ON CONFLICT (category_id) DO UPDATE SET labels = excluded.labels, position = excluded.position
			WHERE category.labels <> excluded.labels OR category.position <> excluded.position`,
			c.GetCategoryId(), string(labels), c.GetPosition()); err != nil {
			return err
		}
	}
	for _, f := range in.Facts {
		labels, err := json.Marshal(f.GetLabels())
		values, err2 := json.Marshal(f.GetValues())
		if err := errors.Join(err, err2); err != nil {
			return err
		}
		if err := put(`INSERT INTO fact_definition (name, type, labels, allowed) VALUES ($1, $2, $3, $4)
			ON CONFLICT (name) DO UPDATE SET labels = excluded.labels, allowed = excluded.allowed
			WHERE fact_definition.labels <> excluded.labels OR fact_definition.allowed <> excluded.allowed`,
			f.GetName(), factTypes[f.GetType()], string(labels), string(values)); err != nil {
			return err
		}
	}
	if changed {
		return count(ctx, tx)
	}
	return nil
}

// draft makes a draft of a benefit; none, whose number is 0, when its newest version says the same.
func (s *Store) draft(ctx context.Context, tx *sql.Tx, actor string, benefit *benefitsv1.Benefit) (Version, error) {
	content, digest, err := Canonical(benefit)
	if err != nil {
		return Version{}, err
	}
	newest, err := scanVersion(tx.QueryRowContext(ctx, selectNewest, benefit.GetBenefitId()))
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return Version{}, err
	}
	if newest.Digest == digest {
		return Version{}, nil
	}
	v := Version{
		BenefitID: benefit.GetBenefitId(), Number: newest.Number + 1, State: Draft, Category: benefit.GetCategory(),
		Content: content, Digest: digest, EffectiveFrom: benefit.GetEffectiveFrom(), EffectiveUntil: benefit.GetEffectiveUntil(),
		Author: actor, CreatedAt: s.now(),
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO benefit_version (benefit_id, version, state, category, content, digest,
			effective_from, effective_until, author, created_at, submitted_by, published_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '', '')`, v.BenefitID, v.Number, v.State, v.Category,
		string(v.Content), v.Digest, v.EffectiveFrom, v.EffectiveUntil, v.Author, v.CreatedAt.UnixMilli()); err != nil {
		return Version{}, err
	}
	return v, s.happened(ctx, tx, Event{BenefitID: v.BenefitID, Version: v.Number, Actor: actor, After: Draft})
}
