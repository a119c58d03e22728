package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	// slowPause is between two bytes of a slow client.
	slowPause = time.Second
	// slowDials is how many of them connect in a second, one after the other: clients that know
	// nothing of each other do not come all at once.
	slowDials = 500
	// slowPatience is how long the next of them may take to connect.
	slowPatience = 10 * time.Second
)

// slowClients hold connections on which a request's header, or its body, comes byte by byte. One that the server
// cuts off connects again.
type slowClients struct {
	stop    context.CancelFunc
	running sync.WaitGroup
}

// startSlow opens so many connections and returns when all are there.
func (l *loader) startSlow(ctx context.Context, count int) (*slowClients, error) {
	dialer := &tls.Dialer{Config: l.tls()}
	ctx, stop := context.WithCancel(ctx)
	slow := &slowClients{stop: stop}
	begun, dials := make(chan struct{}, count), rate.NewLimiter(slowDials, 1)
	for i := range count {
		text := "POST " + tokenInfoPath + " HTTP/1.1\r\nHost: " + l.host + "\r\nX-Slow: "
		if i%2 == 0 {
			text = "POST " + tokenInfoPath + " HTTP/1.1\r\nHost: " + l.host + "\r\nContent-Type: " + formType + "\r\nContent-Length: 1000\r\n\r\n"
		}
		slow.running.Go(func() {
			first := true
			for ctx.Err() == nil {
				conn, err := connect(ctx, dialer, dials, l.host)
				if err != nil {
					continue // cut off while it connected
				}
				if first {
					begun <- struct{}{}
					first = false
				}
				trickle(ctx, conn, text)
			}
		})
	}
	for n := range count {
		select {
		case <-begun:
		case <-ctx.Done():
			slow.end()
			return nil, ctx.Err()
		case <-time.After(slowPatience):
			slow.end()
			return nil, fmt.Errorf("only %d of %d slow clients could connect", n, count)
		}
	}
	return slow, nil
}

// connect waits for its turn.
func connect(ctx context.Context, dialer *tls.Dialer, turns *rate.Limiter, address string) (net.Conn, error) {
	if err := turns.Wait(ctx); err != nil {
		return nil, err
	}
	return dialer.DialContext(ctx, "tcp", address)
}

// trickle sends the text, and then a byte now and then until the connection ends or ctx does, and closes it.
func trickle(ctx context.Context, conn net.Conn, text string) {
	defer conn.Close()
	for {
		if _, err := io.WriteString(conn, text); err != nil {
			return
		}
		text = "x"
		if err := until(ctx, time.Now().Add(slowPause)); err != nil {
			return
		}
	}
}

func (s *slowClients) end() {
	s.stop()
	s.running.Wait()
}
