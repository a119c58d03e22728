package fcm

import (
	"encoding/json"
	"maps"
	"strconv"
	"time"

	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

const (
	// maxLife is the longest that FCM keeps a message.
	maxLife = 28 * 24 * time.Hour
	// maxCollapse bounds apns-collapse-id, in bytes.
	maxCollapse = 64
)

// request is the body of messages:send.
type request struct {
	Message outgoing `json:"message"`
}

type outgoing struct {
	Token        string            `json:"token"`
	Notification notification      `json:"notification"`
	Data         map[string]string `json:"data"`
	Android      android           `json:"android"`
	Webpush      webpush           `json:"webpush"`
	APNS         apns              `json:"apns"`
}

type notification struct {
	Title string `json:"title,omitempty"`
	Body  string `json:"body,omitempty"`
	Image string `json:"image,omitempty"`
}

type android struct {
	Priority     string              `json:"priority"`
	TTL          string              `json:"ttl"`
	Notification androidNotification `json:"notification"`
}

type androidNotification struct {
	Tag         string `json:"tag"`
	ClickAction string `json:"click_action,omitempty"`
}

type webpush struct {
	Headers      map[string]string   `json:"headers"`
	Notification webpushNotification `json:"notification"`
	Options      *webpushOptions     `json:"fcm_options,omitempty"`
}

type webpushNotification struct {
	Tag string `json:"tag"`
}

type webpushOptions struct {
	Link string `json:"link"`
}

type apns struct {
	Headers map[string]string `json:"headers"`
}

// encode writes a message. Its ID is the tag on every kind of device, so that a repeated attempt takes the place of the one before. Apps
// find the link among the data, beside what else they are told; browsers open it.
func encode(m message.Message, clickAction string, now time.Time) ([]byte, error) {
	life := min(max(0, m.Expires.Sub(now)), maxLife).Truncate(time.Second)
	seconds := strconv.FormatInt(int64(life/time.Second), 10)
	priority, urgency, apple := "HIGH", "high", "10"
	if m.Kind == message.Advertisement {
		priority, urgency, apple = "NORMAL", "normal", "5"
	}
	out := outgoing{
		Token:        m.To.Value,
		Notification: notification{Title: m.Title, Body: m.Text, Image: m.PictureURL},
		Data:         map[string]string{"id": m.ID},
		Android:      android{Priority: priority, TTL: seconds + "s", Notification: androidNotification{Tag: m.ID}},
		Webpush:      webpush{Headers: map[string]string{"TTL": seconds, "Urgency": urgency}, Notification: webpushNotification{Tag: m.ID}},
		APNS: apns{Headers: map[string]string{
			"apns-priority": apple, "apns-expiration": strconv.FormatInt(now.Add(life).Unix(), 10),
		}},
	}
	maps.Copy(out.Data, m.Data)
	if len(m.ID) <= maxCollapse {
		out.APNS.Headers["apns-collapse-id"] = m.ID
	}
	if m.Link != "" {
		out.Data["link"] = m.Link
		out.Android.Notification.ClickAction = clickAction
		out.Webpush.Options = &webpushOptions{Link: m.Link}
	}
	return json.Marshal(request{out})
}
