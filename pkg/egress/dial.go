package egress

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"time"
)

const (
	// connectWithin bounds finding a host, connecting to it, and the handshake.
	connectWithin = 10 * time.Second
	// tryWithin bounds connecting to one of its addresses.
	tryWithin = 4 * time.Second
	// maxAddresses is to how many of its addresses it is tried.
	maxAddresses = 3
)

// Resolver finds the addresses of a host; *net.Resolver is one.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// dialer connects to hosts that may be called. It connects to the very addresses that it has checked, whatever a name leads to a moment later.
type dialer struct {
	guard    Guard
	resolver Resolver
	roots    *x509.CertPool
	net      net.Dialer
}

// secure is a connection with TLS, for the name that was asked for.
func (d *dialer) secure(ctx context.Context, _, hostPort string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, connectWithin)
	defer cancel()
	plain, host, err := d.connect(ctx, hostPort, true)
	if err != nil {
		return nil, err
	}
	conn := tls.Client(plain, &tls.Config{ServerName: host, RootCAs: d.roots, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}})
	if err := conn.HandshakeContext(ctx); err != nil {
		return nil, errors.Join(err, plain.Close())
	}
	return conn, nil
}

// plain is a connection without TLS, to networks that are allowed only.
func (d *dialer) plain(ctx context.Context, _, hostPort string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, connectWithin)
	defer cancel()
	conn, _, err := d.connect(ctx, hostPort, false)
	return conn, err
}

func (d *dialer) connect(ctx context.Context, hostPort string, secure bool) (conn net.Conn, host string, err error) {
	host, text, err := net.SplitHostPort(hostPort)
	if err != nil {
		return nil, "", err
	}
	number, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return nil, "", err
	}
	addresses, err := d.resolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return nil, "", err
	}
	if err := d.permit(addresses, uint16(number), secure); err != nil {
		return nil, "", err
	}
	for _, address := range addresses[:min(len(addresses), maxAddresses)] {
		if conn, err = d.try(ctx, netip.AddrPortFrom(address.Unmap(), uint16(number))); err == nil {
			return conn, host, nil
		}
	}
	return nil, "", err
}

// permit fails with ErrForbidden unless all addresses of a host may be called: whoever has one among them that may not is up to something.
func (d *dialer) permit(addresses []netip.Addr, port uint16, secure bool) error {
	if len(addresses) == 0 {
		return errNoHost
	}
	for _, address := range addresses {
		may, listed := d.guard.check(address)
		switch {
		case !may:
			return fmt.Errorf("%w: its host is in a network that may not be called", ErrForbidden)
		case listed:
		case !secure:
			return fmt.Errorf("%w: it is not https", ErrForbidden)
		case !portMay(port):
			return fmt.Errorf("%w: its port is neither 443 nor 1024 and more", ErrForbidden)
		}
	}
	return nil
}

func (d *dialer) try(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, tryWithin)
	defer cancel()
	return d.net.DialContext(ctx, "tcp", to.String())
}
