package auditlog

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

const (
	// SealEvery is how often Run looks for entries to seal.
	SealEvery = 2 * time.Second
	// maxSeal bounds the leaves of one transaction.
	maxSeal = 1000
)

// Sealer makes leaves of committed entries. Every replica may have one: they take turns.
type Sealer struct {
	db     *sqlstore.DB
	keys   func() Keys
	logger *slog.Logger
}

// NewSealer returns a sealer. The keys are asked for each time.
func NewSealer(db *sqlstore.DB, keys func() Keys, logger *slog.Logger) *Sealer {
	return &Sealer{db, keys, logger}
}

// Run seals until ctx ends; it returns nil then. It tells the logger when sealing fails and when it works again.
func (s *Sealer) Run(ctx context.Context) error {
	ticker := time.NewTicker(SealEvery)
	defer ticker.Stop()
	for failing := false; ; {
		_, err := s.Seal(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil && !failing:
			s.logger.ErrorContext(ctx, "cannot seal the log", "error", err)
		case err == nil && failing:
			s.logger.InfoContext(ctx, "sealing the log again")
		}
		failing = err != nil
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// Seal makes leaves of all entries that are committed now, and returns how many it made. It fails with a Damage,
// and signs nothing, when what is stored does not give the last checkpoint any more.
func (s *Sealer) Seal(ctx context.Context) (int, error) {
	for total := 0; ; {
		_, err := sqlstore.Row(ctx, s.db, sqlstore.Value[int64], `SELECT number FROM log_entry WHERE leaf IS NULL LIMIT 1`)
		if errors.Is(err, sqlstore.ErrNotFound) {
			return total, nil
		}
		if err != nil {
			return total, fmt.Errorf("looking for entries to seal: %w", err)
		}
		var sealed int
		err = s.db.InTx(ctx, func(tx *sql.Tx) (err error) {
			sealed, err = s.seal(ctx, tx)
			return err
		})
		if err != nil {
			return total, fmt.Errorf("sealing: %w", err)
		}
		total += sealed
	}
}

// seal makes leaves of some entries. The head's lock keeps other sealers out until the transaction ends.
func (s *Sealer) seal(ctx context.Context, tx *sql.Tx) (int, error) {
	size, err := sqlstore.Value[int64](tx.QueryRowContext(ctx, `UPDATE log_head SET size = size WHERE id = 1 RETURNING size`))
	if err != nil {
		return 0, fmt.Errorf("taking the head: %w", err)
	}
	keys, hashes := s.keys(), blocksIn(ctx, tx)
	if err := checkLast(ctx, tx, keys, hashes, size); err != nil {
		return 0, err
	}
	leaves, err := number(ctx, tx, size)
	if err != nil || len(leaves) == 0 {
		return 0, err
	}
	for _, leaf := range leaves {
		made, err := tlog.StoredHashes(leaf.Index, []byte(leaf.Text), hashes)
		if err != nil {
			return 0, err
		}
		if err := hashes.append(tlog.StoredHashIndex(0, leaf.Index), made); err != nil {
			return 0, err
		}
	}
	size += int64(len(leaves))
	root, err := tlog.TreeHash(size, hashes)
	if err != nil {
		return 0, err
	}
	signed, err := Checkpoint{keys.Active.Name(), tlog.Tree{N: size, Hash: root}}.Sign(keys.Active)
	if err != nil {
		return 0, err
	}
	if err := hashes.write(ctx, tx); err != nil {
		return 0, err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO log_checkpoint (size, note) VALUES ($1, $2)`, size, string(signed)); err != nil {
		return 0, fmt.Errorf("storing a checkpoint: %w", err)
	}
	if _, err := tx.ExecContext(ctx, `UPDATE log_head SET size = $1 WHERE id = 1`, size); err != nil {
		return 0, fmt.Errorf("moving the head: %w", err)
	}
	return len(leaves), nil
}

// checkLast refuses to go on from a tree that is not the one of the last checkpoint: a signature below it would make
// the damage good.
func checkLast(ctx context.Context, tx *sql.Tx, keys Keys, hashes *blocks, size int64) error {
	signed, err := sqlstore.Value[string](tx.QueryRowContext(ctx, latestNote))
	if errors.Is(err, sql.ErrNoRows) {
		if size != 0 {
			return &Damage{0, size - 1, "their checkpoint is gone"}
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading the last checkpoint: %w", err)
	}
	last, err := OpenCheckpoint([]byte(signed), keys.known()...)
	if err != nil {
		return err
	}
	if last.N != size {
		return &Damage{min(size, last.N), max(size, last.N) - 1, "the last checkpoint is of another size than the log"}
	}
	root, err := tlog.TreeHash(size, hashes)
	if err != nil {
		return err
	}
	if root != last.Hash {
		return &Damage{0, size - 1, "the stored hashes do not give the root of the last checkpoint"}
	}
	return nil
}

// number gives the next entries their leaves, in the order of their numbers.
func number(ctx context.Context, tx *sql.Tx, size int64) ([]Leaf, error) {
	rows, err := tx.QueryContext(ctx, `UPDATE log_entry SET leaf = $1 + next.place
		FROM (SELECT number, row_number() OVER (ORDER BY number) - 1 AS place
			FROM (SELECT number FROM log_entry WHERE leaf IS NULL ORDER BY number LIMIT $2) AS open) AS next
		WHERE log_entry.number = next.number RETURNING leaf, text`, size, maxSeal)
	if err != nil {
		return nil, fmt.Errorf("numbering leaves: %w", err)
	}
	defer rows.Close()
	var leaves []Leaf
	for rows.Next() {
		var leaf Leaf
		if err := rows.Scan(&leaf.Index, &leaf.Text); err != nil {
			return nil, fmt.Errorf("numbering leaves: %w", err)
		}
		leaves = append(leaves, leaf)
	}
	slices.SortFunc(leaves, func(a, b Leaf) int { return cmp.Compare(a.Index, b.Index) })
	return leaves, rows.Err()
}
