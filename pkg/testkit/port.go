package testkit

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
)

// Ports below the range from which systems take the local ports of connections: one from
// that range can be gone before whoever was given it listens.
const (
	firstPort = 10_000
	lastPort  = 32_000
)

var ports struct {
	sync.Mutex
	given map[int]bool
}

// FreePort finds a port of the loopback interface on which nobody listens. It gives none
// twice, so that a server can be stopped and started again on its port.
func FreePort(ctx context.Context) (int, error) {
	ports.Lock()
	defer ports.Unlock()
	if ports.given == nil {
		ports.given = make(map[int]bool)
	}
	for range 1000 {
		port := firstPort + rand.IntN(lastPort-firstPort)
		if ports.given[port] {
			continue
		}
		listener, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err != nil {
			continue // taken
		}
		ports.given[port] = true
		if err := listener.Close(); err != nil {
			return 0, fmt.Errorf("giving a port back: %w", err)
		}
		return port, nil
	}
	return 0, errors.New("no free port was found")
}
