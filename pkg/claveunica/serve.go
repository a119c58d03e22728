package claveunica

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"time"
)

const (
	// headerTimeout bounds how long a request's header may take.
	headerTimeout = 5 * time.Second
	// requestTimeout bounds how long a request may take as a whole.
	requestTimeout = 30 * time.Second
	// stopTimeout bounds how long calls under way are waited for at the end.
	stopTimeout = 2 * time.Second
)

// ErrAddress says that an emulator does not listen on an address.
var ErrAddress = errors.New("the address must be a loopback one")

// Listen listens on a loopback address. It refuses all others with ErrAddress.
func Listen(ctx context.Context, address string) (net.Listener, error) {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return nil, fmt.Errorf("%w, and a port, as 127.0.0.1:9480", ErrAddress)
	}
	if !at.Addr().Unmap().IsLoopback() {
		return nil, fmt.Errorf("%w: whoever reaches the emulator can be anybody there", ErrAddress)
	}
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listening for ClaveÚnica's callers: %w", err)
	}
	return listener, nil
}

// Serve answers a listener's callers until ctx ends; it returns nil then, and closes the listener.
func (e *Emulator) Serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{Handler: e, ReadHeaderTimeout: headerTimeout, ReadTimeout: requestTimeout}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serving ClaveÚnica's callers: %w", err)
	case <-ctx.Done():
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	if err := server.Shutdown(stopping); err != nil {
		_ = server.Close() // who has not ended by now is cut off
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving ClaveÚnica's callers: %w", err)
	}
	return nil
}
