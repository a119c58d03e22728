package etcdnode

import (
	"errors"
	"fmt"
	"net"
	"net/url"

	"github.com/ventanilla/ventanilla/pkg/pki"
)

// Config says where the member keeps its data and where it listens.
type Config struct {
	// Dir is the data folder. It is made where it is missing, readable by its owner only.
	Dir string `koanf:"dir"`
	// Listen is the TCP address of the client listener, an IP address or localhost with a port, where 0 means
	// any. Where it is empty, the member listens on a Unix socket of its own.
	Listen string `koanf:"listen"`
	// TLS names the files of the listener; clients then need a certificate of its CA. The certificate is read
	// at each handshake, the CA at the start only. Without TLS, Listen must be a loopback address.
	TLS pki.Config `koanf:"tls"`
}

// Validate checks all settings and names the wrong ones.
func (c Config) Validate() error {
	var problems []error
	if c.Dir == "" {
		problems = append(problems, errors.New("etcd.dir: name the data folder"))
	}
	secured := c.TLS != pki.Config{}
	if secured {
		if err := c.TLS.Validate(); err != nil {
			problems = append(problems, fmt.Errorf("etcd: %w", err))
		}
	}
	switch {
	case c.Listen == "" && secured:
		problems = append(problems, errors.New("etcd.tls: the Unix socket has no TLS; set etcd.listen"))
	case c.Listen != "":
		if err := checkListen(c.Listen, secured); err != nil {
			problems = append(problems, err)
		}
	}
	return errors.Join(problems...)
}

func checkListen(address string, secured bool) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("etcd.listen: %w", err)
	}
	ip := net.ParseIP(host)
	switch {
	case host == "localhost":
	case ip == nil:
		return fmt.Errorf("etcd.listen: %q is neither an IP address nor localhost", host)
	case !ip.IsLoopback() && !secured:
		return fmt.Errorf("etcd.listen: %s is not a loopback address; set tls.ca, tls.cert and tls.key", host)
	}
	return nil
}

func (c Config) listenURL(socket string) url.URL {
	switch {
	case c.Listen == "":
		return url.URL{Scheme: "unix", Path: socket}
	case c.TLS == pki.Config{}:
		return url.URL{Scheme: "http", Host: c.Listen}
	default:
		return url.URL{Scheme: "https", Host: c.Listen}
	}
}
