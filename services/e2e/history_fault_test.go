package e2e

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The length of a fault, and of the peace between two.
const (
	leastFault = 100 * time.Millisecond
	mostFault  = 3 * time.Second
	mostPeace  = 3 * time.Second
)

// fault takes something away and brings it back.
type fault struct {
	name       string
	begin, end func(*testing.T)
}

// faults are what may go wrong at a site.
func (s *sites) faults(i int, random *rand.Rand) []fault {
	one := s.pair[i]
	var all []fault
	for _, r := range []*role{one.auth, one.gateway} {
		all = append(all,
			fault{r.kind + " killed", func(*testing.T) { r.kill() }, func(t *testing.T) { r.start(t, s.cluster) }},
			fault{r.kind + " hung", func(*testing.T) { r.signal(syscall.SIGSTOP) }, func(*testing.T) { r.signal(syscall.SIGCONT) }})
	}
	for name, c := range map[string]*cable{"auth": one.toAuth, "the database": one.toDatabase} {
		all = append(all, fault{"cut off from " + name, c.cut, c.mend})
		for _, direction := range []string{"upstream", "downstream"} {
			by := time.Duration(random.Int64N(int64(mostFault)))
			all = append(all, fault{
				fmt.Sprintf("%v late from or to %s, %s", by, name, direction),
				func(t *testing.T) { c.delay(t, direction, by) }, c.hurry,
			})
		}
	}
	slices.SortFunc(all, func(a, b fault) int { return strings.Compare(a.name, b.name) }) // The map has no order.
	return all
}

// trouble makes faults one after the other, at times at both sites at once, and notes when.
type trouble struct {
	sites  *sites
	random *rand.Rand
	began  time.Time
	mu     sync.Mutex
	past   []string
	count  int
}

// makeUntil goes on until calm is closed, and leaves all whole.
func (f *trouble) makeUntil(t *testing.T, calm <-chan struct{}) {
	wait := func(most time.Duration) bool {
		over := time.NewTimer(leastFault + time.Duration(f.random.Int64N(int64(most))))
		defer over.Stop()
		select {
		case <-calm:
			return false
		case <-over.C:
			return true
		}
	}
	for wait(mostPeace) {
		first := f.random.IntN(2)
		var now []fault
		for i := range f.sites.pair {
			all := f.sites.faults(i, f.random)
			if drawn := all[f.random.IntN(len(all))]; i == first || f.random.IntN(4) == 0 {
				drawn.name = fmt.Sprintf("site %d: %s", i, drawn.name)
				now = append(now, drawn)
			}
		}
		for _, one := range now {
			f.note("begins", one.name)
			one.begin(t)
			f.count++
		}
		wait(mostFault)
		for _, one := range now {
			one.end(t)
			f.note("is over", one.name)
		}
	}
}

func (f *trouble) note(what, name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.past = append(f.past, fmt.Sprintf("%10.1fms  %s %s", float64(time.Since(f.began))/float64(time.Millisecond), name, what))
}

func (f *trouble) String() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return strings.Join(f.past, "\n")
}
