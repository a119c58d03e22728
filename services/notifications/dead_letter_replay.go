package notifications

import (
	"context"
	"errors"
	"time"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

// maxReplayed is how many parts one call has tried again.
const maxReplayed = 500

// ReplayDeadLetters has parts tried again.
func (s *deadLetterService) ReplayDeadLetters(ctx context.Context, req *notificationsv1.ReplayDeadLettersRequest) (*notificationsv1.ReplayDeadLettersResponse, error) {
	until, err := s.replayUntil(req)
	if err != nil {
		return nil, err
	}
	filter, err := deadLetterFilter(req.GetFilter())
	if err != nil {
		return nil, err
	}
	filter.Kept = true
	letters, more, err := s.toReplay(ctx, req.GetParts(), filter)
	if err != nil {
		return nil, sqlstore.Failure(err, "looking for dead letters")
	}
	replays, err := s.replays(ctx, letters, until)
	if err != nil {
		return nil, sqlstore.Failure(err, "reading services")
	}
	done, err := s.store.ReplayDeadLetters(ctx, authn.CallerOf(ctx).Actor(), replays)
	if err != nil {
		return nil, sqlstore.Failure(err, "replaying dead letters")
	}
	answer := &notificationsv1.ReplayDeadLettersResponse{More: more}
	for _, part := range done {
		answer.Replayed = append(answer.Replayed, &notificationsv1.PartKey{DispatchId: part.DispatchID, Kind: part.Kind.Proto()})
	}
	return answer, nil
}

// replayUntil is until when all are worth sending; zero for the life of their services.
func (s *deadLetterService) replayUntil(req *notificationsv1.ReplayDeadLettersRequest) (time.Time, error) {
	asked := req.GetExpiresAt()
	if asked == nil {
		return time.Time{}, nil
	}
	now := s.now()
	if asked.CheckValid() != nil || !asked.AsTime().After(now) || asked.AsTime().After(now.AddDate(1, 0, 0)) {
		return time.Time{}, rpcerr.Invalid("expires_at", "not a time from now on, at most a year ahead")
	}
	return asked.AsTime(), nil
}

// toReplay are those named, as far as their dispatches are there, or those of the filter, the oldest first; more tells that the filter has others.
func (s *deadLetterService) toReplay(ctx context.Context, named []*notificationsv1.PartKey, filter store.DeadLetterFilter) (letters []store.DeadLetter, more bool, err error) {
	if len(named) > 0 {
		letters, err = s.lettersNamed(ctx, named)
		return letters, false, err
	}
	var behind *store.DeadLetterPosition
	for {
		found, next, err := s.store.OldestDeadLetters(ctx, filter, behind, maxReplayed+1-len(letters))
		if err != nil {
			return nil, false, err
		}
		if letters = append(letters, found...); len(letters) > maxReplayed {
			return letters[:maxReplayed], true, nil
		}
		if next == nil {
			return letters, false, nil
		}
		behind = next
	}
}

func (s *deadLetterService) lettersNamed(ctx context.Context, named []*notificationsv1.PartKey) ([]store.DeadLetter, error) {
	ids := make([]string, len(named))
	for i, part := range named {
		ids[i] = part.GetDispatchId()
	}
	found, err := s.store.Snapshots(ctx, ids)
	if err != nil {
		return nil, err
	}
	services := make(map[string]int32, len(found))
	for _, d := range found {
		services[d.ID] = d.ServiceID
	}
	var letters []store.DeadLetter
	for _, part := range named {
		key := store.PartKey{DispatchID: part.GetDispatchId(), Kind: message.Kind(part.GetKind())}
		if service, ok := services[key.DispatchID]; ok {
			letters = append(letters, store.DeadLetter{PartKey: key, ServiceID: service})
		}
	}
	return letters, nil
}

// replays say until when each is worth sending: for its service's life from now, unless until says otherwise.
func (s *deadLetterService) replays(ctx context.Context, letters []store.DeadLetter, until time.Time) ([]store.Replay, error) {
	lives, now := make(map[int32]time.Duration), s.now()
	all := make([]store.Replay, len(letters))
	for i, letter := range letters {
		end := until
		if until.IsZero() {
			life, known := lives[letter.ServiceID]
			if !known {
				service, err := s.store.Service(ctx, letter.ServiceID)
				if err != nil && !errors.Is(err, sqlstore.ErrNotFound) {
					return nil, err
				}
				if life = defaultLife; service.GetLife() != nil {
					life = service.GetLife().AsDuration()
				}
				lives[letter.ServiceID] = life
			}
			end = now.Add(life)
		}
		all[i] = store.Replay{PartKey: letter.PartKey, ExpiresAt: end}
	}
	return all, nil
}
