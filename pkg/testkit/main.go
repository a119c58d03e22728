package testkit

import (
	"testing"

	"go.uber.org/goleak"
)

// Main runs a package's tests, ends the PostgreSQL server they shared, and fails when goroutines are
// left. It does not return:
//
//	func TestMain(m *testing.M) { testkit.Main(m) }
func Main(m *testing.M, options ...goleak.Option) {
	goleak.VerifyTestMain(withoutServer{m}, options...)
}

type withoutServer struct{ m *testing.M }

func (w withoutServer) Run() int {
	result := w.m.Run()
	stopShared()
	return result
}
