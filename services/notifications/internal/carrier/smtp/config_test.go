package smtp_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/services/notifications/internal/carrier/smtp"
)

func TestSettingsThatCannotBeUsed(t *testing.T) {
	good := smtp.DefaultConfig()
	good.Address, good.From = "smtp.example.cl:587", "Ventanilla <avisos@example.cl>"
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*smtp.Config){
		"address: no port":      func(c *smtp.Config) { c.Address = "smtp.example.cl" },
		"address: no host":      func(c *smtp.Config) { c.Address = ":25" },
		"address: port":         func(c *smtp.Config) { c.Address = "smtp.example.cl:smtp" },
		"from: none":            func(c *smtp.Config) { c.From = "" },
		"from: two":             func(c *smtp.Config) { c.From = "a@b.example, c@d.example" },
		"from: not ASCII":       func(c *smtp.Config) { c.From = "añ@b.example" },
		"tls: a word":           func(c *smtp.Config) { c.TLS = "yes" },
		"tls: none, afar":       func(c *smtp.Config) { c.TLS = smtp.None },
		"username: no password": func(c *smtp.Config) { c.Username = "u" },
		"hello: a line":         func(c *smtp.Config) { c.Hello = "a\r\nMAIL" },
	} {
		config := good
		change(&config)
		key, _, _ := strings.Cut(name, ":")
		if err := config.Validate(); err == nil || !strings.HasPrefix(err.Error(), key) {
			t.Errorf("%s: %v", name, err)
		}
	}
	good.CAFile = t.TempDir()
	if _, err := smtp.New(good, smtp.Options{Now: time.Now}); err == nil || !strings.HasPrefix(err.Error(), "ca_file: ") {
		t.Errorf("ca_file: %v", err)
	}
}
