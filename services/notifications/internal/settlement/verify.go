package settlement

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// tolerance is how far a call's time may be from ours.
const tolerance = 5 * time.Minute

// Call is one of the payment provider's, as it came.
type Call struct {
	// ID, Timestamp and Signature are its headers webhook-id, webhook-timestamp and webhook-signature.
	ID, Timestamp, Signature string
	Body                     []byte
}

// Verifier tells which calls are the payment provider's.
type Verifier struct {
	keys []*standardwebhooks.Webhook
	now  func() time.Time
}

// NewVerifier returns a verifier that believes the secrets of the settings.
func NewVerifier(config Config, now func() time.Time) (*Verifier, error) {
	keys, err := config.keys()
	if err != nil {
		return nil, err
	}
	return &Verifier{keys, now}, nil
}

// Verify fails for a call that the payment provider has not signed within the last minutes.
func (v *Verifier) Verify(c Call) error {
	seconds, err := strconv.ParseInt(c.Timestamp, 10, 64)
	if err != nil {
		return errors.New("the time of the call cannot be read")
	}
	now, at := v.now(), time.Unix(seconds, 0)
	if at.Before(now.Add(-tolerance)) || at.After(now.Add(tolerance)) {
		return errors.New("the call is of another time")
	}
	header := http.Header{}
	header.Set(standardwebhooks.HeaderWebhookID, c.ID)
	header.Set(standardwebhooks.HeaderWebhookTimestamp, c.Timestamp)
	header.Set(standardwebhooks.HeaderWebhookSignature, c.Signature)
	for _, key := range v.keys {
		if key.VerifyIgnoringTimestamp(c.Body, header) == nil { // by our clock the time is right
			return nil
		}
	}
	return errors.New("no signature of the call is the payment provider's")
}
