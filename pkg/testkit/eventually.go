package testkit

import (
	"testing"
	"time"
)

const pollEvery = 5 * time.Millisecond

// Eventually calls check until it returns nil, and fails the test with check's last error when that has
// not happened within the given time. check runs on the test's own goroutine and must not block.
func Eventually(t testing.TB, within time.Duration, check func() error) {
	t.Helper()
	deadline := time.NewTimer(within)
	defer deadline.Stop()
	poll := time.NewTicker(pollEvery)
	defer poll.Stop()
	for {
		err := check()
		if err == nil {
			return
		}
		select {
		case <-deadline.C:
			t.Fatalf("not within %s: %v", within, err)
		case <-poll.C:
		}
	}
}
