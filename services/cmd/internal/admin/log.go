package admin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"google.golang.org/grpc"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

const (
	// maxEntries bounds what one command lists.
	maxEntries = 10_000
	// entriesPage is the most that the platform gives at once.
	entriesPage = 500
)

// Logs are the commands about the admin log.
type Logs struct {
	List       ListLog        `cmd:"" help:"List the latest entries, newest first. An entry without a leaf is not sealed yet."`
	Checkpoint ShowCheckpoint `cmd:"" help:"Print the log's signed checkpoint. Keep it elsewhere: admin log verify --checkpoint then shows any later rewriting, even by those who have the platform's keys."`
	Export     ExportLog      `cmd:"" help:"Write all sealed entries to a file, as JSON lines, and their checkpoint beside it. Run again with the same file to go on where it ends."`
	Verify     VerifyLog      `cmd:"" help:"Recompute the log from its entries and compare it with its signed checkpoint. Exit code 1 names the entry that was changed, removed, inserted or reordered."`
}

// ListLog lists entries.
type ListLog struct {
	Limit  int    `help:"At most so many (1 to 10000)." default:"50"`
	Actor  string `help:"Only by this one: an operator's name, client:ID, peer:ROLE or auth." placeholder:"ACTOR"`
	Act    string `help:"Only this: IssueToken, Revoke, Refusal, CreateClient, …" placeholder:"ACT"`
	Target string `help:"Only about this: the identifier of a client, token or key, or an operator's name." placeholder:"ID"`
}

// Validate is called when the command line was read.
func (c ListLog) Validate() error {
	if c.Limit < 1 || c.Limit > maxEntries {
		return fmt.Errorf("--limit must be between 1 and %d", maxEntries)
	}
	return nil
}

// Run does it, page by page.
func (c ListLog) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	all := &authv1.ListLogEntriesResponse{}
	for {
		page, err := authv1.NewLogServiceClient(conn).ListLogEntries(ctx, &authv1.ListLogEntriesRequest{
			PageSize: int32(min(c.Limit-len(all.Entries), entriesPage)), PageToken: all.NextPageToken,
			Actor: c.Actor, Act: c.Act, Target: c.Target,
		})
		if err != nil {
			return err
		}
		all.Entries = append(all.Entries, page.GetEntries()...)
		if all.NextPageToken = page.GetNextPageToken(); all.NextPageToken == "" || len(all.Entries) >= c.Limit {
			break
		}
	}
	var rows [][]string
	for _, entry := range all.GetEntries() {
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
func (c ShowCheckpoint) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := authv1.NewLogServiceClient(conn).GetCheckpoint(ctx, &authv1.GetCheckpointRequest{})
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
