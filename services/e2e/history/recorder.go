package history

import (
	"sync"
	"time"
)

// Recorder keeps calls: those about one client, or those that concern all. Its methods may be called concurrently.
type Recorder struct {
	now        func() time.Duration
	mu         sync.Mutex
	operations []*Operation
}

// NewRecorder takes a clock that never goes back.
func NewRecorder(now func() time.Duration) *Recorder { return &Recorder{now: now} }

// Record makes a call and keeps it with its answer, unless it reached nobody.
func (r *Recorder) Record(worker int, q Question, ask func() Answer) Answer {
	o := r.begin(worker, q)
	a := ask()
	r.mu.Lock()
	defer r.mu.Unlock()
	o.Answer, o.Return = a, r.now()
	return a
}

func (r *Recorder) begin(worker int, q Question) *Operation {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	o := &Operation{Question: q, Answer: Answer{Outcome: Open}, Worker: worker, Call: now, Return: now}
	r.operations = append(r.operations, o)
	return o
}

// Operations returns what was recorded. A call that is under way has no answer yet.
func (r *Recorder) Operations() []Operation {
	r.mu.Lock()
	defer r.mu.Unlock()
	var sent []Operation
	for _, o := range r.operations {
		if o.Outcome != Unsent {
			sent = append(sent, *o)
		}
	}
	return sent
}
