package bounce_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/services/notifications/internal/bounce"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

func FuzzReport(f *testing.F) {
	files, err := filepath.Glob("testdata/*.eml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Add(report("Action: failed\nStatus: 5.1.1"))
	f.Fuzz(func(t *testing.T, text string) {
		receipt, told := bounce.Read(strings.NewReader(text))
		if !told {
			if receipt != (message.Receipt{}) {
				t.Errorf("nothing is told, and %+v", receipt)
			}
			return
		}
		if receipt.Outcome != message.OutcomeFailed && receipt.Outcome != message.OutcomeDelivered ||
			strings.Trim(receipt.Detail, "0123456789.") != "" || len(receipt.Detail) > 16 {
			t.Errorf("%+v", receipt)
		}
	})
}

func FuzzToken(f *testing.F) {
	f.Add("b+a@bounces.example")
	f.Add("b+@bounces.example")
	f.Add("BOUNCES+a@b@bounces.example")
	f.Fuzz(func(t *testing.T, address string) {
		token, ok := bounce.Token(address, domain)
		if ok != (token != "") || ok && !strings.EqualFold(bounce.Address(token, domain), address) {
			t.Errorf("%q of %q", token, address)
		}
	})
}
