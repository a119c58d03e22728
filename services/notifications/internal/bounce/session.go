package bounce

import (
	"context"
	"io"
	"log/slog"

	"github.com/emersion/go-smtp"

	"github.com/ventanilla/ventanilla/services/notifications/internal/carrier"
)

// receiveWithin bounds storing a receipt.
const receiveWithin = stepWithin / 2

// session is a connection of a server that brings bounces.
type session struct {
	domain   string
	receiver carrier.Receiver
	logger   *slog.Logger
	tokens   []string
}

// Mail takes what has no sender only, as bounces have none (RFC 5321, 4.5.5): nothing answers them.
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if from != "" {
		return refused("only delivery status notifications are taken here")
	}
	return nil
}

// Rcpt takes mail for the senders of ours.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	token, ok := token(to, s.domain)
	if !ok {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such mailbox"}
	}
	s.tokens = append(s.tokens, token)
	return nil
}

// Data takes the bounce. What is none is taken and forgotten: it would only come back.
func (s *session) Data(text io.Reader) error {
	receipt, told := read(text)
	if !told {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), receiveWithin) // the bounce is in our hands, whatever ends
	defer cancel()
	for _, token := range s.tokens {
		receipt.Token = token
		if err := s.receiver.Receive(ctx, receipt); err != nil {
			s.logger.WarnContext(ctx, "cannot store what a bounce tells, which is to come again", "error", err)
			return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "try again later"}
		}
	}
	return nil
}

// Reset forgets the mail under way.
func (s *session) Reset() { s.tokens = nil }

// Logout ends the session.
func (*session) Logout() error { return nil }

func refused(text string) error {
	return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: text}
}
