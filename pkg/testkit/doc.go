// Package testkit holds what tests of several packages need: real PostgreSQL and Redis servers, a real Kannel and a real OpenSMTPD, a
// clock that is moved by hand, waiting with a deadline, and a TestMain that looks for leaked goroutines.
package testkit
