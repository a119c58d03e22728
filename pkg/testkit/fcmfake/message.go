package fcmfake

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
)

// maxPayload bounds what a message says, in bytes.
const maxPayload = 4096

// Message is one that was taken: those fields of FCM's that may be used here. Another is an error.
type Message struct {
	Token        string            `json:"token"`
	Notification Notification      `json:"notification"`
	Data         map[string]string `json:"data"`
	Android      struct {
		Priority     string `json:"priority"`
		TTL          string `json:"ttl"`
		Notification struct {
			Tag         string `json:"tag"`
			ClickAction string `json:"click_action"`
		} `json:"notification"`
	} `json:"android"`
	Webpush struct {
		Headers      map[string]string `json:"headers"`
		Notification map[string]string `json:"notification"`
		Options      struct {
			Link string `json:"link"`
		} `json:"fcm_options"`
	} `json:"webpush"`
	APNS struct {
		Headers map[string]string `json:"headers"`
	} `json:"apns"`
}

// Notification is what is shown.
type Notification struct {
	Title string `json:"title"`
	Body  string `json:"body"`
	Image string `json:"image"`
}

// send takes a message.
func (s *Server) send(w http.ResponseWriter, r *http.Request) {
	s.wait(r)
	if r.PathValue("project") != Project || r.PathValue("send") != "messages:send" {
		say(w, Answer{Status: http.StatusNotFound})
		return
	}
	if !s.authorized(r) {
		say(w, Answer{Status: http.StatusUnauthorized})
		return
	}
	message, err := read(r)
	if err != nil {
		body, _ := json.Marshal(map[string]any{"error": map[string]any{"code": 400, "message": err.Error(), "status": "INVALID_ARGUMENT"}})
		say(w, Answer{Status: http.StatusBadRequest, Body: string(body)})
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if answers := s.answers[message.Token]; len(answers) > 0 {
		s.answers[message.Token] = answers[1:]
		say(w, answers[0])
		return
	}
	s.messages = append(s.messages, message)
	_ = json.NewEncoder(w).Encode(map[string]string{"name": fmt.Sprintf("projects/%s/messages/%d", Project, len(s.messages))})
}

// ttl is a duration as Google's JSON has it.
var ttl = regexp.MustCompile(`^[0-9]+(\.[0-9]{1,9})?s$`)

// read reads and checks a message as FCM does.
func read(r *http.Request) (Message, error) {
	var body struct {
		Message Message `json:"message"`
	}
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&body); err != nil {
		return Message{}, fmt.Errorf("invalid JSON payload received: %w", err)
	}
	m := body.Message
	payload := new(bytes.Buffer)
	if err := json.NewEncoder(payload).Encode([]any{m.Notification, m.Data}); err != nil {
		return Message{}, err
	}
	switch {
	case m.Token == "":
		return Message{}, errors.New("recipient of the message is not set")
	case payload.Len() > maxPayload:
		return Message{}, errors.New("the message is too big")
	case m.Android.Priority != "HIGH" && m.Android.Priority != "NORMAL":
		return Message{}, errors.New("invalid value at message.android.priority")
	case !ttl.MatchString(m.Android.TTL):
		return Message{}, errors.New("invalid value at message.android.ttl")
	case m.Webpush.Options.Link != "" && !strings.HasPrefix(m.Webpush.Options.Link, "https://"):
		return Message{}, errors.New("invalid value at message.webpush.fcm_options.link")
	}
	for name := range m.Data {
		if name == "from" || name == "message_type" || strings.HasPrefix(name, "google") || strings.HasPrefix(name, "gcm") {
			return Message{}, errors.New("invalid data payload key")
		}
	}
	return m, nil
}
