package admin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
)

// maxEntries bounds what one command lists.
const maxEntries = 10_000

// Logs are the commands about the admin log.
type Logs struct {
	logCommands `kong:"set='log=admin log',set='keeper=auth',set='acts=IssueToken, Revoke, Refusal, CreateClient, …',set='targets=the identifier of a client, token or key, or the name of an operator'"`
}

// Accesses are the commands about the access log.
type Accesses struct {
	logCommands `kong:"set='log=admin access',set='keeper=identity',set='acts=GetProfile, GetPerson, ErasePerson, …',set='targets=the pseudonym of a person, or what else it was done to'"`
}

// logCommands are the same for each log. Help says ${log} for the words that they follow.
type logCommands struct {
	List       ListLog        `cmd:"" help:"List the latest entries, newest first. An entry without a leaf is not sealed yet."`
	Checkpoint ShowCheckpoint `cmd:"" help:"Print the log's signed checkpoint. Keep it elsewhere: ${log} verify --checkpoint then shows any later rewriting, even by those who have the platform's keys."`
	Export     ExportLog      `cmd:"" help:"Write all sealed entries to a file, as JSON lines, and their checkpoint beside it. Run again with the same file to go on where it ends."`
	Verify     VerifyLog      `cmd:"" help:"Recompute the log from its entries and compare it with its signed checkpoint. Exit code 1 names the entry that was changed, removed, inserted or reordered."`
}

// ListLog lists entries.
type ListLog struct {
	Limit  int    `help:"At most so many (1 to 10000)." default:"50"`
	Actor  string `help:"Only by this one: an operator's name, client:ID, peer:ROLE or ${keeper}." placeholder:"ACTOR"`
	Act    string `help:"Only this: ${acts}" placeholder:"ACT"`
	Target string `help:"Only about this: ${targets}." placeholder:"ID"`
}

// Validate is called when the command line was read.
func (c ListLog) Validate() error {
	return checkEntries(c.Limit)
}

func checkEntries(limit int) error {
	if limit < 1 || limit > maxEntries {
		return fmt.Errorf("--limit must be between 1 and %d", maxEntries)
	}
	return nil
}

// Run does it, page by page.
func (c ListLog) Run(ctx context.Context, log platformLog, out Output) error {
	all, entries, err := log.list(ctx, c.Limit, auditlog.Filter{Actor: c.Actor, Act: c.Act, Target: c.Target})
	if err != nil {
		return err
	}
	var rows [][]string
	for _, entry := range entries {
		leaf := "-"
		if entry.GetLeaf() >= 0 {
			leaf = strconv.FormatInt(entry.GetLeaf(), 10)
		}
		rows = append(rows, []string{
			leaf, entry.GetAt().AsTime().Format(time.RFC3339), entry.GetActor(), entry.GetAct(), entry.GetTarget(),
		})
	}
	return out.table(all, []string{"LEAF", "AT", "ACTOR", "ACT", "TARGET"}, rows)
}

// ShowCheckpoint prints the checkpoint.
type ShowCheckpoint struct {
	Key bool `help:"Print the key that verifies checkpoints instead. Keep it elsewhere too."`
}

// Run does it. What it prints is exactly what is to be kept.
func (c ShowCheckpoint) Run(ctx context.Context, log platformLog, out Output) error {
	answer, err := log.checkpoint(ctx)
	switch {
	case err != nil:
		return err
	case out.JSON:
		return out.json(answer)
	case c.Key:
		_, err = fmt.Fprintln(out.Writer, answer.GetVerifierKey())
		return err
	case answer.GetCheckpoint() == "":
		return errNothingSealed
	}
	_, err = io.WriteString(out.Writer, answer.GetCheckpoint())
	return err
}

var errNothingSealed = errors.New("no entry is sealed yet: try again in ten seconds")
