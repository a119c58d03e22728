package notifications

import (
	"testing"

	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

// What is no page token is refused; what is one is read as it was given out.
func FuzzDeadLetterToken(f *testing.F) {
	f.Add(deadLetterToken(&store.DeadLetterPosition{At: 1, PartKey: store.PartKey{DispatchID: "a", Kind: message.Notification}}))
	f.Add("e30")
	f.Fuzz(func(t *testing.T, token string) {
		position, err := deadLetterPosition(token)
		if err == nil && deadLetterToken(position) != token {
			t.Errorf("%q was read as %+v", token, position)
		}
	})
}
