package kannel_test

import (
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/services/notifications/internal/carrier/kannel"
)

func TestConfig(t *testing.T) {
	for want, change := range map[string]func(*kannel.Config){
		"":              func(*kannel.Config) {},
		"url:":          func(c *kannel.Config) { c.URL = "http://user:secret@kannel/" },
		"username:":     func(c *kannel.Config) { c.Username = "" },
		"password:":     func(c *kannel.Config) { c.Password = "secret " },
		"from:":         func(c *kannel.Config) { c.From = "Ventanilla única" },
		"smsc:":         func(c *kannel.Config) { c.SMSC = "a\nb" },
		"max_messages:": func(c *kannel.Config) { c.MaxMessages = 11 },
		"sat.pid:":      func(c *kannel.Config) { c.SAT.PID = 256 },
		"receipts_url:": func(c *kannel.Config) { c.ReceiptsURL = "ftp://here" },
	} {
		c := kannel.DefaultConfig()
		c.URL, c.Username, c.Password, c.From = "http://kannel:13013/cgi-bin/sendsms", "user", "secret", "+56912345678"
		change(&c)
		err := c.Validate()
		if (want == "") != (err == nil) || err != nil && (!strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "secret")) {
			t.Errorf("got %v, want %q", err, want)
		}
		if _, made := kannel.New(c, nil); (made == nil) != (err == nil) {
			t.Errorf("New says %v", made)
		}
	}
	for listen, ok := range map[string]bool{"": true, "127.0.0.1:0": true, ":8088": true, "8088": false} {
		if err := (kannel.Receipts{Listen: listen}).Validate(); (err == nil) != ok {
			t.Errorf("%q: %v", listen, err)
		}
	}
}
