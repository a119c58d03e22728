package auth

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// hostName is a name as browsers write it in an origin: lower case, and those of other scripts in punycode.
var hostName = regexp.MustCompile(`^(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?$`)

// originsOf reads a widget's, each once, as browsers write them (RFC 6454, 6.2).
func originsOf(in *authv1.Client) ([]string, error) {
	var all []string
	for i, text := range in.GetOrigins() {
		origin, err := parseOrigin(text)
		if err != nil {
			return nil, rpcerr.Invalid(fmt.Sprintf("client.origins[%d]", i), err.Error())
		}
		if !slices.Contains(all, origin) {
			all = append(all, origin)
		}
	}
	return all, nil
}

// parseOrigin reads scheme, host and, unless it is the scheme's own, port. Its errors say what is wrong and do not repeat the text.
func parseOrigin(text string) (string, error) {
	u, err := url.Parse(strings.ToLower(text))
	if err != nil || u.Opaque != "" || u.Host == "" {
		return "", errors.New("must be a scheme, a host and maybe a port, as https://www.example.cl")
	}
	if bare := (url.URL{Scheme: u.Scheme, Host: u.Host}); *u != bare || strings.HasSuffix(text, "#") {
		return "", errors.New("must end after the host or its port: no user, path, query or fragment")
	}
	host, loopback, err := originHost(u.Hostname())
	switch {
	case err != nil:
		return "", err
	case u.Scheme != "https" && (u.Scheme != "http" || !loopback):
		return "", errors.New("must be https: http is for loopback hosts only")
	}
	port, err := originPort(u)
	return u.Scheme + "://" + host + port, err
}

// originPort is a port with its colon, empty for the scheme's own.
func originPort(u *url.URL) (string, error) {
	own := map[string]string{"http": "80", "https": "443"}[u.Scheme]
	port, err := strconv.ParseUint(cmp.Or(u.Port(), own), 10, 16)
	if err != nil || port == 0 || strings.HasSuffix(u.Host, ":") {
		return "", errors.New("must have a port of 1 to 65535 after the colon")
	}
	if number := strconv.FormatUint(port, 10); number != own {
		return ":" + number, nil
	}
	return "", nil
}

// originHost is a host as browsers write it, and whether it is this machine for everybody.
func originHost(name string) (host string, loopback bool, err error) {
	if address, err := netip.ParseAddr(name); err == nil && address.Zone() == "" {
		host = address.String()
		if address.Is6() {
			host = "[" + host + "]"
		}
		return host, address.IsLoopback(), nil
	}
	if !hostName.MatchString(name) {
		return "", false, errors.New("must have a host's name or address, without wildcards; other scripts in punycode (xn--…)")
	}
	return name, name == "localhost" || strings.HasSuffix(name, ".localhost"), nil
}
