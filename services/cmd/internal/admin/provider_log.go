package admin

import (
	"context"
	"fmt"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

// ListEvents lists changes.
type ListEvents struct {
	Limit  int    `help:"At most so many (1 to 10000)." default:"50"`
	Actor  string `help:"Only by this one: an operator's name, client:ID or peer:ROLE." placeholder:"ACTOR"`
	Target string `help:"Only about what begins with this: provider/7, provider/7/template/, service/, subscription/ID, dispatch/ID, recipient/, secrets/." placeholder:"PREFIX"`
}

// Help says what is shown.
func (ListEvents) Help() string {
	return `A line is a change, with what was before and what is since as JSON; neither has secrets or addresses. The target of a person is a digest, which leads to nobody: its changes can be told apart, and stay when it is forgotten. "provider/7" begins "provider/70", too; "provider/7/" finds the templates of the provider 7.`
}

// Validate is called when the command line was read.
func (c ListEvents) Validate() error { return checkEntries(c.Limit) }

// Run does it, page by page.
func (c ListEvents) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	all, calls := &notificationsv1.ListEventsResponse{}, notificationsv1.NewProviderServiceClient(conn)
	for {
		page, err := calls.ListEvents(ctx, &notificationsv1.ListEventsRequest{
			PageSize: int32(min(c.Limit-len(all.GetEvents()), entriesPage)), PageToken: all.GetNextPageToken(), TargetPrefix: c.Target, Actor: c.Actor,
		})
		if err != nil {
			return err
		}
		all.Events, all.NextPageToken = append(all.Events, page.GetEvents()...), page.GetNextPageToken()
		if all.GetNextPageToken() == "" || len(all.GetEvents()) >= c.Limit {
			break
		}
	}
	var rows [][]string
	for _, e := range all.GetEvents() {
		rows = append(rows, []string{moment(e.GetAt()), e.GetActor(), e.GetAct(), e.GetTarget(), e.GetBefore(), e.GetAfter()})
	}
	return out.table(all, []string{"AT", "ACTOR", "ACT", "TARGET", "BEFORE", "AFTER"}, rows)
}

// RewrapSecrets seals the secrets of notifications anew.
type RewrapSecrets struct{}

// Help explains where it belongs.
func (RewrapSecrets) Help() string {
	return `The secrets of callbacks and webhooks, and the keys that codes and receipts are signed with, are stored sealed under the key-encryption key (notifications.kek). To replace it: restart every replica of notifications with the new one as notifications.kek and the one before as notifications.kek.previous, call this until it rewraps 0, then take notifications.kek.previous away. Secrets that open with neither are counted as unreadable and left alone; the log of notifications names one of them. Give such a provider another secret (rotate-secret), or such a webhook another address. Other services have commands of their own: "admin key rewrap", "admin card-key rewrap".`
}

// Run does it.
func (RewrapSecrets) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := notificationsv1.NewProviderServiceClient(conn).RewrapSecrets(ctx, &notificationsv1.RewrapSecretsRequest{})
	if err != nil {
		return err
	}
	return showRewrapped(out, answer)
}

// rewrapped is what became of secrets that were to be sealed anew.
type rewrapped interface {
	proto.Message
	GetRewrapped() int64
	GetSecrets() int64
	GetUnreadable() int64
}

func showRewrapped(out Output, answer rewrapped) error {
	lines := [][2]string{{"rewrapped", fmt.Sprint(answer.GetRewrapped())}, {"secrets", fmt.Sprint(answer.GetSecrets())}}
	if unreadable := answer.GetUnreadable(); unreadable > 0 {
		lines = append(lines, [2]string{"unreadable", fmt.Sprint(unreadable)})
	}
	return out.record(answer, lines)
}
