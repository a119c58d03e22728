package admin

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

const (
	partPrefix     = "PART_KIND_"
	dispatchPrefix = "STATUS_"

	// maxDispatches is how many can be paged through, dispatchesPage how many the platform lists at once.
	maxDispatches  = 10_000
	dispatchesPage = 500
)

// Dispatches are the commands about what providers have delivered.
type Dispatches struct {
	List   ListDispatches    `cmd:"" help:"List dispatches, newest first."`
	Show   ShowDispatch      `cmd:"" help:"Show a dispatch: its parts and each attempt to send them."`
	Watch  WatchDispatches   `cmd:"" help:"Watch dispatches change."`
	Cancel CancelDispatch    `cmd:"" help:"Take back what is not being sent yet."`
	Dead   ListDeadLetters   `cmd:"" help:"List what could not be delivered, newest first."`
	Replay ReplayDeadLetters `cmd:"" help:"Have what could not be delivered tried again."`
}

// DispatchFilter says which dispatches.
type DispatchFilter struct {
	Provider  int64   `help:"Only this provider's." placeholder:"ID"`
	Status    string  `help:"Only those with this status: accepted, scheduled, sending, sent, delivered, failed, expired or cancelled." enum:",accepted,scheduled,sending,sent,delivered,failed,expired,cancelled" default:"" placeholder:"STATUS"`
	Channel   string  `help:"Only those with a part for this channel: sat, sms, fcm, email or webhook." enum:",sat,sms,fcm,email,webhook" default:"" placeholder:"CHANNEL"`
	Reference string  `help:"Only the one with the provider's own reference." placeholder:"REFERENCE"`
	From      *Moment `help:"Only those stored at this time or later: a date, or RFC 3339." placeholder:"TIME"`
	To        *Moment `help:"Only those stored before this time." placeholder:"TIME"`
}

func (f DispatchFilter) proto() *notificationsv1.DispatchFilter {
	return &notificationsv1.DispatchFilter{
		ProviderId: f.Provider, Status: notificationsv1.Status(number(notificationsv1.Status_value, dispatchPrefix, f.Status)),
		Channel: channelNamed(f.Channel), Reference: f.Reference, From: f.From.proto(), To: f.To.proto(),
	}
}

// ListDispatches lists dispatches.
type ListDispatches struct {
	DispatchFilter
	Limit int `help:"At most so many (1 to 10000)." default:"50"`
}

// Help says how to go on.
func (ListDispatches) Help() string {
	return `A line is a dispatch, with where each of its parts is and why. "admin dispatch show ID" tells of each attempt.

A filter by channel looks at the newest 20,000 of those that the rest of the filter leaves. Narrow it by --from and --to for older ones.`
}

// Validate is called when the command line was read.
func (c ListDispatches) Validate() error {
	if c.Limit < 1 || c.Limit > maxDispatches {
		return fmt.Errorf("--limit must be between 1 and %d", maxDispatches)
	}
	return nil
}

// Run does it, page by page.
func (c ListDispatches) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	calls, all, seen := notificationsv1.NewDispatchServiceClient(conn), &notificationsv1.ListDispatchesResponse{}, make(map[string]bool)
	for size, page := min(c.Limit, dispatchesPage), 1; len(all.GetDispatches()) < c.Limit && page*size <= maxDispatches; page++ {
		answer, err := calls.ListDispatches(ctx, &notificationsv1.ListDispatchesRequest{Filter: c.proto(), Page: int32(page), PageSize: int32(size)})
		if err != nil {
			return err
		}
		all.Total, all.TotalCapped = answer.GetTotal(), answer.GetTotalCapped()
		for _, d := range answer.GetDispatches() {
			if !seen[d.GetDispatchId()] && len(all.GetDispatches()) < c.Limit { // new ones move others to the next page
				seen[d.GetDispatchId()] = true
				all.Dispatches = append(all.Dispatches, d)
			}
		}
		if len(answer.GetDispatches()) < size {
			break
		}
	}
	var rows [][]string
	for _, d := range all.GetDispatches() {
		rows = append(rows, dispatchRow(d))
	}
	if err := out.table(all, []string{"DISPATCH", "PROVIDER", "REFERENCE", "STATUS", "CREATED", "CHANGED", "PARTS"}, rows); err != nil || out.JSON {
		return err
	}
	if more := int(all.GetTotal()) > len(rows); more || all.GetTotalCapped() {
		total := strconv.Itoa(int(all.GetTotal()))
		if all.GetTotalCapped() {
			total += " or more"
		}
		fmt.Fprintf(os.Stderr, "%d of %s.\n", len(rows), total)
	}
	return nil
}

func dispatchRow(d *notificationsv1.Dispatch) []string {
	return []string{
		d.GetDispatchId(), strconv.FormatInt(d.GetProviderId(), 10), d.GetReference(), statusWord(d.GetStatus()),
		moment(d.GetCreatedAt()), moment(d.GetChangedAt()), partsText(d),
	}
}

// partsText says where each part of a dispatch is: "notification sms delivered, advertisement fcm failed (bad_address)".
func partsText(d *notificationsv1.Dispatch) string {
	var all []string
	for _, p := range d.GetParts() {
		text := partName(p) + " " + statusWord(p.GetStatus())
		if p.GetReason() != "" {
			text += " (" + p.GetReason() + ")"
		}
		all = append(all, text)
	}
	return strings.Join(all, ", ")
}

func statusWord(status notificationsv1.Status) string { return word(status, dispatchPrefix) }

// partName is what a part is, and how it goes.
func partName(p *notificationsv1.Part) string {
	return strings.TrimSpace(word(p.GetKind(), partPrefix) + " " + channelWord(p.GetChannel()))
}

// channelWord is empty for none.
func channelWord(channel notificationsv1.Channel) string {
	if channel == notificationsv1.Channel_CHANNEL_UNSPECIFIED {
		return ""
	}
	return word(channel, channelPrefix)
}

// DispatchID names a dispatch.
type DispatchID struct {
	ID string `arg:"" help:"The dispatch's identifier, as \"admin dispatch list\" shows it."`
}

// ShowDispatch shows a dispatch.
type ShowDispatch struct{ DispatchID }

// Help says who sees what.
func (ShowDispatch) Help() string {
	return `The destination is shown to the roles support and security. What a dispatch says is never shown.`
}

// Run does it.
func (c ShowDispatch) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := notificationsv1.NewDispatchServiceClient(conn).GetDispatch(ctx, &notificationsv1.GetDispatchRequest{DispatchId: c.ID})
	if err != nil {
		return err
	}
	return showDispatch(out, answer, answer.GetDispatch())
}

// CancelDispatch takes a dispatch back.
type CancelDispatch struct{ DispatchID }

// Help says what is taken back.
func (CancelDispatch) Help() string {
	return `Parts that are accepted or scheduled are taken back for good, and a payment request that is not paid. What is being sent is left, and so are codes. Exit code 3 when nothing is left to take back.`
}

// Run does it.
func (c CancelDispatch) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := notificationsv1.NewDispatchServiceClient(conn).CancelDispatch(ctx, &notificationsv1.CancelDispatchRequest{DispatchId: c.ID})
	if err != nil {
		return err
	}
	return showDispatch(out, answer, answer.GetDispatch())
}

// showDispatch shows a dispatch, its parts, and their attempts.
func showDispatch(out Output, message proto.Message, d *notificationsv1.Dispatch) error {
	err := out.record(message, [][2]string{
		{"dispatch", d.GetDispatchId()},
		{"provider", strconv.FormatInt(d.GetProviderId(), 10)},
		{"service", strconv.Itoa(int(d.GetServiceId()))},
		{"reference", d.GetReference()},
		{"data set", dataSetName(d.GetDataSet())},
		{"destination", d.GetDestination()},
		{"status", statusWord(d.GetStatus())},
		{"created", moment(d.GetCreatedAt())},
		{"to be sent", moment(d.GetSendAt())},
		{"expires", moment(d.GetExpiresAt())},
		{"changed", moment(d.GetChangedAt())},
		{"erased", moment(d.GetErasedAt())},
	})
	if err != nil || out.JSON {
		return err
	}
	var parts, attempts [][]string
	for _, p := range d.GetParts() {
		parts = append(parts, []string{partName(p), statusWord(p.GetStatus()), p.GetReason(), moment(p.GetNextAttemptAt()), p.GetCode(), p.GetPaymentId(), p.GetPaymentStatus()})
		for _, a := range p.GetAttempts() {
			attempts = append(attempts, []string{partName(p), strconv.Itoa(int(a.GetNumber())), moment(a.GetAt()), a.GetCarrier(), outcomeWord(a), a.GetReason(), repeatedWord(a)})
		}
	}
	return errors.Join(
		out.section([]string{"PART", "STATUS", "REASON", "NEXT ATTEMPT", "CODE", "PAYMENT", "PAYMENT STATUS"}, parts),
		out.section([]string{"ATTEMPT OF", "NUMBER", "AT", "CARRIER", "OUTCOME", "REASON", "REPEATED"}, attempts),
	)
}

// section is a further table below what was shown; nothing when it has no rows.
func (o Output) section(heading []string, rows [][]string) error {
	if len(rows) == 0 {
		return nil
	}
	if _, err := fmt.Fprintln(o.Writer); err != nil {
		return err
	}
	return o.table(nil, heading, rows)
}

func outcomeWord(a *notificationsv1.Attempt) string {
	if a.GetOutcome() == notificationsv1.Outcome_OUTCOME_UNSPECIFIED {
		return "under way"
	}
	return word(a.GetOutcome(), outcomePrefix)
}

func repeatedWord(a *notificationsv1.Attempt) string {
	if a.GetRepeated() {
		return "perhaps"
	}
	return ""
}
