package ratelimit

import (
	"errors"
	"math"
	"net/netip"
	"time"
)

// Limit is a token bucket's size and rate. The zero value is no limit.
type Limit struct {
	// PerSecond is how many calls a second are restored.
	PerSecond float64 `koanf:"per_second"`
	// Burst is how many calls may come at once.
	Burst int `koanf:"burst"`
}

// most bounds what can be configured, so that no computation overflows.
const most = 1e9

// Validate names the key that cannot be used. The zero value can not.
func (l Limit) Validate() error {
	if !(l.PerSecond > 0 && l.PerSecond <= most) {
		return errors.New("per_second: must be more than 0, and at most 1000000000")
	}
	if l.Burst < 1 || l.Burst > most {
		return errors.New("burst: must be between 1 and 1000000000")
	}
	return nil
}

// Window is the whole seconds in which an empty bucket is full again.
func (l Limit) Window() int {
	return int(math.Ceil(float64(l.Burst) / l.PerSecond))
}

// Key names a bucket.
type Key struct {
	// Policy says what is limited, like "client".
	Policy string
	// Family is the partner family that is called; empty where calls on all count together.
	Family string
	// Address is the caller's, where that is limited.
	Address netip.Addr
	// Client is the client's identifier, where that is limited.
	Client string
}

// OfClient names the bucket of all calls of a client, which gateways and auth draw from.
func OfClient(id string) Key { return Key{Policy: ClientPolicy, Client: id} }

// ClientPolicy is the policy of clients' own buckets.
const ClientPolicy = "client"

// Result is what a call found.
type Result struct {
	// Allowed tells whether there was a token for the call.
	Allowed bool
	// Remaining is how many calls may come at once now.
	Remaining int
	// Reset is how long until the bucket is full, when no more calls come.
	Reset time.Duration
	// RetryAfter is how long until the next call is allowed; 0 when one is now.
	RetryAfter time.Duration
}

// result derives the rest from the tokens that are left, of which the last may not be whole yet.
func (l Limit) result(allowed bool, left float64) Result {
	seconds := func(tokens float64) time.Duration {
		return time.Duration(math.Ceil(max(tokens, 0) / l.PerSecond * float64(time.Second)))
	}
	return Result{
		Allowed:    allowed,
		Remaining:  max(int(left), 0),
		Reset:      seconds(float64(l.Burst) - left),
		RetryAfter: seconds(1 - left),
	}
}
