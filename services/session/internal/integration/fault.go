package integration

import (
	"time"
)

// Kind is what sort of fault it is.
type Kind int

// The kinds.
const (
	// Away says that an endpoint did not answer, or that it cannot now.
	Away Kind = iota + 1
	// Refused says that the endpoint refuses the login.
	Refused
	// Rejected says that an answer is none that can be used.
	Rejected
)

// Fault is why a login, or asking about a beneficiary, came to nothing.
type Fault struct {
	Kind Kind
	// Step is where, and Why is for people.
	Step, Why string
	// Status is that of the answer; 0 for none.
	Status int
	// Attributes are those that the answer is rejected for.
	Attributes []string
	// RetryAfter is when to come back; 0 for unknown.
	RetryAfter time.Duration
}

// Error says where and why.
func (f *Fault) Error() string { return f.Step + ": " + f.Why }
