package edge

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"time"

	"github.com/ventanilla/ventanilla/pkg/ratelimit"
)

// Config is the section "edge" of the configuration.
type Config struct {
	// Listen is the HTTPS address, host:port.
	Listen string `koanf:"listen"`
	// HTTPListen is the address on which plain HTTP is refused; empty for none.
	HTTPListen string `koanf:"http_listen"`
	// TLS names the certificate.
	TLS TLS `koanf:"tls"`
	// TrustedProxies are the networks (CIDR) whose X-Forwarded-For is believed.
	TrustedProxies []string `koanf:"trusted_proxies"`
	// Origins narrows a family, by name, to a list of web origins; others answer to all.
	Origins map[string][]string `koanf:"origins"`
	// Limits bound requests.
	Limits Limits `koanf:"limits"`
	// Rate bounds how often callers call.
	Rate Rate `koanf:"rate"`
	// Timeouts bound waiting.
	Timeouts Timeouts `koanf:"timeouts"`
}

// TLS names the files of the edge's certificate. Both are empty where the platform makes its own.
type TLS struct {
	// CertFile holds the certificate chain in PEM.
	CertFile string `koanf:"cert_file"`
	// KeyFile holds the private key in PEM.
	KeyFile string `koanf:"key_file"`
}

// Limits bound what a request may take.
type Limits struct {
	// BodyBytes is the largest request body.
	BodyBytes int64 `koanf:"body_bytes"`
	// HeaderBytes is the largest request header.
	HeaderBytes int `koanf:"header_bytes"`
	// Concurrent is how many requests are served at a time.
	Concurrent int `koanf:"concurrent"`
	// Waiting is how many more may wait for their turn, body and all; others are held back four times as long, and answered 503.
	Waiting int `koanf:"waiting"`
	// Wait is how long one waits before it is answered 503.
	Wait time.Duration `koanf:"wait"`
}

// Rate has the token buckets of callers. PerSecond and Burst are for one client address on one family.
type Rate struct {
	// PerSecond is how many calls a second are restored.
	PerSecond float64 `koanf:"per_second"`
	// Burst is how many calls may come at once.
	Burst int `koanf:"burst"`
	// Families bound all calls on a family together, by its name; others have no such limit.
	Families map[string]ratelimit.Limit `koanf:"families"`
	// Client is for each client whose registration has no limit of its own; zero for none.
	Client ratelimit.Limit `koanf:"client"`
	// Failures is how many credentials that do not hold one address may present to one family before it is slowed.
	Failures ratelimit.Limit `koanf:"failures"`
}

func (r Rate) address() ratelimit.Limit {
	return ratelimit.Limit{PerSecond: r.PerSecond, Burst: r.Burst}
}

func (r Rate) validate() error {
	limits := map[string]ratelimit.Limit{"": r.address(), "failures.": r.Failures}
	if r.Client != (ratelimit.Limit{}) {
		limits["client."] = r.Client
	}
	for family, limit := range r.Families {
		limits["families."+family+"."] = limit
	}
	for name, limit := range limits {
		if err := limit.Validate(); err != nil {
			return fmt.Errorf("rate.%s%w", name, err)
		}
	}
	return nil
}

// Timeouts bound waiting for a client, and for requests in flight at the end.
type Timeouts struct {
	// ReadHeader is for the whole request header.
	ReadHeader time.Duration `koanf:"read_header"`
	// Read is for the whole request.
	Read time.Duration `koanf:"read"`
	// Write is from the end of the header to the end of the answer.
	Write time.Duration `koanf:"write"`
	// Idle is for the next request on a connection.
	Idle time.Duration `koanf:"idle"`
	// Drain is for requests in flight when the server ends.
	Drain time.Duration `koanf:"drain"`
}

// DefaultConfig listens on the loopback, with the limits that the partners' documentation states.
func DefaultConfig() Config {
	return Config{
		Listen:     "127.0.0.1:8443",
		HTTPListen: "127.0.0.1:8080",
		Limits:     Limits{BodyBytes: 1 << 20, HeaderBytes: 64 << 10, Concurrent: 256, Waiting: 256, Wait: 250 * time.Millisecond},
		Rate:       Rate{PerSecond: 100, Burst: 100, Failures: ratelimit.Limit{PerSecond: 5, Burst: 50}},
		Timeouts: Timeouts{
			ReadHeader: 5 * time.Second,
			Read:       15 * time.Second,
			Write:      30 * time.Second,
			Idle:       2 * time.Minute,
			Drain:      10 * time.Second,
		},
	}
}

// Validate names the first key that cannot be used, relative to the section.
func (c Config) Validate() error {
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	if _, _, err := net.SplitHostPort(c.HTTPListen); c.HTTPListen != "" && err != nil {
		return fmt.Errorf("http_listen: %w", err)
	}
	if (c.TLS.CertFile == "") != (c.TLS.KeyFile == "") {
		return errors.New("tls: cert_file and key_file go together")
	}
	if _, err := parseNetworks(c.TrustedProxies); err != nil {
		return err
	}
	for family, origins := range c.Origins {
		for _, origin := range origins {
			u, err := url.Parse(origin)
			if err != nil || u.Scheme == "" || u.Host == "" || u.Scheme+"://"+u.Host != origin {
				return fmt.Errorf("origins.%s: %q is no web origin, like https://example.org", family, origin)
			}
		}
	}
	for key, positive := range map[string]bool{
		"limits.body_bytes":    c.Limits.BodyBytes > 0,
		"limits.header_bytes":  c.Limits.HeaderBytes > 0,
		"limits.concurrent":    c.Limits.Concurrent > 0,
		"timeouts.read_header": c.Timeouts.ReadHeader > 0,
		"timeouts.read":        c.Timeouts.Read > 0,
		"timeouts.write":       c.Timeouts.Write > 0,
		"timeouts.idle":        c.Timeouts.Idle > 0,
		"timeouts.drain":       c.Timeouts.Drain > 0,
	} {
		if !positive {
			return fmt.Errorf("%s: must be more than 0", key)
		}
	}
	return cmp.Or(c.Limits.validate(), c.Rate.validate())
}

func (l Limits) validate() error {
	if l.Waiting < 0 {
		return errors.New("limits.waiting: must not be less than 0")
	}
	if l.Wait < 0 {
		return errors.New("limits.wait: must not be less than 0")
	}
	return nil
}

func parseNetworks(texts []string) ([]netip.Prefix, error) {
	networks := make([]netip.Prefix, 0, len(texts))
	for _, text := range texts {
		network, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, fmt.Errorf("trusted_proxies: %w", err)
		}
		networks = append(networks, network.Masked())
	}
	return networks, nil
}
