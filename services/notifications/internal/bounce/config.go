package bounce

import (
	"errors"
	"fmt"
	"net"
	"strings"
)

// Config is the section "bounces" of the service's configuration.
type Config struct {
	// Listen is the address on which bounces are taken by SMTP, host:port; empty for nowhere, and mails then have no sender of their own.
	Listen string `koanf:"listen"`
	// Domain is the domain whose mail comes there (its MX), as bounces.example.cl.
	Domain string `koanf:"domain"`
}

// Validate names the first key that cannot be used, relative to the section.
func (c Config) Validate() error {
	if (c.Listen == "") != (c.Domain == "") {
		return errors.New("listen and domain go together")
	}
	if c.Listen == "" {
		return nil
	}
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	if len(c.Domain) > maxDomain || strings.Trim(c.Domain, "abcdefghijklmnopqrstuvwxyz0123456789.-") != "" || strings.Trim(c.Domain, ".-") != c.Domain {
		return errors.New("domain: must be a domain's name in lower case, as bounces.example.cl")
	}
	return nil
}

// maxDomain bounds a domain, in bytes.
const maxDomain = 255
