package admin

import (
	"context"
	"fmt"

	"google.golang.org/grpc"

	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

// Sessions are the commands about sessions of users, and about what operators changed in the role session.
type Sessions struct {
	List   ListSessions      `cmd:"" help:"List the sessions that are good, newest first."`
	End    EndSession        `cmd:"" help:"End a session, at once on every replica."`
	EndAll EndSessions       `cmd:"" name:"end-all" help:"End all sessions of a user, or all that a developer's programs opened."`
	Log    ListSessionEvents `cmd:"" help:"List what was changed of accounts, sessions, organisations, functionalities and integrations, newest first."`
}

// ListSessions lists sessions.
type ListSessions struct {
	Limit   int    `help:"At most so many (1 to 10000)." default:"50"`
	Account string `help:"Only those of this user, or opened by this developer's programs: an account's identifier." placeholder:"ID"`
	World
}

// Validate is called when the command line was read.
func (c ListSessions) Validate() error { return checkEntries(c.Limit) }

// Run does it, page by page.
func (c ListSessions) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	all, next, err := pages(c.Limit, func(size int32, token string) ([]*sessionv1.Session, string, error) {
		page, err := sessionv1.NewSessionServiceClient(conn).ListSessions(ctx, &sessionv1.ListSessionsRequest{
			PageSize: size, PageToken: token, DataSet: c.set(), AccountId: c.Account,
		})
		return page.GetSessions(), page.GetNextPageToken(), err
	})
	if err != nil {
		return err
	}
	var rows [][]string
	for _, s := range all {
		rows = append(rows, []string{
			s.GetSessionId(), s.GetUser(), s.GetDeveloper(), moment(s.GetLife().GetOpenedAt()), moment(s.GetUsedAt()),
			moment(s.GetLife().GetIdleExpiresAt()), moment(s.GetLife().GetExpiresAt()),
		})
	}
	return out.table(&sessionv1.ListSessionsResponse{Sessions: all, NextPageToken: next},
		[]string{"ID", "USER", "DEVELOPER", "OPENED", "USED", "ENDS UNUSED", "ENDS"}, rows)
}

// EndSession ends a session.
type EndSession struct {
	ID string `arg:"" help:"The session's identifier, as \"admin session list\" shows it."`
}

// Run does it.
func (c EndSession) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := sessionv1.NewSessionServiceClient(conn).EndSession(ctx, &sessionv1.EndSessionRequest{SessionId: c.ID})
	if err != nil {
		return err
	}
	return out.record(answer, [][2]string{{"ended", c.ID}})
}

// EndSessions ends all of an account.
type EndSessions struct{ AccountID }

// Help says what it does not do.
func (EndSessions) Help() string {
	return `The user, or the developer's programs, can open others at once. To keep an account out, disable it ("admin account update ID --disabled"), which ends its sessions too.`
}

// Run does it.
func (c EndSessions) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := sessionv1.NewSessionServiceClient(conn).EndSessions(ctx, &sessionv1.EndSessionsRequest{AccountId: c.ID})
	if err != nil {
		return err
	}
	return out.record(answer, [][2]string{{"ended sessions", fmt.Sprint(answer.GetEndedSessions())}})
}
