package smtp

import (
	"slices"
	"sync"
	"time"
)

const (
	// maxIdle is how many sessions wait for a next mail, and idleFor how long one does.
	maxIdle = 8
	idleFor = 5 * time.Second
	// maxMails is how many mails a session is given; servers that bound them have bounds of a hundred and more.
	maxMails = 50
)

// pool keeps sessions between mails: greeting, handshake and login take longer than the mail itself.
type pool struct {
	mu     sync.Mutex
	idle   []*session // the one used last is the last
	closed bool
}

// take is a session that waits; nil for none.
func (p *pool) take() *session {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.idle) == 0 {
		return nil
	}
	last := len(p.idle) - 1
	s := p.idle[last]
	p.idle = p.idle[:last]
	s.expiry.Stop() // too late, it finds nothing
	return s
}

// put lets a session wait for the next mail, or ends it.
func (p *pool) put(s *session) {
	if !p.keep(s) {
		s.end()
	}
}

func (p *pool) keep(s *session) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || len(p.idle) == maxIdle || s.given >= maxMails {
		return false
	}
	s.expiry = time.AfterFunc(idleFor, func() { p.expire(s) })
	p.idle = append(p.idle, s)
	return true
}

func (p *pool) expire(s *session) {
	p.mu.Lock()
	i := slices.Index(p.idle, s)
	if i >= 0 {
		p.idle = slices.Delete(p.idle, i, i+1)
	}
	p.mu.Unlock()
	if i >= 0 {
		s.end()
	}
}

// close ends the sessions that wait, and those that are put from now on.
func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for _, s := range p.idle {
		s.expiry.Stop()
		s.end()
	}
	p.idle = nil
}
