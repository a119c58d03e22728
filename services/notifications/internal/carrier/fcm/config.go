package fcm

import (
	"errors"
	"net"
	"net/url"
	"strings"
)

// Config is the section `fcm` of a carrier.
type Config struct {
	// CredentialsFile is the JSON key of a service account that may send (role cloudmessaging.messages.create). Its project is the one whose
	// apps are reached.
	CredentialsFile string `koanf:"credentials_file"`
	// Endpoint is the address of FCM.
	Endpoint string `koanf:"endpoint"`
	// TokenURL is where access tokens come from; the one in the file when empty.
	TokenURL string `koanf:"token_url"`
	// ClickAction is the intent by which Android apps open a message with a link; theirs for any message when empty.
	ClickAction string `koanf:"click_action"`
}

// DefaultConfig returns the defaults. The credentials have none.
func DefaultConfig() Config { return Config{Endpoint: "https://fcm.googleapis.com"} }

// Validate names every setting that cannot be used.
func (c Config) Validate() error {
	var errs []error
	if c.CredentialsFile == "" {
		errs = append(errs, errors.New("credentials_file: required"))
	}
	if !isSafe(c.Endpoint) {
		errs = append(errs, errors.New("endpoint: must be an https URL without user, query and fragment, or http on a loopback host"))
	}
	if c.TokenURL != "" && !isSafe(c.TokenURL) {
		errs = append(errs, errors.New("token_url: must be an https URL without user, query and fragment, or http on a loopback host"))
	}
	if len(c.ClickAction) > 100 {
		errs = append(errs, errors.New("click_action: must be at most 100 characters"))
	}
	return errors.Join(errs...)
}

// isSafe tells whether tokens may be sent to an address.
func isSafe(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return false
	}
	host := strings.ToLower(u.Hostname())
	return u.Scheme == "https" || u.Scheme == "http" && (host == "localhost" || net.ParseIP(host).IsLoopback())
}
