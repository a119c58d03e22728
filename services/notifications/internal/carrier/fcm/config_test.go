package fcm_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/services/notifications/internal/carrier/fcm"
)

func TestConfig(t *testing.T) {
	for want, change := range map[string]func(*fcm.Config){
		"":                  func(*fcm.Config) {},
		"credentials_file:": func(c *fcm.Config) { c.CredentialsFile = "" },
		"endpoint:":         func(c *fcm.Config) { c.Endpoint = "http://fcm.example" },
		"token_url:":        func(c *fcm.Config) { c.TokenURL = "https://user@example.cl/token" },
		"click_action:":     func(c *fcm.Config) { c.ClickAction = strings.Repeat("x", 101) },
	} {
		c := fcm.DefaultConfig()
		c.CredentialsFile = "key.json"
		change(&c)
		err := c.Validate()
		if (want == "") != (err == nil) || err != nil && !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// TestKeyFiles has files that are none, and looks that nothing of them is told.
func TestKeyFiles(t *testing.T) {
	good := start(t, nil).CredentialsFile
	text, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"no JSON":           "secret-1",
		"another kind":      strings.Replace(string(text), "service_account", "authorized_user", 1),
		"no project":        strings.Replace(string(text), `"project_id":"ventanilla-test"`, `"project_id":"../secret-1"`, 1),
		"no key":            strings.Replace(string(text), "-----BEGIN PRIVATE KEY-----", "secret-1", 1),
		"a broken key":      strings.Replace(string(text), `PRIVATE KEY-----\n`, `PRIVATE KEY-----\nsecret1`, 1),
		"tokens from there": strings.Replace(string(text), `"token_uri":"http://127.0.0.1`, `"token_uri":"http://secret-1`, 1),
	} {
		config := fcm.DefaultConfig()
		config.CredentialsFile = filepath.Join(t.TempDir(), "key.json")
		if err := os.WriteFile(config.CredentialsFile, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := fcm.New(config, time.Now)
		if err == nil || !strings.HasPrefix(err.Error(), "credentials_file: ") || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: got %v", name, err)
		}
	}
	config := fcm.DefaultConfig()
	config.CredentialsFile = filepath.Join(t.TempDir(), "none.json")
	if _, err := fcm.New(config, time.Now); err == nil {
		t.Error("a file that is not there was read")
	}
}
