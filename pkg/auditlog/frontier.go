package auditlog

import (
	"fmt"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

// frontier is a tree that grows leaf by leaf and keeps only the hashes that its growth and its root need: at each
// level the last that was completed.
type frontier struct {
	size int64
	last [64]tlog.Hash
}

// add appends a leaf.
func (f *frontier) add(leaf tlog.Hash) error {
	hashes, err := tlog.StoredHashesForRecordHash(f.size, leaf, f)
	if err != nil {
		return err
	}
	copy(f.last[:], hashes)
	f.size++
	return nil
}

// root is the root of the tree.
func (f *frontier) root() (tlog.Hash, error) { return tlog.TreeHash(f.size, f) }

// ReadHashes gives the last hash of a level, and no other.
func (f *frontier) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		level, n := tlog.SplitStoredHashIndex(index)
		if level >= bits.Len64(uint64(f.size)) || n != f.size>>level-1 {
			return nil, fmt.Errorf("hash %d of level %d is not at the edge of a tree of %d leaves", n, level, f.size)
		}
		hashes[i] = f.last[level]
	}
	return hashes, nil
}
