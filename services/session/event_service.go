package session

import (
	"context"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/eventlog"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

type eventService struct {
	sessionv1.UnimplementedEventServiceServer
	*Service
}

// ListEvents returns what was changed, newest first.
func (s *eventService) ListEvents(ctx context.Context, req *sessionv1.ListEventsRequest) (*sessionv1.ListEventsResponse, error) {
	below, err := behindNumber(req.GetPageToken())
	if err != nil {
		return nil, err
	}
	events, next, err := s.store.Events(ctx, eventlog.Filter{TargetPrefix: req.GetTargetPrefix(), Actor: req.GetActor()}, below, pageSize(req.GetPageSize()))
	if err != nil {
		return nil, sqlstore.Failure(err, "listing events")
	}
	answer := &sessionv1.ListEventsResponse{}
	if next > 0 {
		answer.NextPageToken = numberToken(next)
	}
	for _, e := range events {
		answer.Events = append(answer.Events, &sessionv1.Event{
			Number: e.Number, At: timestamppb.New(e.At), Actor: e.Actor, Act: e.Act, Target: e.Target, Before: e.Before, After: e.After,
		})
	}
	return answer, nil
}
