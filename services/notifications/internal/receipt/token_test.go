package receipt_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/ventanilla/ventanilla/services/notifications/internal/bounce"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/receipt"
)

var signer = receipt.Signer{Key: []byte("a key of a test")}

func TestATokenNamesItsAttempt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := receipt.Attempt{
			DispatchID: uuid.UUID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id")).String(),
			Kind:       message.Kind(rapid.IntRange(1, 4).Draw(t, "kind")), Number: rapid.Int64Range(1, 9999).Draw(t, "number"),
		}
		token := signer.Token(want)
		if len(token) > 60 {
			t.Errorf("%s has %d characters", token, len(token))
		}
		for _, text := range []string{token, strings.ToUpper(token)} {
			if got, ok := signer.Parse(text); got != want || !ok {
				t.Errorf("%s is %v, %t, want %v", text, got, ok, want)
			}
		}
		i := rapid.IntRange(0, len(token)-1).Draw(t, "at")
		other := token[:i] + rapid.StringMatching("[a-z0-9-]").Draw(t, "other") + token[i+1:]
		if got, ok := signer.Parse(other); ok && other != token {
			t.Errorf("%s is taken for %v", other, got)
		}
	})
}

func TestTokensOfOtherKeysAreRefused(t *testing.T) {
	token := receipt.Signer{Key: []byte("another")}.Token(receipt.Attempt{DispatchID: "a", Kind: 1, Number: 1})
	if _, ok := signer.Parse(token); ok {
		t.Error("it is taken")
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"", "-", "a-1-1-", "---", signer.Token(receipt.Attempt{DispatchID: "a", Kind: 1, Number: 1})} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if a, ok := signer.Parse(text); ok && signer.Token(a) != strings.ToLower(text) {
			t.Errorf("%q is taken for %v", text, a)
		}
	})
}

func TestATokenFitsIntoTheNameOfAMailAddress(t *testing.T) {
	token := receipt.Signer{Key: make([]byte, 32)}.Token(receipt.Attempt{DispatchID: uuid.NewString(), Kind: message.MicroPayment, Number: 9999})
	if name := strings.TrimSuffix(bounce.Address(token, "x"), "@x"); len(name) > 64 {
		t.Errorf("%d bytes: %s", len(name), name)
	}
}
