package admin

import (
	"context"

	"google.golang.org/grpc"

	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

// ListSessionEvents lists changes.
type ListSessionEvents struct {
	Limit  int    `help:"At most so many (1 to 10000)." default:"50"`
	Actor  string `help:"Only by this one: an operator's name or peer:ROLE." placeholder:"ACTOR"`
	Target string `help:"Only about what begins with this: account/, account/ID, session/ID, organisation/7, organisation/7/member/, organisation/7/customer/, functionality/KEY, integration/KEY, beneficiary/, secrets/." placeholder:"PREFIX"`
}

// Help says what is shown.
func (ListSessionEvents) Help() string {
	return `A line is a change, with what was before and what is since as JSON; neither has passwords or secrets. The target of an erased beneficiary is a digest, which leads to nobody. "organisation/7" begins "organisation/70", too; "organisation/7/" finds what belongs to the organisation 7.`
}

// Validate is called when the command line was read.
func (c ListSessionEvents) Validate() error { return checkEntries(c.Limit) }

// Run does it, page by page.
func (c ListSessionEvents) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	all, next, err := pages(c.Limit, func(size int32, token string) ([]*sessionv1.Event, string, error) {
		page, err := sessionv1.NewEventServiceClient(conn).ListEvents(ctx, &sessionv1.ListEventsRequest{
			PageSize: size, PageToken: token, TargetPrefix: c.Target, Actor: c.Actor,
		})
		return page.GetEvents(), page.GetNextPageToken(), err
	})
	if err != nil {
		return err
	}
	var rows [][]string
	for _, e := range all {
		rows = append(rows, []string{moment(e.GetAt()), e.GetActor(), e.GetAct(), e.GetTarget(), e.GetBefore(), e.GetAfter()})
	}
	return out.table(&sessionv1.ListEventsResponse{Events: all, NextPageToken: next}, []string{"AT", "ACTOR", "ACT", "TARGET", "BEFORE", "AFTER"}, rows)
}
