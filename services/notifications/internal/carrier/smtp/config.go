package smtp

import (
	"errors"
	"net"
	"net/mail"
	"net/netip"
	"strconv"
	"strings"

	"github.com/ventanilla/ventanilla/pkg/config"
)

// Modes of TLS.
const (
	StartTLS = "starttls" // a connection becomes one with TLS before anything is said
	TLS      = "tls"      // it is one from the start
	None     = "none"     // it is none; to the loopback only
)

// Config is the section "smtp" of a carrier.
type Config struct {
	// Address is the mail server's, host:port.
	Address string `koanf:"address"`
	// TLS is the mode: starttls, tls or none.
	TLS string `koanf:"tls"`
	// CAFile holds certificates (PEM) of authorities that are trusted beside the system's; empty for none.
	CAFile string `koanf:"ca_file"`
	// Username and Password let us in; empty where the server wants none.
	Username string        `koanf:"username"`
	Password config.Secret `koanf:"password"`
	// From is the sender, as "Ventanilla <avisos@example.cl>".
	From string `koanf:"from"`
	// Hello is the name that we greet with; the host's when empty.
	Hello string `koanf:"hello"`
}

// DefaultConfig wants TLS. Address and From have no default.
func DefaultConfig() Config { return Config{TLS: StartTLS} }

// Validate names the first key that cannot be used, relative to the section.
func (c Config) Validate() error {
	host, _, err := c.server()
	if err != nil {
		return err
	}
	if _, err := c.sender(); err != nil {
		return err
	}
	switch {
	case c.TLS != StartTLS && c.TLS != TLS && c.TLS != None:
		return errors.New("tls: must be starttls, tls or none")
	case c.TLS == None && !loopback(host):
		return errors.New("tls: none is for a server on the loopback, as 127.0.0.1 or localhost")
	case c.TLS == None && c.Username != "":
		return errors.New("username: is given to nobody without TLS")
	case (c.Username == "") != (c.Password == ""):
		return errors.New("username and password go together")
	case strings.ContainsFunc(c.Hello, func(r rune) bool { return r <= ' ' || r > '~' }):
		return errors.New("hello: must be a host's name")
	}
	return nil
}

func (c Config) server() (host string, port int, err error) {
	host, text, err := net.SplitHostPort(c.Address)
	if err == nil && host != "" {
		if number, err := strconv.ParseUint(text, 10, 16); err == nil && number > 0 {
			return host, int(number), nil
		}
	}
	return "", 0, errors.New("address: must be host:port of the mail server, as smtp.example.cl:587")
}

func (c Config) sender() (*mail.Address, error) {
	from, err := mail.ParseAddress(c.From)
	if err != nil || !ascii(from.Address) {
		return nil, errors.New(`from: must be the sender's address, as "Ventanilla <avisos@example.cl>"`)
	}
	return from, nil
}

func loopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.IsLoopback()
}
