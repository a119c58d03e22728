package admin

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"

	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

// DeadLetterFilter says which dead letters.
type DeadLetterFilter struct {
	Provider int64   `help:"Only this provider's." placeholder:"ID"`
	Channel  string  `help:"Only this channel's: sat, sms, fcm, email or webhook." enum:",sat,sms,fcm,email,webhook" default:"" placeholder:"CHANNEL"`
	Reason   string  `help:"Only those given up for this reason, such as carrier_refuses, no_address or time_ran_out." placeholder:"REASON"`
	From     *Moment `help:"Only those given up at this time or later: a date, or RFC 3339." placeholder:"TIME"`
	To       *Moment `help:"Only those given up before this time." placeholder:"TIME"`
}

func (f DeadLetterFilter) proto() *notificationsv1.DeadLetterFilter {
	return &notificationsv1.DeadLetterFilter{
		ProviderId: f.Provider, Channel: channelNamed(f.Channel), Reason: f.Reason, From: f.From.proto(), To: f.To.proto(),
	}
}

func (f DeadLetterFilter) narrows() bool { return f != DeadLetterFilter{} }

// ListDeadLetters lists dead letters.
type ListDeadLetters struct {
	DeadLetterFilter
	Limit int `help:"At most so many (1 to 10000)." default:"50"`
}

// Help says what they are.
func (ListDeadLetters) Help() string {
	return `A dead letter is a notification or an advertisement that failed or expired. Look at its reason, mend what was wrong, and have it tried again with "admin dispatch replay".`
}

// Validate is called when the command line was read.
func (c ListDeadLetters) Validate() error {
	if c.Limit < 1 || c.Limit > maxDispatches {
		return fmt.Errorf("--limit must be between 1 and %d", maxDispatches)
	}
	return nil
}

// Run does it, page by page.
func (c ListDeadLetters) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	calls, all := notificationsv1.NewDeadLetterServiceClient(conn), &notificationsv1.ListDeadLettersResponse{}
	for token, first := "", true; first || token != "" && len(all.GetDeadLetters()) < c.Limit; first = false {
		answer, err := calls.ListDeadLetters(ctx, &notificationsv1.ListDeadLettersRequest{
			Filter: c.proto(), PageSize: int32(min(c.Limit-len(all.GetDeadLetters()), dispatchesPage)), PageToken: token,
		})
		if err != nil {
			return err
		}
		all.DeadLetters = append(all.DeadLetters, answer.GetDeadLetters()...)
		token = answer.GetNextPageToken()
		all.NextPageToken = token
	}
	var rows [][]string
	for _, l := range all.GetDeadLetters() {
		rows = append(rows, []string{
			l.GetDispatchId(), word(l.GetKind(), partPrefix), channelWord(l.GetChannel()), statusWord(l.GetStatus()), l.GetReason(),
			strconv.FormatInt(l.GetProviderId(), 10), strconv.Itoa(int(l.GetAttempts())), moment(l.GetEndedAt()),
		})
	}
	return out.table(all, []string{"DISPATCH", "PART", "CHANNEL", "STATUS", "REASON", "PROVIDER", "ATTEMPTS", "GIVEN UP"}, rows)
}

// ReplayDeadLetters has dead letters tried again.
type ReplayDeadLetters struct {
	Dispatches []string `arg:"" optional:"" help:"Dispatches whose dead letters are tried again."`
	Part       string   `help:"Of the dispatches named, only this part: notification or advertisement." enum:",notification,advertisement" default:"" placeholder:"PART"`
	All        bool     `help:"All dead letters there are now, or those that the filter leaves, the oldest first."`
	DeadLetterFilter
	Until *Moment `help:"Until when they are worth sending; for their service's life from now when not given." placeholder:"TIME"`
}

// Help explains what happens.
func (ReplayDeadLetters) Help() string {
	return `Parts are sent as if they had just been accepted, with all their attempts before them. It can be repeated: what is no dead letter any more is left alone, and so is what was erased.

Name dispatches, or give --all, by itself or with --provider, --channel, --reason, --from and --to. Each part that will be tried again is listed.`
}

// Validate is called when the command line was read.
func (c ReplayDeadLetters) Validate() error {
	switch named := len(c.Dispatches) > 0; {
	case named && (c.All || c.narrows()):
		return errors.New("name dispatches, or give --all with a filter: not both")
	case !named && !c.All:
		return errors.New("name dispatches, or give --all; `admin dispatch dead` lists them")
	case c.All && c.Part != "":
		return errors.New("--part goes with dispatches that are named")
	}
	return nil
}

// Run does it, so many at a time as the platform takes.
func (c ReplayDeadLetters) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	calls, all := notificationsv1.NewDeadLetterServiceClient(conn), &notificationsv1.ReplayDeadLettersResponse{}
	replay := func(req *notificationsv1.ReplayDeadLettersRequest) (more bool, err error) {
		req.ExpiresAt = c.Until.proto()
		answer, err := calls.ReplayDeadLetters(ctx, req)
		all.Replayed = append(all.Replayed, answer.GetReplayed()...)
		return answer.GetMore(), err
	}
	err := c.each(replay)
	var rows [][]string
	for _, key := range all.GetReplayed() {
		rows = append(rows, []string{key.GetDispatchId(), word(key.GetKind(), partPrefix)})
	}
	shown := out.table(all, []string{"DISPATCH", "PART"}, rows)
	if err != nil {
		return fmt.Errorf("after %d parts: %w", len(rows), err)
	}
	if len(rows) == 0 && !out.JSON {
		fmt.Fprintln(os.Stderr, "No dead letter is left of these.")
	}
	return shown
}

func (c ReplayDeadLetters) each(replay func(*notificationsv1.ReplayDeadLettersRequest) (bool, error)) error {
	for some := range slices.Chunk(c.keys(), dispatchesPage) {
		if _, err := replay(&notificationsv1.ReplayDeadLettersRequest{Parts: some}); err != nil {
			return err
		}
	}
	filter := c.proto()
	if filter.GetTo() == nil { // what fails again meanwhile is left alone
		filter.To = timestamppb.New(time.Now())
	}
	for more := c.All; more; {
		var err error
		if more, err = replay(&notificationsv1.ReplayDeadLettersRequest{Filter: filter}); err != nil {
			return err
		}
	}
	return nil
}

// keys are the parts of the dispatches that are named.
func (c ReplayDeadLetters) keys() []*notificationsv1.PartKey {
	parts := []notificationsv1.PartKind{notificationsv1.PartKind_PART_KIND_NOTIFICATION, notificationsv1.PartKind_PART_KIND_ADVERTISEMENT}
	if c.Part != "" {
		parts = []notificationsv1.PartKind{notificationsv1.PartKind(number(notificationsv1.PartKind_value, partPrefix, c.Part))}
	}
	var keys []*notificationsv1.PartKey
	for _, id := range c.Dispatches {
		for _, part := range parts {
			keys = append(keys, &notificationsv1.PartKey{DispatchId: id, Kind: part})
		}
	}
	return keys
}
