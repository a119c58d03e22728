package kannel

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/ventanilla/ventanilla/pkg/config"
)

// Config is the section `kannel` of a carrier.
type Config struct {
	// URL is the address of sendsms, http or https: http://smsbox:13013/cgi-bin/sendsms.
	URL string `koanf:"url"`
	// Username and Password are those of a group sendsms-user of Kannel. They travel in headers.
	Username string        `koanf:"username"`
	Password config.Secret `koanf:"password"`
	// From is the number or the name that recipients see; Kannel's own choice when empty.
	From string `koanf:"from"`
	// SMSC is the smsc-id by which messages go; Kannel's own choice when empty.
	SMSC string `koanf:"smsc"`
	// MaxMessages is the most short messages that one text may take: no more than max-messages of Kannel's sendsms-user, which cuts
	// what is longer.
	MaxMessages int `koanf:"max_messages"`
	// SAT is about messages for the SIM.
	SAT SAT `koanf:"sat"`
	// ReceiptsURL is where Kannel reaches receipts.listen: http://notifications:8088. Without it no delivery reports are asked for.
	ReceiptsURL string `koanf:"receipts_url"`
}

// SAT says how messages for the SIM are marked.
type SAT struct {
	// PID is the protocol identifier: by default that of (U)SIM data download, which only few networks want another for.
	PID int `koanf:"pid"`
}

const (
	// dataDownload is (U)SIM data download (TS 23.040, 9.2.3.9).
	dataDownload = 0x7F
	maxMessages  = 10
)

// DefaultConfig returns the defaults. The address and the credentials have none.
func DefaultConfig() Config {
	return Config{MaxMessages: 4, SAT: SAT{PID: dataDownload}}
}

// header is what a header can carry as it is: Kannel takes blanks from its ends.
var header = regexp.MustCompile(`^[!-~]([ -~]*[!-~])?$`)

// sender is a number or a name (TS 23.040, 9.1.2.5).
var sender = regexp.MustCompile(`^(\+?[0-9]{1,15}|[A-Za-z0-9 ._-]{1,11})$`)

// Validate names every setting that cannot be used.
func (c Config) Validate() error {
	var errs []error
	if !isAddress(c.URL) {
		errs = append(errs, errors.New("url: must be the http or https address of sendsms, without user, query and fragment"))
	}
	if !header.MatchString(c.Username) {
		errs = append(errs, errors.New("username: must be printable ASCII without blanks at its ends"))
	}
	if !header.MatchString(c.Password.Reveal()) {
		errs = append(errs, errors.New("password: must be printable ASCII without blanks at its ends"))
	}
	if c.From != "" && (!sender.MatchString(c.From) || strings.TrimSpace(c.From) != c.From) {
		errs = append(errs, errors.New("from: must be a number of at most 15 digits, or a name of at most 11 letters and digits"))
	}
	if c.SMSC != "" && !header.MatchString(c.SMSC) {
		errs = append(errs, errors.New("smsc: must be printable ASCII without blanks at its ends"))
	}
	if c.MaxMessages < 1 || c.MaxMessages > maxMessages {
		errs = append(errs, fmt.Errorf("max_messages: must be between 1 and %d", maxMessages))
	}
	if c.SAT.PID < 0 || c.SAT.PID > 255 {
		errs = append(errs, errors.New("sat.pid: must be between 0 and 255"))
	}
	if c.ReceiptsURL != "" && !isAddress(c.ReceiptsURL) {
		errs = append(errs, errors.New("receipts_url: must be an http or https address without user, query and fragment"))
	}
	return errors.Join(errs...)
}

func isAddress(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil && u.RawQuery == "" && u.Fragment == "" &&
		header.MatchString(text)
}
