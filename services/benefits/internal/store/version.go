package store

import (
	"database/sql"
	"fmt"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
)

// State is where a version is in its life.
type State string

// The states.
const (
	Draft     State = "draft"
	InReview  State = "in_review"
	Published State = "published"
	Retired   State = "retired"
)

// Version is a version of a benefit with its life. Times that are not yet are zero.
type Version struct {
	BenefitID string
	Number    int32 // from 1
	State     State
	Category  string
	// Content is what the version says, as Canonical writes it. It never changes.
	Content []byte
	// Digest is that of the content.
	Digest string
	// EffectiveFrom and EffectiveUntil are the first and the last day on which it applies, "2006-01-02", empty for no such.
	EffectiveFrom, EffectiveUntil string
	Author                        string
	CreatedAt                     time.Time
	SubmittedBy                   string
	SubmittedAt                   time.Time
	PublishedBy                   string
	PublishedAt                   time.Time
	RetiredAt                     time.Time
}

// Benefit reads the content.
func (v Version) Benefit() (*benefitsv1.Benefit, error) {
	benefit := &benefitsv1.Benefit{}
	if err := reading.Unmarshal(v.Content, benefit); err != nil {
		return nil, fmt.Errorf("reading version %d of the benefit %s: %w", v.Number, v.BenefitID, err)
	}
	return benefit, nil
}

const versionColumns = `v.benefit_id, v.version, v.state, v.category, v.content, v.digest, v.effective_from, v.effective_until,
	v.author, v.created_at, v.submitted_by, v.submitted_at, v.published_by, v.published_at, v.retired_at`

func scanVersion(row sqlstore.Scanner) (v Version, err error) {
	var created int64
	var submitted, published, retired sql.NullInt64
	err = row.Scan(&v.BenefitID, &v.Number, &v.State, &v.Category, &v.Content, &v.Digest, &v.EffectiveFrom, &v.EffectiveUntil,
		&v.Author, &created, &v.SubmittedBy, &submitted, &v.PublishedBy, &published, &retired)
	v.CreatedAt = time.UnixMilli(created).UTC()
	v.SubmittedAt, v.PublishedAt, v.RetiredAt = at(submitted), at(published), at(retired)
	return v, err
}

func at(milliseconds sql.NullInt64) time.Time {
	if !milliseconds.Valid {
		return time.Time{}
	}
	return time.UnixMilli(milliseconds.Int64).UTC()
}
