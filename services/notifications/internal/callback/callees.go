package callback

import (
	"sync"
	"time"

	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

const (
	// perCallee is how many calls of one provider are under way at a time, and one where the last has failed.
	perCallee = 4
	// firstRest is how long a provider rests after a call that failed. The rest doubles with each that follows, up to maxRest: where many calls
	// wait for one that is away, it is not asked for each of them.
	firstRest = 250 * time.Millisecond
	maxRest   = 30 * time.Second
)

// callees are the providers that are called, as this replica knows them.
type callees struct {
	mu    sync.Mutex
	known map[int64]*callee // those with calls under way, or whose last failed
	last  int64             // whose turn was the last
}

type callee struct {
	inHand int
	more   bool // whether more may wait than there was room for
	failed int  // how many calls in a row
	rests  time.Time
}

// turn puts providers in the order in which they may claim: from behind the one that was first the last time. due is in order.
func (c *callees) turn(due []int64) []int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, id := range due {
		if id > c.last {
			c.last = id
			return append(due[i:len(due):len(due)], due[:i]...)
		}
	}
	if len(due) > 0 {
		c.last = due[0]
	}
	return due
}

// room is how many calls of a provider may begin.
func (c *callees) room(id int64, now time.Time) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	known := c.known[id]
	switch {
	case known == nil:
		return perCallee
	case known.failed == 0:
		return perCallee - known.inHand
	case now.Before(known.rests):
		return 0
	}
	return 1 - known.inHand
}

// begin tells that so many calls of a provider begin, and whether more may wait.
func (c *callees) begin(id int64, calls int, more bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if calls == 0 {
		return
	}
	if c.known[id] == nil {
		c.known[id] = new(callee)
	}
	c.known[id].inHand += calls
	c.known[id].more = more
}

// end tells what came of one of them, and returns whether another may begin now.
func (c *callees) end(id int64, d decision, now time.Time) (next bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	known := c.known[id]
	known.inHand--
	switch {
	case d.failed:
		known.rests = now.Add(min(firstRest<<min(known.failed, 10), maxRest))
		known.failed++
	case d.outcome == store.CallbackTold:
		known.failed = 0
	}
	if known.inHand == 0 && known.failed == 0 {
		delete(c.known, id)
	}
	return known.more && known.failed == 0
}
