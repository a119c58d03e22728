package credential

import (
	"context"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// Pacer bounds the failed credentials of a caller, where the service that is called looks at them itself. A caller with
// many is not let ask for a while, other than with a credential that was good within the last minute.
type Pacer struct {
	limits Limits
	clock  func() time.Time
	good   *otter.Cache[key, time.Time] // until when a credential is let through
}

// NewPacer bounds callers by limits.
func NewPacer(limits Limits, clock func() time.Time) (*Pacer, error) {
	good, err := newCache[time.Time]()
	if err != nil {
		return nil, err
	}
	return &Pacer{limits, clock, good}, nil
}

// Call makes a call with a credential, unless its caller has to wait: RATE_LIMITED. It fails as call does.
func (p *Pacer) Call(ctx context.Context, c Credential, of Clients, call func(known bool) error) error {
	return p.pace(ctx, hash(c, "", of), call)
}

func (p *Pacer) pace(ctx context.Context, k key, call func(known bool) error) error {
	until, known := p.good.GetIfPresent(k)
	known = known && p.clock().Before(until)
	if !known {
		if err := p.limits.Admit(ctx); err != nil {
			return err
		}
	}
	err := call(known)
	switch rpcerr.Reason(err) {
	case errorsv1.Reason_REASON_UNSPECIFIED:
		p.good.Set(k, p.clock().Add(maxKept))
	case errorsv1.Reason_REASON_CREDENTIAL_INVALID, errorsv1.Reason_REASON_LOGIN_REFUSED:
		p.good.Invalidate(k)
		p.limits.Failed(ctx)
	}
	return err
}
