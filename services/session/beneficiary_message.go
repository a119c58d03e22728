package session

import (
	"context"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
	"github.com/ventanilla/ventanilla/services/session/internal/messaging"
	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

const (
	// maxMessage bounds what a message says, in code points.
	maxMessage = 178
	// messageTitle is above messages of clients, who give none.
	messageTitle = "Mensagem"
)

// SendMessage sends a push message to whatever devices the person has.
func (s *beneficiaryService) SendMessage(ctx context.Context, req *sessionv1.SendMessageRequest) (*sessionv1.SendMessageResponse, error) {
	clientID, set, err := clientWith(ctx, scopeMessages)
	if err != nil {
		return nil, err
	}
	if err := checkMessage(req); err != nil {
		return nil, err
	}
	if err := s.checkOpens(ctx, clientID, set, req.GetFunctionality()); err != nil {
		return nil, err
	}
	personID, err := s.personOf(ctx, set, req.GetUniqueKey())
	if err != nil {
		return nil, err
	}
	id, _, err := s.messenger.Send(ctx, set, messaging.Message{
		PersonID: personID, Channel: notificationsv1.Channel_CHANNEL_FCM, Title: messageTitle, Text: req.GetMessage(), Data: appData(req),
	})
	return &sessionv1.SendMessageResponse{DispatchId: id}, err
}

// checkMessage refuses what the contract's own rules cannot.
func checkMessage(req *sessionv1.SendMessageRequest) error {
	switch {
	case strings.TrimSpace(req.GetUniqueKey()) == "":
		return rpcerr.Missing("unique_key")
	case strings.TrimSpace(req.GetMessage()) == "":
		return rpcerr.Missing("message")
	case utf8.RuneCountInString(req.GetMessage()) > maxMessage:
		return rpcerr.Invalid("message", "must have at most "+strconv.Itoa(maxMessage)+" characters")
	case strings.ContainsFunc(req.GetFunctionality(), unicode.IsControl):
		return rpcerr.Invalid("functionality", "must not have control characters")
	case strings.ContainsFunc(req.GetRecord(), unicode.IsControl):
		return rpcerr.Invalid("record", "must not have control characters")
	}
	return nil
}

// checkOpens sees to it that a functionality which is named by its key is one that the client's users may open. Other words are the app's own.
func (s *Service) checkOpens(ctx context.Context, clientID string, set store.DataSet, word string) error {
	if named := uuid.Validate(word) == nil; !named {
		return nil
	}
	f, err := s.store.Functionality(ctx, word)
	if err == nil && (f.ClientID != clientID || f.DataSet != set || f.Disabled) {
		return noFunctionality()
	}
	return functionalityFailure(err, "reading a functionality")
}

// appData is what the app is told beside the text.
func appData(req *sessionv1.SendMessageRequest) map[string]string {
	data := make(map[string]string, 3)
	if word := req.GetFunctionality(); word != "" {
		data["functionality"] = word
	}
	if word := req.GetRecord(); word != "" {
		data["record"] = word
	}
	if req.GetNotKept() {
		data["kept"] = "false"
	}
	return data
}
