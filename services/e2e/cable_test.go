package e2e

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// cable is a TCP connection to an address that can be cut, delayed, and made to fail.
type cable struct {
	faults
	upstream string
	listen   string // the address that stays when the cable is mended
	// delays of what goes upstream and downstream, as time.Duration
	delays map[string]*atomic.Int64

	plug func() // ends what runs, and waits for it; nil while cut
}

func newCable(t *testing.T, upstream string) *cable {
	t.Helper()
	c := &cable{upstream: upstream, listen: "127.0.0.1:0", delays: map[string]*atomic.Int64{"upstream": {}, "downstream": {}}}
	c.mend(t)
	t.Cleanup(func() { c.cut(t) })
	return c
}

func (c *cable) address() string { return c.listen }

// cut closes every connection and refuses new ones.
func (c *cable) cut(t *testing.T) {
	t.Helper()
	if c.plug != nil {
		c.plug()
		c.plug = nil
	}
}

// mend lets connections through again, on the same address.
func (c *cable) mend(t *testing.T) {
	t.Helper()
	if c.plug != nil {
		t.Fatal("mending a cable: it is whole")
	}
	listener, err := net.Listen("tcp", c.listen)
	if err != nil {
		t.Fatalf("mending a cable: %v", err)
	}
	c.listen = listener.Addr().String()
	ctx, stop := context.WithCancel(context.Background())
	var group sync.WaitGroup
	context.AfterFunc(ctx, func() { listener.Close() })
	group.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			group.Go(func() { c.carry(ctx, client) })
		}
	})
	c.plug = func() {
		stop()
		listener.Close()
		group.Wait()
	}
}

// carry serves one connection until either side or the cable ends it.
func (c *cable) carry(ctx context.Context, client net.Conn) {
	defer client.Close()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	server, err := (&net.Dialer{}).DialContext(ctx, "tcp", c.upstream)
	if err != nil {
		return
	}
	defer server.Close()
	context.AfterFunc(ctx, func() { client.Close(); server.Close() })
	talk := &talk{faults: &c.faults}
	var group sync.WaitGroup
	group.Go(func() { pass(ctx, server, client, c.delays["upstream"], talk.asks); stop() })
	group.Go(func() { pass(ctx, client, server, c.delays["downstream"], talk.answers); stop() })
	group.Wait()
}

type chunk struct {
	data []byte
	read time.Time
}

// pass writes what it reads, each piece no sooner than a delay after it was read, and as far as through lets it.
func pass(ctx context.Context, to, from net.Conn, delay *atomic.Int64, through func(data []byte) (rest []byte, reset bool)) {
	chunks := make(chan chunk, 1024)
	var reading sync.WaitGroup
	defer reading.Wait()
	reading.Go(func() {
		defer close(chunks)
		buffer := make([]byte, 32<<10)
		for {
			n, err := from.Read(buffer)
			if n > 0 {
				select {
				case chunks <- chunk{append([]byte(nil), buffer[:n]...), time.Now()}:
				case <-ctx.Done():
					return
				}
			}
			if err != nil {
				return
			}
		}
	})
	for c := range chunks {
		if wait := time.Until(c.read.Add(time.Duration(delay.Load()))); wait > 0 {
			select {
			case <-time.After(wait):
			case <-ctx.Done():
			}
		}
		data, reset := through(c.data)
		if _, err := to.Write(data); err != nil {
			from.Close() // ends the reading
		}
		if reset {
			resetBoth(to, from)
		}
	}
}

// delay holds back all that goes in a direction, upstream or downstream.
func (c *cable) delay(t *testing.T, direction string, by time.Duration) {
	t.Helper()
	if !c.delays[direction].CompareAndSwap(0, int64(by)) {
		t.Fatal("delaying a cable: it is delayed")
	}
}

// hurry ends the delay.
func (c *cable) hurry(t *testing.T) {
	t.Helper()
	for _, delay := range c.delays {
		delay.Store(0)
	}
}
