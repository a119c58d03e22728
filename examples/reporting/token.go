package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"google.golang.org/grpc"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// renewBefore is how long before its end a token is replaced, so that it does not end on its way.
const renewBefore = 30 * time.Second

// internalToken puts an internal token into each call. It says who calls which role, and lives five minutes.
type internalToken struct {
	auth     authv1.TokenServiceClient
	audience string

	mu      sync.Mutex
	token   string
	expires time.Time
}

func (t *internalToken) option() grpc.DialOption { return grpc.WithPerRPCCredentials(t) }

// GetRequestMetadata implements credentials.PerRPCCredentials.
func (t *internalToken) GetRequestMetadata(ctx context.Context, _ ...string) (map[string]string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if time.Until(t.expires) < renewBefore {
		answer, err := t.auth.Exchange(ctx, &authv1.ExchangeRequest{
			Credential: &authv1.ExchangeRequest_Peer{Peer: &authv1.PeerIdentity{}},
			Audience:   t.audience,
		})
		if err != nil {
			return nil, fmt.Errorf("asking auth for an internal token: %w", err)
		}
		t.token, t.expires = answer.GetInternalToken(), answer.GetExpiresAt().AsTime()
	}
	return map[string]string{"authorization": "Bearer " + t.token}, nil
}

// RequireTransportSecurity keeps the token off plain connections.
func (t *internalToken) RequireTransportSecurity() bool { return true }
