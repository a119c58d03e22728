package admin

import (
	"context"
	"fmt"
	"time"

	"google.golang.org/grpc"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

const (
	// maxActs bounds what one command lists.
	maxActs = 10_000
	// actsPage is the most that the platform gives at once.
	actsPage = 500
)

// Acts are the commands about the record of what operators did.
type Acts struct {
	List ListActs `cmd:"" help:"List the latest acts, newest first. Their numbers rise with gaps, since other changes take numbers too: a gap hides no act."`
}

// ListActs lists acts.
type ListActs struct {
	Limit int `help:"At most so many (1 to 10000)." default:"50"`
}

// Validate is called when the command line was read.
func (c ListActs) Validate() error {
	if c.Limit < 1 || c.Limit > maxActs {
		return fmt.Errorf("--limit must be between 1 and %d", maxActs)
	}
	return nil
}

// Run does it, page by page.
func (c ListActs) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	all := &authv1.ListAdminActsResponse{}
	for {
		page, err := authv1.NewOperatorServiceClient(conn).ListAdminActs(ctx, &authv1.ListAdminActsRequest{
			PageSize: int32(min(c.Limit-len(all.Acts), actsPage)), PageToken: all.NextPageToken,
		})
		if err != nil {
			return err
		}
		all.Acts = append(all.Acts, page.GetActs()...)
		if all.NextPageToken = page.GetNextPageToken(); all.NextPageToken == "" || len(all.Acts) >= c.Limit {
			break
		}
	}
	var rows [][]string
	for _, act := range all.GetActs() {
		rows = append(rows, []string{
			fmt.Sprint(act.GetNumber()), act.GetAt().AsTime().Format(time.RFC3339), act.GetActor(), act.GetAct(), act.GetTarget(),
		})
	}
	return out.table(all, []string{"NO", "AT", "ACTOR", "ACT", "TARGET"}, rows)
}
