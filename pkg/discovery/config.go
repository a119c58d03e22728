package discovery

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"
)

// Config says how a process finds the others and is found.
type Config struct {
	// Endpoints are etcd's client URLs, all of one scheme: https, unix, or http on loopback only.
	Endpoints []string `koanf:"endpoints"`
	// Prefix is the first part of all keys; platforms that share an etcd differ in it.
	Prefix string `koanf:"prefix"`
	// TTL is how long an instance that died without a word stays listed: whole seconds, 2 s at least.
	TTL time.Duration `koanf:"ttl"`
	// Targets replaces etcd for the roles that it names: static:///host:port,host:port or dns:///host:port.
	Targets map[string]string `koanf:"targets"`
}

// DefaultConfig has no etcd endpoints.
func DefaultConfig() Config {
	return Config{Prefix: "ventanilla", TTL: 5 * time.Second}
}

// Validate checks all settings and names the wrong ones. Endpoints may be empty: NewEtcd asks for them.
func (c Config) Validate() error {
	var problems []error
	if c.Prefix == "" || strings.Trim(c.Prefix, "/") != c.Prefix {
		problems = append(problems, fmt.Errorf("prefix: %q must not be empty, nor start or end with a slash", c.Prefix))
	}
	if c.TTL < 2*time.Second || c.TTL%time.Second != 0 {
		problems = append(problems, fmt.Errorf("ttl: %v is not in whole seconds, 2s at least", c.TTL))
	}
	for role, target := range c.Targets {
		if err := checkTarget(target); err != nil {
			problems = append(problems, fmt.Errorf("targets.%s: %w", role, err))
		}
	}
	if _, err := c.scheme(); err != nil {
		problems = append(problems, err)
	}
	return errors.Join(problems...)
}

func checkTarget(target string) error {
	parsed, err := url.Parse(target)
	if err != nil {
		return err
	}
	list := strings.TrimPrefix(parsed.Path, "/")
	switch parsed.Scheme {
	case "static":
		_, err = splitAddresses(list)
	case "dns":
		err = checkAddress(list)
	default:
		err = errors.New("want static:///host:port,host:port or dns:///host:port")
	}
	return err
}

// scheme returns the one scheme of all endpoints, or nothing where there are none.
func (c Config) scheme() (string, error) {
	scheme := ""
	for _, endpoint := range c.Endpoints {
		parsed, err := url.Parse(endpoint)
		switch {
		case err != nil:
			return "", fmt.Errorf("endpoints: %w", err)
		case scheme != "" && parsed.Scheme != scheme:
			return "", fmt.Errorf("endpoints: schemes %s and %s are mixed", scheme, parsed.Scheme)
		}
		scheme = parsed.Scheme
		switch scheme {
		case "https", "unix":
		case "http":
			if ip := net.ParseIP(parsed.Hostname()); parsed.Hostname() != "localhost" && !ip.IsLoopback() {
				return "", fmt.Errorf("endpoints: %s is not on loopback and needs https", endpoint)
			}
		default:
			return "", fmt.Errorf("endpoints: the scheme of %s is none of https, http, unix", endpoint)
		}
	}
	return scheme, nil
}

// Target returns what a client of role dials.
func (c Config) Target(role string) string {
	if target, ok := c.Targets[role]; ok {
		return target
	}
	return Scheme + ":///" + role
}
