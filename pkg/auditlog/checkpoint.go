package auditlog

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// maxCheckpoint bounds the text of a checkpoint that is read, in bytes.
const maxCheckpoint = 16 << 10

// Checkpoint is a log's tree at a time (c2sp.org/tlog-checkpoint).
type Checkpoint struct {
	// Origin is the log's name.
	Origin string
	// Tree is the number of leaves and the root.
	tlog.Tree
}

// Sign makes the signed note of the checkpoint.
func (c Checkpoint) Sign(signer note.Signer) ([]byte, error) {
	text := fmt.Sprintf("%s\n%d\n%s\n", c.Origin, c.N, c.Hash)
	signed, err := note.Sign(&note.Note{Text: text}, signer)
	if err != nil {
		return nil, fmt.Errorf("signing a checkpoint: %w", err)
	}
	return signed, nil
}

// OpenCheckpoint reads a signed checkpoint and checks its signature with the keys that are known.
func OpenCheckpoint(signed []byte, known ...note.Verifier) (Checkpoint, error) {
	if len(signed) > maxCheckpoint {
		return Checkpoint{}, fmt.Errorf("a checkpoint is not longer than %d bytes", maxCheckpoint)
	}
	opened, err := note.Open(signed, note.VerifierList(known...))
	if unverified, ok := errors.AsType[*note.UnverifiedNoteError](err); ok {
		var names []string
		for _, sig := range unverified.Note.UnverifiedSigs {
			names = append(names, fmt.Sprintf("%s+%08x", sig.Name, sig.Hash))
		}
		return Checkpoint{}, fmt.Errorf("the checkpoint is signed by none of the keys that are known, but by %s", strings.Join(names, ", "))
	}
	if err != nil {
		return Checkpoint{}, fmt.Errorf("opening a checkpoint: %w", err)
	}
	c, err := parseCheckpoint(opened.Text)
	if err == nil && c.Origin != opened.Sigs[0].Name {
		err = fmt.Errorf("the checkpoint is of %q, and signed by %q", c.Origin, opened.Sigs[0].Name)
	}
	return c, err
}

// parseCheckpoint reads origin, size and root; lines of extensions may follow.
func parseCheckpoint(text string) (Checkpoint, error) {
	malformed := errors.New("a checkpoint is three lines: origin, size and root")
	lines := strings.SplitN(text, "\n", 4)
	if len(lines) < 4 || lines[0] == "" {
		return Checkpoint{}, malformed
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return Checkpoint{}, malformed
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil || root.String() != lines[2] {
		return Checkpoint{}, malformed
	}
	return Checkpoint{lines[0], tlog.Tree{N: size, Hash: root}}, nil
}
