package auditlog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// perBlock hashes share a row. A tree's hashes are numbered in one row (tlog.StoredHashIndex), and only ever
// appended to.
const perBlock = 64

const selectBlock = `SELECT hashes FROM log_hash WHERE block = $1`

// blocks are the stored hashes of a tree, as far as they were needed.
type blocks struct {
	load    func(block int64) ([]byte, error)
	loaded  map[int64][]byte
	changed []int64
}

// storedBlocks reads outside of a transaction.
func storedBlocks(ctx context.Context, db *sqlstore.DB) *blocks {
	return &blocks{loaded: map[int64][]byte{}, load: func(block int64) ([]byte, error) {
		return sqlstore.Row(ctx, db, sqlstore.Value[[]byte], selectBlock, block)
	}}
}

// blocksIn reads within a transaction.
func blocksIn(ctx context.Context, tx *sql.Tx) *blocks {
	return &blocks{loaded: map[int64][]byte{}, load: func(block int64) ([]byte, error) {
		return sqlstore.Value[[]byte](tx.QueryRowContext(ctx, selectBlock, block))
	}}
}

// block finds a block, an empty one where there is none.
func (b *blocks) block(number int64) ([]byte, error) {
	if text, ok := b.loaded[number]; ok {
		return text, nil
	}
	text, err := b.load(number)
	if err != nil && !errors.Is(err, sql.ErrNoRows) && !errors.Is(err, sqlstore.ErrNotFound) {
		return nil, fmt.Errorf("reading stored hashes: %w", err)
	}
	b.loaded[number] = text
	return text, nil
}

// ReadHashes makes it a tlog.HashReader. It fails with a Damage when a hash is missing.
func (b *blocks) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		text, err := b.block(index / perBlock)
		if err != nil {
			return nil, err
		}
		at := int(index%perBlock) * tlog.HashSize
		if len(text) < at+tlog.HashSize {
			level, n := tlog.SplitStoredHashIndex(index)
			return nil, &Damage{n << level, (n+1)<<level - 1, "stored hashes are missing"}
		}
		copy(hashes[i][:], text[at:])
	}
	return hashes, nil
}

// append puts hashes where they belong, from an index on.
func (b *blocks) append(index int64, hashes []tlog.Hash) error {
	for _, hash := range hashes {
		number := index / perBlock
		text, err := b.block(number)
		if err != nil {
			return err
		}
		// What a crash or somebody left behind the end of the tree is void.
		at := int(index%perBlock) * tlog.HashSize
		if len(text) < at {
			return fmt.Errorf("block %d of the stored hashes is too short", number)
		}
		b.loaded[number] = append(text[:at], hash[:]...)
		if !slices.Contains(b.changed, number) {
			b.changed = append(b.changed, number)
		}
		index++
	}
	return nil
}

// write stores the blocks that were changed.
func (b *blocks) write(ctx context.Context, tx *sql.Tx) error {
	for _, number := range b.changed {
		_, err := tx.ExecContext(ctx, `INSERT INTO log_hash (block, hashes) VALUES ($1, $2)
			ON CONFLICT (block) DO UPDATE SET hashes = excluded.hashes`, number, b.loaded[number])
		if err != nil {
			return fmt.Errorf("storing hashes: %w", err)
		}
	}
	return nil
}
