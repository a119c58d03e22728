package auditlog

import (
	"cmp"
	"fmt"
	"iter"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// Verify recomputes a log from the texts of its entries and compares it with its newest checkpoint, with checkpoints
// kept from earlier, and with what was stored beside the texts. The leaves come in their order; their signatures were
// checked when the checkpoints were opened. It fails with a Damage, which names the first leaf that was changed,
// removed, inserted or reordered, and with the error of leaves.
func Verify(leaves iter.Seq2[Leaf, error], newest Checkpoint, kept ...Checkpoint) error {
	v := verification{newest: newest, kept: slices.SortedFunc(slices.Values(kept), func(a, b Checkpoint) int { return cmp.Compare(a.N, b.N) })}
	for _, c := range v.kept {
		switch {
		case c.Origin != newest.Origin:
			return fmt.Errorf("the checkpoint that was kept is of the log %q, not of %q", c.Origin, newest.Origin)
		case c.N == newest.N && c.Hash != newest.Hash:
			return &Damage{0, max(c.N-1, 0), "the checkpoint that was kept has another root at the same size: the log was forked"}
		}
	}
	if err := v.compareKept(); err != nil {
		return err
	}
	if err := v.read(leaves); err != nil {
		return err
	}
	if v.tree.size < newest.N {
		return &Damage{v.tree.size, newest.N - 1, "they are missing at the end of the log"}
	}
	if err := v.compareNewest(); err != nil {
		return err
	}
	if len(v.kept) > 0 {
		last := v.kept[len(v.kept)-1]
		return &Damage{newest.N, last.N - 1, fmt.Sprintf("the checkpoint that was kept has %d leaves, the log has %d: its end was cut off", last.N, newest.N)}
	}
	return nil
}

// verification is a log verified so far.
type verification struct {
	newest Checkpoint
	kept   []Checkpoint // not yet reached
	tree   frontier
	right  int64 // the size up to which a kept checkpoint says that all is right
}

func (v *verification) read(leaves iter.Seq2[Leaf, error]) error {
	next, stop := iter.Pull2(leaves)
	defer stop()
	for {
		leaf, err, ok := next()
		switch {
		case !ok:
			return nil
		case err != nil:
			return err
		case v.tree.size == v.newest.N:
			if err := v.compareNewest(); err != nil {
				return err
			}
			return damaged(leaf.Index, "it was inserted: no checkpoint covers it")
		}
		if why := v.wrong(leaf); why != "" {
			if leaf.Index == v.tree.size {
				why += hint(leaf, next)
			}
			return damaged(v.tree.size, why)
		}
		if err := v.tree.add(tlog.RecordHash([]byte(leaf.Text))); err != nil {
			return err
		}
		if err := v.compareKept(); err != nil {
			return err
		}
	}
}

// wrong says what is wrong with the next leaf by itself.
func (v *verification) wrong(leaf Leaf) string {
	switch {
	case leaf.Index > v.tree.size:
		return fmt.Sprintf("it is missing: leaf %d comes in its place", leaf.Index)
	case leaf.Index < v.tree.size:
		return fmt.Sprintf("leaf %d comes in its place, a second time or out of order", leaf.Index)
	case leaf.Hash != tlog.Hash{} && leaf.Hash != tlog.RecordHash([]byte(leaf.Text)):
		return "its entry is not the one whose hash was stored when it was sealed"
	}
	entry, err := ParseText(leaf.Text)
	switch listed := leaf.Listed; {
	case err != nil:
		return "its text is no entry"
	case listed == nil:
		return ""
	case !listed.At.Equal(entry.At):
		return "it is listed with another time than its entry has"
	case listed.Actor != entry.Actor, listed.Act != entry.Act, listed.Target != entry.Target:
		return "it is listed with another actor, act or target than its entry has"
	}
	return ""
}

// hint tells from the leaf after it what happened to a leaf whose text and hash differ.
func hint(leaf Leaf, next func() (Leaf, error, bool)) string {
	after, err, ok := next()
	if err != nil || !ok || leaf.Hash == (tlog.Hash{}) {
		return ""
	}
	here, there := tlog.RecordHash([]byte(leaf.Text)), tlog.RecordHash([]byte(after.Text))
	switch {
	case here == leaf.Hash:
		return ""
	case here == after.Hash && there == leaf.Hash:
		return fmt.Sprintf(" (it and leaf %d have changed places)", after.Index)
	case here == after.Hash:
		return " (that one was removed, and the next has moved up)"
	case there == leaf.Hash:
		return " (that one comes next: an entry was inserted before it)"
	}
	return " (it was changed)"
}

// compareNewest compares the root with the one that was signed last.
func (v *verification) compareNewest() error {
	root, err := v.tree.root()
	if err == nil && root != v.newest.Hash {
		err = &Damage{
			v.right, max(v.newest.N-1, v.right),
			"they do not give the root that was signed, though none differs from its stored hash: both were rewritten",
		}
	}
	return err
}

// compareKept compares the tree with the kept checkpoints of its size.
func (v *verification) compareKept() error {
	for len(v.kept) > 0 && v.kept[0].N == v.tree.size {
		root, err := v.tree.root()
		if err != nil {
			return err
		}
		if v.kept[0].Hash != root {
			return &Damage{
				v.right, max(v.tree.size-1, v.right),
				"they are other entries than when the checkpoint was kept: history was rewritten",
			}
		}
		v.right, v.kept = v.tree.size, v.kept[1:]
	}
	return nil
}
