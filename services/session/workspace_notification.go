package session

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
	"github.com/ventanilla/ventanilla/services/session/internal/messaging"
)

const (
	// maxNotification bounds what a notification says, in code points. The dispatcher takes more.
	maxNotification = 166
	// entryTimeout bounds entering what was sent, though its caller has gone.
	entryTimeout = 5 * time.Second
)

// SendNotification has notifications tell a person something, and then enters whose it is. Where that fails, a repetition with the same reference finds the
// same dispatch, and enters it.
func (s *workspaceService) SendNotification(ctx context.Context, req *sessionv1.SendNotificationRequest) (*sessionv1.SendNotificationResponse, error) {
	u, personID, err := s.userFor(ctx, req)
	if err != nil {
		return nil, err
	}
	organisationID := req.GetBehalf().GetOrganisationId()
	id, status, err := s.messenger.Send(ctx, u.DataSet, messaging.Message{
		PersonID: personID, Channel: req.GetChannel(), Title: req.GetTitle(), Text: req.GetMessage(), Longest: maxNotification,
		Reference: ownReference(organisationID, req.GetReference()),
	})
	if err != nil {
		return nil, err
	}
	entering, cancel := context.WithTimeout(context.WithoutCancel(ctx), entryTimeout)
	defer cancel()
	if err := s.store.EnterNotification(entering, id, organisationID); err != nil {
		return nil, sqlstore.Failure(err, "entering a notification")
	}
	return &sessionv1.SendNotificationResponse{NotificationId: id, Status: status}, nil
}

// ownReference is an organisation's reference among those of all organisations, which the dispatcher has as one provider's.
func ownReference(organisationID int64, reference string) string {
	if strings.TrimSpace(reference) == "" {
		return ""
	}
	return fmt.Sprintf("organisation/%d/%s", organisationID, reference)
}

// GetNotification tells what became of one that was sent in the organisation's name.
func (s *workspaceService) GetNotification(ctx context.Context, req *sessionv1.GetNotificationRequest) (*sessionv1.GetNotificationResponse, error) {
	u, err := s.userOf(ctx, req.GetSession())
	if err != nil {
		return nil, err
	}
	if _, err := s.workplace(ctx, u, req.GetOrganisationId(), true); err != nil {
		return nil, err
	}
	_, err = s.store.Notification(ctx, req.GetNotificationId(), req.GetOrganisationId())
	if errors.Is(err, sqlstore.ErrNotFound) {
		return nil, rpcerr.New(errorsv1.Reason_REASON_NOTIFICATION_NOT_FOUND, "no notification of the organisation has the identifier")
	}
	if err != nil {
		return nil, sqlstore.Failure(err, "reading a notification")
	}
	sent, err := s.messenger.Look(ctx, req.GetNotificationId())
	if err != nil {
		return nil, err
	}
	answer := &sessionv1.GetNotificationResponse{Status: sent.GetStatus(), CreatedAt: sent.GetCreatedAt(), ChangedAt: sent.GetChangedAt()}
	for _, part := range sent.GetParts() { // it has one
		answer.Channel = part.GetChannel()
		for _, attempt := range part.GetAttempts() {
			answer.Attempts = max(answer.Attempts, attempt.GetNumber())
		}
	}
	return answer, nil
}
