package auditlog_test

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
)

const origin = "ventanilla/test/log"

func newKey(t testing.TB, fill byte) *auditlog.Key {
	t.Helper()
	k, err := auditlog.NewKey(origin, ed25519.NewKeyFromSeed(slices.Repeat([]byte{fill}, ed25519.SeedSize)))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func text(i int) string {
	at := time.Unix(int64(i), 0).UTC().Format("2006-01-02T15:04:05.000Z")
	return fmt.Sprintf(`{"at":%q,"actor":"ana","act":"Test","target":"t%d"}`, at, i)
}

// leaves makes a log, its tree by another way than Verify does.
func leaves(size int) []auditlog.Leaf {
	all := make([]auditlog.Leaf, size)
	for i := range all {
		all[i] = auditlog.Leaf{Index: int64(i), Text: text(i), Hash: tlog.RecordHash([]byte(text(i)))}
	}
	return all
}

// root is RFC 6962, 2.1, to the letter.
func root(all []auditlog.Leaf) tlog.Hash {
	if len(all) == 1 {
		return tlog.RecordHash([]byte(all[0].Text))
	}
	k := 1
	for 2*k < len(all) {
		k *= 2
	}
	return tlog.NodeHash(root(all[:k]), root(all[k:]))
}

func checkpoint(all []auditlog.Leaf) auditlog.Checkpoint {
	return auditlog.Checkpoint{Origin: origin, Tree: tlog.Tree{N: int64(len(all)), Hash: root(all)}}
}

func sequence(all []auditlog.Leaf) iter.Seq2[auditlog.Leaf, error] {
	return func(yield func(auditlog.Leaf, error) bool) {
		for _, leaf := range all {
			if !yield(leaf, nil) {
				return
			}
		}
	}
}

func TestAnySingleDamageIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(1, 70).Draw(t, "size")
		right := leaves(size)
		newest := checkpoint(right)
		kept := checkpoint(right[:rapid.IntRange(1, size).Draw(t, "kept")])
		if err := auditlog.Verify(sequence(right), newest, kept); err != nil {
			t.Fatal(err)
		}
		at := rapid.IntRange(0, size-1).Draw(t, "at")
		stored := rapid.Bool().Draw(t, "stored hashes stay as they were")
		wrong := slices.Clone(right)
		kind := rapid.SampledFrom([]string{"change", "hole", "remove", "insert", "swap", "cut"}).Draw(t, "damage")
		switch kind {
		case "change":
			wrong[at].Text = text(1000)
		case "hole":
			wrong = slices.Delete(wrong, at, at+1)
		case "remove":
			wrong = moved(slices.Delete(wrong, at, at+1), right)
		case "insert":
			wrong = moved(slices.Insert(wrong, at, auditlog.Leaf{Text: text(1000)}), right)
		case "swap":
			other := rapid.IntRange(0, size-1).Draw(t, "other")
			if other == at {
				return
			}
			at, other = min(at, other), max(at, other)
			wrong[at].Text, wrong[other].Text = wrong[other].Text, wrong[at].Text
		case "cut":
			wrong = wrong[:at]
		}
		if !stored {
			for i := range wrong {
				wrong[i].Hash = tlog.RecordHash([]byte(wrong[i].Text))
			}
		}
		damage, ok := errors.AsType[*auditlog.Damage](auditlog.Verify(sequence(wrong), newest, kept))
		// Where all has moved up and no stored hash tells, it is the end that is missing.
		if !ok || (kind != "remove" || stored) && (damage.First > int64(at) || damage.Last < int64(at)) {
			t.Fatalf("found %v, want leaf %d", damage, at)
		}
		if stored && damage.First != int64(at) {
			t.Fatalf("found %v, want leaf %d alone", damage, at)
		}
	})
}

// moved numbers leaves anew, and leaves the stored hashes where they were.
func moved(wrong, right []auditlog.Leaf) []auditlog.Leaf {
	for i := range wrong {
		wrong[i].Index, wrong[i].Hash = int64(i), tlog.Hash{}
		if i < len(right) {
			wrong[i].Hash = right[i].Hash
		}
	}
	return wrong
}

func TestHistoryIsComparedWithWhatWasKept(t *testing.T) {
	right := leaves(10)
	other := slices.Clone(right)
	other[3].Text = text(1000)
	other[3].Hash = tlog.RecordHash([]byte(other[3].Text))
	newest := checkpoint(other)
	stranger := checkpoint(right)
	stranger.Origin = "another/log"
	for name, c := range map[string]struct {
		kept []auditlog.Checkpoint
		says string
	}{
		"nothing kept":    {nil, ""},
		"kept before":     {[]auditlog.Checkpoint{checkpoint(right[:3])}, ""},
		"rewritten":       {[]auditlog.Checkpoint{checkpoint(right[:7])}, "leaves 0 to 6: they are other entries"},
		"narrowed down":   {[]auditlog.Checkpoint{checkpoint(right[:4]), checkpoint(right[:3])}, "leaf 3: they are other entries"},
		"forked":          {[]auditlog.Checkpoint{checkpoint(right)}, "forked"},
		"cut off":         {[]auditlog.Checkpoint{checkpoint(leaves(12))}, "cut off"},
		"of another log":  {[]auditlog.Checkpoint{stranger}, `of the log "another/log"`},
		"of an empty log": {[]auditlog.Checkpoint{{Origin: origin, Tree: tlog.Tree{}}}, "other entries"},
	} {
		t.Run(name, func(t *testing.T) {
			err := auditlog.Verify(sequence(other), newest, c.kept...)
			if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
				t.Errorf("found %v, want %q", err, c.says)
			}
		})
	}
	broken := errors.New("broken")
	failing := func(yield func(auditlog.Leaf, error) bool) { yield(auditlog.Leaf{}, broken) }
	if err := auditlog.Verify(failing, newest); !errors.Is(err, broken) {
		t.Errorf("a reader's error: %v", err)
	}
}

func TestCheckpointsAreSignedNotes(t *testing.T) {
	k, other := newKey(t, 1), newKey(t, 2)
	want := checkpoint(leaves(5))
	signed, err := want.Sign(k)
	check(t, err)
	if lines := strings.Split(string(signed), "\n"); lines[0] != origin || lines[1] != "5" || lines[2] != want.Hash.String() {
		t.Errorf("signed %s", signed)
	}
	got, err := auditlog.OpenCheckpoint(signed, other, k)
	if err != nil || got != want {
		t.Errorf("read %v, %v", got, err)
	}
	if _, err := auditlog.OpenCheckpoint(signed, other); err == nil || !strings.Contains(err.Error(), "none of the keys") {
		t.Errorf("by another key: %v", err)
	}
	for _, change := range [][2]string{{"\n5\n", "\n6\n"}, {want.Hash.String(), tlog.Hash{}.String()}, {"test", "best"}} {
		if _, err := auditlog.OpenCheckpoint([]byte(strings.Replace(string(signed), change[0], change[1], 1)), k); err == nil {
			t.Errorf("changed %v unnoticed", change)
		}
	}
	keys := auditlog.Keys{Active: other, Old: []*auditlog.Key{k}}
	if keys.Of(signed) != k || (auditlog.Keys{Active: other}).Of(signed) != nil || keys.Of(nil) != nil {
		t.Error("the key of a checkpoint is another")
	}
}
