package notifications

import (
	"net/url"
	"strings"

	"github.com/google/uuid"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/recipient"
	"github.com/ventanilla/ventanilla/services/notifications/internal/secret"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

const (
	// maxWebhook bounds the address of a webhook, in bytes.
	maxWebhook = 2048
	// shown is how much of an address answers have: enough for its owner to know it again.
	shown = 4
)

// newAddress is an address as it is to be stored, with a secret for a webhook.
func (s *Service) newAddress(in *notificationsv1.Address) (a store.Address, signing string, err error) {
	id, err := uuid.NewV7() // in the order of time, which is that of a person's addresses
	if err != nil {
		return a, "", err
	}
	a = store.Address{ID: id.String(), Channel: message.ChannelOf(in.GetChannel()), Value: in.GetValue()}
	if a.Channel == message.Webhook {
		if err := checkWebhook("address.value", a.Value); err != nil {
			return a, "", err
		}
		signing = secret.New()
		a.Sealed = secret.Seal(s.kek, secret.OfAddress(a.ID), signing)
		return a, signing, nil
	}
	if strings.ContainsFunc(a.Value, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return a, "", rpcerr.Invalid("address.value", "must be a registration token of a device, which has printable ASCII characters only")
	}
	return a, "", nil
}

// checkWebhook checks the form of an address; whether it may be called is decided when it is.
func checkWebhook(field, text string) error {
	u, err := url.Parse(text)
	switch {
	case len(text) > maxWebhook:
		return rpcerr.Invalid(field, "must have at most 2048 bytes")
	case err != nil || u.Scheme != "https" || u.Hostname() == "" || strings.ContainsFunc(text, notPrinted):
		return rpcerr.Invalid(field, "must be an absolute https address")
	case u.User != nil:
		return rpcerr.Invalid(field, "must not have a user or password: calls are signed")
	case u.Fragment != "" || strings.HasSuffix(text, "#"):
		return rpcerr.Invalid(field, "must not have a fragment")
	}
	return nil
}

// checkZone takes the name of a time zone, or none.
func checkZone(field, name string) error {
	if name == "" {
		return nil
	}
	if _, err := recipient.Zone(name); err != nil {
		return rpcerr.Invalid(field, `must be the name of a time zone of IANA, as "America/Santiago"`)
	}
	return nil
}

func lastOf(value string) string {
	if runes := []rune(value); len(runes) > shown {
		return string(runes[len(runes)-shown:])
	}
	return value
}
