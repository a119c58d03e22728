package notifications

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strings"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

// ListDeadLetters returns parts that could not be delivered, newest first. A page may be short of what was asked for though there is another.
func (s *deadLetterService) ListDeadLetters(ctx context.Context, req *notificationsv1.ListDeadLettersRequest) (*notificationsv1.ListDeadLettersResponse, error) {
	filter, err := deadLetterFilter(req.GetFilter())
	if err != nil {
		return nil, err
	}
	behind, err := deadLetterPosition(req.GetPageToken())
	if err != nil {
		return nil, err
	}
	letters, next, err := s.store.NewestDeadLetters(ctx, filter, behind, pageSize(req.GetPageSize()))
	if err != nil {
		return nil, sqlstore.Failure(err, "listing dead letters")
	}
	answer := &notificationsv1.ListDeadLettersResponse{NextPageToken: deadLetterToken(next)}
	for _, l := range letters {
		answer.DeadLetters = append(answer.DeadLetters, &notificationsv1.DeadLetter{
			DispatchId: l.DispatchID, Kind: l.Kind.Proto(), Channel: l.Channel.Proto(), Status: l.Status.Proto(), Reason: string(l.Reason),
			ProviderId: l.ProviderID, Attempts: l.Attempts, EndedAt: timestamppb.New(l.EndedAt),
		})
	}
	return answer, nil
}

func deadLetterFilter(asked *notificationsv1.DeadLetterFilter) (store.DeadLetterFilter, error) {
	from, to, err := span(asked.GetFrom(), asked.GetTo())
	return store.DeadLetterFilter{
		ProviderID: asked.GetProviderId(), Channel: message.ChannelOf(asked.GetChannel()), Reason: message.Reason(asked.GetReason()), From: from, To: to,
	}, err
}

// deadLetterToken tells a client where the next page begins.
func deadLetterToken(position *store.DeadLetterPosition) string {
	if position == nil {
		return ""
	}
	text, err := json.Marshal(position)
	if err != nil {
		panic(err) // texts and numbers can always be encoded
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// deadLetterPosition reads it; nil for the first page.
func deadLetterPosition(token string) (*store.DeadLetterPosition, error) {
	if token == "" {
		return nil, nil
	}
	errToken := rpcerr.Invalid("page_token", "not one that was given out")
	text, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil {
		return nil, errToken
	}
	position := &store.DeadLetterPosition{}
	if json.Unmarshal(text, position) != nil || strings.ContainsRune(position.DispatchID, 0) || deadLetterToken(position) != token {
		return nil, errToken
	}
	return position, nil
}
