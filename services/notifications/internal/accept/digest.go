package accept

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"google.golang.org/protobuf/types/known/timestamppb"

	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

// asked is the canonical form of what is asked for. How it is asked for, key and token, is left out. Replicas of two releases work side by side: a member
// that is added is left out where it is empty, so that older requests keep their digests.
type asked struct {
	Provider      int64         `json:"provider"`
	Service       int32         `json:"service"`
	Destination   string        `json:"destination"`
	Notification  *askedMessage `json:"notification"`
	Advertisement *askedMessage `json:"advertisement"`
	Code          *askedCode    `json:"code"`
	Payment       *askedPayment `json:"payment"`
	Reference     string        `json:"reference"`
	SendAt        *instant      `json:"send_at"`
	ExpiresAt     *instant      `json:"expires_at"`
}

type askedMessage struct {
	Channel  int32             `json:"channel"`
	Title    string            `json:"title"`
	Message  string            `json:"message"`
	Link     string            `json:"link"`
	Picture  string            `json:"picture"` // its digest
	Template string            `json:"template"`
	Version  int32             `json:"version"`
	Values   map[string]string `json:"values"`
	Data     map[string]string `json:"data,omitempty"`
}

type askedCode struct {
	Kind       string   `json:"kind"`
	Title      string   `json:"title"`
	Code       string   `json:"code"`
	ValidFrom  *instant `json:"valid_from"`
	ValidUntil *instant `json:"valid_until"`
	Uses       int32    `json:"uses"`
}

type askedPayment struct {
	Amount    int64  `json:"amount"`
	Currency  string `json:"currency"`
	Concept   string `json:"concept"`
	Reference string `json:"reference"`
}

type instant struct {
	Seconds int64 `json:"s"`
	Nanos   int32 `json:"n"`
}

func instantOf(at *timestamppb.Timestamp) *instant {
	if at == nil {
		return nil
	}
	return &instant{at.GetSeconds(), at.GetNanos()}
}

// digestOf is what is asked for as a repetition is known by it, in hex. It outlives what was said, which is short and could be guessed from a plain
// digest: it is an HMAC.
func (a *Acceptor) digestOf(in *notificationsv1.DispatchRequest) string {
	form := asked{
		Provider: in.GetProviderId(), Service: in.GetServiceId(), Destination: in.GetDestination(),
		Notification: messageAsked(in.GetNotification()), Advertisement: messageAsked(in.GetAdvertisement()),
		Reference: in.GetReference(), SendAt: instantOf(in.GetSendAt()), ExpiresAt: instantOf(in.GetExpiresAt()),
	}
	if c := in.GetQrCode(); c != nil {
		form.Code = &askedCode{
			c.GetKind(), c.GetTitle(), c.GetCode(), instantOf(c.GetValidFrom()), instantOf(c.GetValidUntil()), c.GetUses(),
		}
	}
	if p := in.GetMicroPayment(); p != nil {
		form.Payment = &askedPayment{p.GetAmount(), p.GetCurrency(), p.GetConcept(), p.GetReference()}
	}
	text, err := json.Marshal(form)
	if err != nil {
		panic(err) // texts and numbers can always be encoded
	}
	mac := hmac.New(sha256.New, a.Digests)
	mac.Write(text)
	return hex.EncodeToString(mac.Sum(nil))
}

func messageAsked(m *notificationsv1.Message) *askedMessage {
	if m == nil {
		return nil
	}
	form := &askedMessage{
		Channel: int32(m.GetChannel()), Title: m.GetTitle(), Message: m.GetMessage(), Link: m.GetLink(),
		Template: m.GetTemplate().GetName(), Version: m.GetTemplate().GetVersion(), Values: m.GetTemplate().GetValues(),
		Data: m.GetData(),
	}
	if len(m.GetPicture()) > 0 {
		form.Picture = hexDigest(m.GetPicture())
	}
	return form
}

func hexDigest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
