package history

import (
	"slices"
	"sync"
	"time"
)

// Recorder keeps the calls about one client. Its methods may be called concurrently.
type Recorder struct {
	now        func() time.Duration
	mu         sync.Mutex
	operations []Operation
}

// NewRecorder takes a clock that never goes back.
func NewRecorder(now func() time.Duration) *Recorder { return &Recorder{now: now} }

// Record makes a call and keeps it with its answer, unless it reached nobody.
func (r *Recorder) Record(worker int, q Question, ask func() Answer) Answer {
	o := Operation{Question: q, Worker: worker, Call: r.now()}
	o.Answer = ask()
	o.Return = r.now()
	if o.Outcome != Unsent {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.operations = append(r.operations, o)
	}
	return o.Answer
}

// Operations returns what was recorded.
func (r *Recorder) Operations() []Operation {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.operations)
}
