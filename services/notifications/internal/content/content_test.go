package content_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ventanilla/ventanilla/services/notifications/internal/content"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

func TestWhatIsStoredIsReadAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String()
		part := func(name string) *content.Part {
			if !rapid.Bool().Draw(t, name) {
				return nil
			}
			return &content.Part{
				Channel: rapid.SampledFrom(message.Channels()).Draw(t, "channel"), Title: text.Draw(t, "title"), Text: text.Draw(t, "text"),
				Link: text.Draw(t, "link"), PictureID: text.Draw(t, "picture"),
			}
		}
		want := content.Content{
			Notification: part("notification"), Advertisement: part("advertisement"), QuietHours: rapid.Bool().Draw(t, "quiet"),
		}
		got, err := content.Decode(want.Encode())
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Fatal(diff, err)
		}
	})
}

func TestAPartIsFoundByItsKind(t *testing.T) {
	c := content.Content{Notification: &content.Part{Title: "n"}, Advertisement: &content.Part{Title: "a"}}
	for kind, want := range map[message.Kind]*content.Part{
		message.Notification: c.Notification, message.Advertisement: c.Advertisement, message.QRCode: nil, message.MicroPayment: nil, 9: nil,
	} {
		if got := c.Of(kind); got != want {
			t.Errorf("kind %d: %v, want %v", kind, got, want)
		}
	}
}

func TestADamagedContentIsNotRepeated(t *testing.T) {
	_, err := content.Decode(`{"notification":"to nobody else"}`)
	if err == nil || strings.Contains(err.Error(), "nobody") {
		t.Errorf("got %v", err)
	}
}
