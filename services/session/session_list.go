package session

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

// ListSessions returns sessions that are good, newest first.
func (s *sessionService) ListSessions(ctx context.Context, req *sessionv1.ListSessionsRequest) (*sessionv1.ListSessionsResponse, error) {
	after, err := sessionCursor(req.GetPageToken())
	if err != nil {
		return nil, err
	}
	size := pageSize(req.GetPageSize())
	sessions, err := s.store.Sessions(ctx, store.DataSetFromProto(req.GetDataSet()), req.GetAccountId(), after, size+1) // one more shows whether there is more
	if err != nil {
		return nil, sqlstore.Failure(err, "listing sessions")
	}
	answer := &sessionv1.ListSessionsResponse{}
	if len(sessions) > size {
		sessions = sessions[:size]
		last := sessions[size-1]
		answer.NextPageToken = fmt.Sprint(last.OpenedAt.UnixMilli(), ".", last.ID)
	}
	for _, session := range sessions {
		answer.Sessions = append(answer.Sessions, sessionToProto(session))
	}
	return answer, nil
}

// sessionCursor reads a page token of lists of sessions.
func sessionCursor(token string) (store.SessionCursor, error) {
	if token == "" {
		return store.SessionCursor{}, nil
	}
	opened, id, ok := strings.Cut(token, ".")
	at, err := strconv.ParseInt(opened, 10, 64)
	if !ok || err != nil || at < 1 {
		return store.SessionCursor{}, rpcerr.Invalid("page_token", "not one that was given out")
	}
	return store.SessionCursor{OpenedAt: time.UnixMilli(at), ID: id}, nil
}

func sessionToProto(s store.Session) *sessionv1.Session {
	return &sessionv1.Session{
		SessionId: s.ID, UserAccountId: s.UserID, User: s.User, DeveloperAccountId: s.DeveloperID, Developer: s.Developer,
		Life: lifeToProto(s), UsedAt: timestamppb.New(s.UsedAt), DataSet: s.DataSet.ToProto(),
	}
}
