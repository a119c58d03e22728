package admin

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
)

// sealedWithin is when an entry is overdue to be sealed, clocks that differ allowed for.
const sealedWithin = time.Minute

// VerifyLog verifies the log.
type VerifyLog struct {
	Checkpoint string   `help:"A checkpoint that was kept elsewhere (${log} checkpoint): also verify that the log grew from it." placeholder:"FILE" type:"path"`
	Key        []string `help:"The key that signs checkpoints, kept elsewhere (${log} checkpoint --key); may be repeated for keys that came after each other. Without it the platform is asked for its key." placeholder:"KEY"`
	From       string   `help:"Verify a file that ${log} export wrote, and call no platform. Needs --key." placeholder:"FILE" type:"path"`
}

// Validate is called when the command line was read.
func (c VerifyLog) Validate() error {
	if c.From != "" && len(c.Key) == 0 {
		return errors.New("--from needs --key: without a key of your own, a file proves nothing (the command checkpoint --key prints it)")
	}
	_, err := c.known()
	return err
}

// known are the keys that were given.
func (c VerifyLog) known() ([]note.Verifier, error) {
	known := make([]note.Verifier, len(c.Key))
	for i, text := range c.Key {
		var err error
		if known[i], err = auditlog.ParseKey(text); err != nil {
			return nil, fmt.Errorf("--key: %w", err)
		}
	}
	return known, nil
}

// Offline tells that no platform is called.
func (c VerifyLog) Offline() bool { return c.From != "" }

// verified is what was verified.
type verified struct {
	Entries int64  `json:"entries"`
	Root    string `json:"root"`
	Origin  string `json:"origin"`
	// Kept is the size of the kept checkpoint, 0 when there was none.
	Kept int64 `json:"kept_entries"`
	// OwnKey tells that the key came from the caller, not from the platform.
	OwnKey bool `json:"own_key"`
}

// Run does it.
func (c VerifyLog) Run(ctx context.Context, log platformLog, out Output) error {
	known, err := c.known()
	if err != nil {
		return err
	}
	var newest auditlog.Checkpoint
	var kept []auditlog.Checkpoint
	if c.Offline() {
		newest, kept, err = c.verifyFile(known)
	} else {
		newest, kept, err = c.verifyPlatform(ctx, log, known)
	}
	if err != nil {
		return err
	}
	done := verified{Entries: newest.N, Root: newest.Hash.String(), Origin: newest.Origin, OwnKey: len(c.Key) > 0}
	lines := [][2]string{
		{"log", done.Origin},
		{"entries", strconv.FormatInt(done.Entries, 10) + ": every one is as it was sealed, and none is missing"},
		{"root", done.Root},
		{"signature", "right, by the key that was given"},
	}
	if !done.OwnKey {
		lines[3][1] = "right, by the key that the platform gave: keep the key elsewhere and give it with --key"
	}
	for _, k := range kept {
		done.Kept = k.N
		lines = append(lines, [2]string{"kept", fmt.Sprintf("the log grew from the checkpoint of %d entries in %s", k.N, c.Checkpoint)})
	}
	return out.report(done, lines)
}

func (c VerifyLog) verifyFile(known []note.Verifier) (newest auditlog.Checkpoint, kept []auditlog.Checkpoint, err error) {
	if newest, err = readCheckpoint(c.From+checkpointSuffix, known); err != nil {
		return newest, nil, err
	}
	if kept, err = c.kept(known); err != nil {
		return newest, nil, err
	}
	file, err := os.Open(c.From)
	if err != nil {
		return newest, nil, fmt.Errorf("opening the export: %w", err)
	}
	defer file.Close()
	leaves := watched(fileLeaves(file, newest.N), &progress{doing: "verified", total: newest.N})
	return newest, kept, auditlog.Verify(leaves, newest, kept...)
}

func (c VerifyLog) verifyPlatform(ctx context.Context, log platformLog, known []note.Verifier) (
	newest auditlog.Checkpoint, kept []auditlog.Checkpoint, err error,
) {
	newest, known, err = latest(ctx, log, known)
	if err != nil {
		return newest, nil, err
	}
	if kept, err = c.kept(known); err != nil {
		return newest, nil, err
	}
	leaves := watched(platformLeaves(ctx, log, 0, newest.N), &progress{doing: "verified", total: newest.N})
	if err := auditlog.Verify(leaves, newest, kept...); err != nil {
		return newest, nil, err
	}
	if err := covered(ctx, log, known, newest.N); err != nil {
		return newest, nil, err
	}
	if err := goesOn(ctx, log); err != nil {
		return newest, nil, err
	}
	for _, k := range kept {
		if err := proved(ctx, log, k, newest); err != nil {
			return newest, nil, err
		}
	}
	return newest, kept, nil
}

func (c VerifyLog) kept(known []note.Verifier) ([]auditlog.Checkpoint, error) {
	if c.Checkpoint == "" {
		return nil, nil
	}
	checkpoint, err := readCheckpoint(c.Checkpoint, known)
	return []auditlog.Checkpoint{checkpoint}, err
}

func readCheckpoint(path string, known []note.Verifier) (auditlog.Checkpoint, error) {
	signed, err := os.ReadFile(path)
	if err != nil {
		return auditlog.Checkpoint{}, fmt.Errorf("reading a checkpoint: %w", err)
	}
	checkpoint, err := auditlog.OpenCheckpoint(signed, known...)
	if err != nil {
		return auditlog.Checkpoint{}, fmt.Errorf("%s: %w", path, err)
	}
	return checkpoint, nil
}

// latest asks for the newest checkpoint, and for its key when none is known. Before the first it is that of an empty log.
func latest(ctx context.Context, log platformLog, known []note.Verifier) (auditlog.Checkpoint, []note.Verifier, error) {
	answer, err := log.checkpoint(ctx)
	if err != nil {
		return auditlog.Checkpoint{}, nil, err
	}
	if len(known) == 0 {
		key, err := auditlog.ParseKey(answer.GetVerifierKey())
		if err != nil {
			return auditlog.Checkpoint{}, nil, err
		}
		known = []note.Verifier{key}
	}
	if answer.GetCheckpoint() == "" {
		root, err := tlog.TreeHash(0, nil)
		return auditlog.Checkpoint{Origin: known[0].Name(), Tree: tlog.Tree{Hash: root}}, known, err
	}
	newest, err := auditlog.OpenCheckpoint([]byte(answer.GetCheckpoint()), known...)
	return newest, known, err
}

// covered checks that no leaf lies behind the end of the log. What was sealed meanwhile has a later checkpoint.
func covered(ctx context.Context, log platformLog, known []note.Verifier, size int64) error {
	page, err := log.export(ctx, size, 1)
	if err != nil || len(page) == 0 {
		return err
	}
	newest, _, err := latest(ctx, log, known)
	if err != nil {
		return err
	}
	if leaf := page[0].GetLeaf(); leaf >= newest.N {
		return &auditlog.Damage{First: leaf, Last: leaf, What: "it was inserted: no checkpoint covers it"}
	}
	return nil
}

// goesOn checks that new entries are sealed: the keeper signs no more when it finds stored hashes or checkpoints damaged.
func goesOn(ctx context.Context, log platformLog) error {
	_, page, err := log.list(ctx, entriesPage, auditlog.Filter{})
	if err != nil {
		return err
	}
	for _, entry := range page {
		if at := entry.GetAt().AsTime(); entry.GetLeaf() < 0 && time.Since(at) > sealedWithin {
			return fmt.Errorf("what is sealed is right, but an entry of %s is not sealed yet: see %s's own log for why sealing has stopped",
				at.Format(time.RFC3339), log.keeper())
		}
	}
	return nil
}

// proved asks the platform for the proof that the log grew from a checkpoint: its stored hashes must agree with what
// was recomputed.
func proved(ctx context.Context, log platformLog, kept, newest auditlog.Checkpoint) error {
	if kept.N == 0 {
		return nil
	}
	hashes, err := log.prove(ctx, kept.N, newest.N)
	if err != nil {
		return err
	}
	var proof tlog.TreeProof
	for _, hash := range hashes {
		if len(hash) != tlog.HashSize {
			return errors.New("the platform's proof of consistency is malformed")
		}
		proof = append(proof, tlog.Hash(hash))
	}
	if err := tlog.CheckTree(proof, newest.N, newest.Hash, kept.N, kept.Hash); err != nil {
		return fmt.Errorf("the entries are right, but the platform's stored hashes do not prove that the log grew from the checkpoint: %w", err)
	}
	return nil
}
