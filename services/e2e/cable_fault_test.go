package e2e

import (
	"net"
	"sync"
	"sync/atomic"
	"testing"
)

// faults are what a cable does to those who speak through it.
type faults struct {
	// broken is the number of the answer, in its connection, that is reset in the middle; 0 for none.
	broken atomic.Int64
	// halfOpen has connections stay and carry nothing, as when the other end has lost its power.
	halfOpen atomic.Bool
}

// renew ends the connections that there are: those after it begin anew.
func (c *cable) renew(t *testing.T) {
	t.Helper()
	c.cut(t)
	c.mend(t)
}

// breakAnswer resets one connection from now on in the middle of its so manieth answer.
func (c *cable) breakAnswer(t *testing.T, number int64) {
	t.Helper()
	c.renew(t)
	c.broken.Store(number)
}

// hang has the cable swallow what goes through it, until revive.
func (c *cable) hang() { c.halfOpen.Store(true) }

// revive ends what hang began.
func (c *cable) revive(t *testing.T) {
	t.Helper()
	c.halfOpen.Store(false)
	c.renew(t)
}

// talk is one connection through a cable, whose sides take turns.
type talk struct {
	*faults
	mu        sync.Mutex
	answering bool
	turns     int64
}

// asks lets through what goes upstream.
func (s *talk) asks(data []byte) (rest []byte, reset bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answering = false
	return s.alive(data), false
}

// answers lets through what goes downstream.
func (s *talk) answers(data []byte) (rest []byte, reset bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.answering {
		s.answering = true
		s.turns++
	}
	if s.broken.CompareAndSwap(s.turns, 0) {
		return data[:len(data)/2], true
	}
	return s.alive(data), false
}

func (s *talk) alive(data []byte) []byte {
	if s.halfOpen.Load() {
		return nil
	}
	return data
}

// resetBoth has both sides learn of the end by a reset.
func resetBoth(conns ...net.Conn) {
	for _, conn := range conns {
		_ = conn.(*net.TCPConn).SetLinger(0) // Fails only when it is closed.
		conn.Close()
	}
}
