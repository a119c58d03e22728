package session

import (
	"context"

	"google.golang.org/protobuf/types/known/timestamppb"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

// ListSessions returns sessions that are good, newest first.
func (s *sessionService) ListSessions(ctx context.Context, req *sessionv1.ListSessionsRequest) (*sessionv1.ListSessionsResponse, error) {
	after, err := behindPlace(req.GetPageToken())
	if err != nil {
		return nil, err
	}
	size := pageSize(req.GetPageSize())
	sessions, err := s.store.Sessions(ctx, store.DataSetFromProto(req.GetDataSet()), req.GetAccountId(), after, size+1) // see paged
	if err != nil {
		return nil, sqlstore.Failure(err, "listing sessions")
	}
	answer := &sessionv1.ListSessionsResponse{}
	page, next := paged(sessions, size, func(s store.Session) string { return placeToken(s.Place()) })
	answer.NextPageToken = next
	for _, session := range page {
		answer.Sessions = append(answer.Sessions, sessionToProto(session))
	}
	return answer, nil
}

func sessionToProto(s store.Session) *sessionv1.Session {
	return &sessionv1.Session{
		SessionId: s.ID, UserAccountId: s.UserID, User: s.User, DeveloperAccountId: s.DeveloperID, Developer: s.Developer,
		Life: lifeToProto(s), UsedAt: timestamppb.New(s.UsedAt), DataSet: s.DataSet.ToProto(),
	}
}
