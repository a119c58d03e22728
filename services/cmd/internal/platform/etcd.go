package platform

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/ventanilla/ventanilla/pkg/etcdnode"
	"github.com/ventanilla/ventanilla/pkg/pki"
)

// EtcdRole is the name that etcd's certificate carries.
const EtcdRole = "etcd"

// StartEtcd runs a single etcd member in the process and returns the URLs for its clients: on
// a Unix socket for `up`, on the configured address with mutual TLS for a role of its own.
func StartEtcd(ctx context.Context, p *Process, alone bool) ([]string, error) {
	config := etcdnode.Config{Dir: filepath.Join(p.Settings.Data, "etcd")}
	if alone {
		config.Listen, config.TLS = p.Settings.Etcd.Listen, p.Settings.TLS
	}
	node, err := etcdnode.Start(ctx, config, p.Log())
	if err != nil {
		return nil, fmt.Errorf("starting etcd: %w", err)
	}
	p.Group.Defer("etcd", func() error { node.Close(); return nil })
	p.Group.Go(ctx, "watch over etcd", func(ctx context.Context) error {
		select {
		case <-ctx.Done():
			return nil
		case err := <-node.Err():
			return errors.Join(errors.New("etcd stopped serving"), err)
		}
	})
	return node.ClientEndpoints(), nil
}

// EtcdTLS is how a role that runs alone talks to an etcd that wants certificates.
func EtcdTLS(identity Identity, role string) (*tls.Config, error) {
	source, err := identity(role)
	if err != nil {
		return nil, err
	}
	return pki.ClientTLS(source, EtcdRole), nil
}
