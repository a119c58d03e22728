package discovery

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
)

const (
	// requestTimeout bounds each request to etcd.
	requestTimeout = 2 * time.Second
	// etcd refuses clients that ping more often than every 5 s.
	keepaliveTime    = 10 * time.Second
	keepaliveTimeout = 3 * time.Second
)

// reconnect is quicker than gRPC's default, which would leave an etcd that is back unnoticed for two minutes.
var reconnect = grpc.ConnectParams{
	Backoff:           backoff.Config{BaseDelay: 100 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: 2 * time.Second},
	MinConnectTimeout: requestTimeout,
}

// NewEtcd makes a client of etcd. It connects when it is first used, and again whenever it has to. secure is
// needed for endpoints of scheme https and not used for others. Errors of settings name the key relative to the section.
func NewEtcd(config Config, secure *tls.Config) (*clientv3.Client, error) {
	scheme, err := config.scheme()
	switch {
	case err != nil:
		return nil, err
	case scheme == "":
		return nil, errors.New("endpoints: name etcd's client URLs")
	case scheme == "https" && secure == nil:
		return nil, errors.New("endpoints: https needs the role's certificate; set tls.ca, tls.cert and tls.key")
	case scheme != "https":
		secure = nil
	}
	client, err := clientv3.New(clientv3.Config{
		Endpoints:            config.Endpoints,
		TLS:                  secure,
		DialTimeout:          requestTimeout,
		DialKeepAliveTime:    keepaliveTime,
		DialKeepAliveTimeout: keepaliveTimeout,
		DialOptions:          []grpc.DialOption{grpc.WithConnectParams(reconnect)},
		Logger:               zap.NewNop(), // errors come back to the callers, who log them
	})
	if err != nil {
		return nil, fmt.Errorf("making etcd client: %w", err)
	}
	return client, nil
}

// ClearStale deletes the endpoints of all roles under prefix, and nothing else. It is for a platform in one
// process, which knows at its start that nobody serves.
func ClearStale(ctx context.Context, client *clientv3.Client, prefix string) error {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	if _, err := client.Delete(ctx, prefix+endpointsPart, clientv3.WithPrefix()); err != nil {
		return fmt.Errorf("clearing stale endpoints: %w", err)
	}
	return nil
}
