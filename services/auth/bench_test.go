package auth_test

import (
	"syscall"
	"testing"
	"time"

	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/pkg/authn"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// registrar keeps the token service that is registered with it, to call it without a network.
type registrar struct{ tokens authv1.TokenServiceServer }

func (r *registrar) RegisterService(_ *grpc.ServiceDesc, impl any) {
	if tokens, ok := impl.(authv1.TokenServiceServer); ok {
		r.tokens = tokens
	}
}

func BenchmarkIntrospectWarm(b *testing.B) {
	r := newPlatform(b).replica(false)
	client := r.register(partner("a", "b"))
	req := &authv1.IntrospectRequest{Token: r.issue(client)}
	var direct registrar
	r.service.Register(&direct)
	ctx := authn.WithClaims(b.Context(), &authn.Claims{ClientID: client.id})
	b.ReportAllocs()
	for b.Loop() {
		if answer, err := direct.tokens.Introspect(ctx, req); err != nil || !answer.GetActive() {
			b.Fatal(answer, err)
		}
	}
}

// BenchmarkIssueToken issues from many callers at once, as a loaded replica does: their entries share commits.
func BenchmarkIssueToken(b *testing.B) {
	r := newPlatform(b).replica(false)
	client := r.register(partner("a", "b"))
	var direct registrar
	r.service.Register(&direct)
	b.ReportAllocs()
	b.SetParallelism(16)
	before := cpuTime(b)
	b.RunParallel(func(loop *testing.PB) {
		for loop.Next() {
			if _, err := direct.tokens.IssueToken(b.Context(), issueRequest(client)); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64((cpuTime(b)-before).Nanoseconds())/float64(b.N), "cpu-ns/op")
}

// cpuTime is what the process has used: while it waits for the disk it uses none.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
