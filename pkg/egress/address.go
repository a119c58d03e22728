package egress

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
)

// maxAddress bounds an address, in bytes.
const maxAddress = 2048

// Parse reads an address that may be called if its host is one that may. Its errors say what is wrong and do not repeat the address.
func Parse(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	switch {
	case len(address) > maxAddress:
		return nil, errors.New("must have at most 2048 bytes")
	case err != nil || u.Opaque != "" || u.Hostname() == "":
		return nil, errors.New("must be an absolute address, as https://www.example.org/told")
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, errors.New("must be https")
	case u.User != nil:
		return nil, errors.New("must have no user or password")
	case u.Fragment != "" || strings.HasSuffix(address, "#"):
		return nil, errors.New("must have no fragment")
	case strings.HasSuffix(u.Host, ":"):
		return nil, errors.New("must have a port after the colon")
	}
	if _, err := port(u); err != nil {
		return nil, err
	}
	return u, nil
}

// port is that of an address, or of its scheme.
func port(u *url.URL) (uint16, error) {
	if u.Port() == "" {
		return map[string]uint16{"https": 443, "http": 80}[u.Scheme], nil
	}
	number, err := strconv.ParseUint(u.Port(), 10, 16)
	if err != nil || number == 0 {
		return 0, errors.New("must have a port of 1 to 65535")
	}
	return uint16(number), nil
}

// portMay tells whether strangers may be called at a port: that of https, or one that needs no privilege. The others are of other protocols.
func portMay(number uint16) bool { return number == 443 || number >= 1024 }
