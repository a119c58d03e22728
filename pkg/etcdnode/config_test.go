package etcdnode_test

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/etcdnode"
	"github.com/ventanilla/ventanilla/pkg/pki"
)

func TestConfigNamesWrongSettings(t *testing.T) {
	complete := pki.Config{CA: "ca.pem", Cert: "etcd.pem", Key: "etcd-key.pem"}
	for name, c := range map[string]struct {
		config etcdnode.Config
		want   string // empty: valid
	}{
		"socket":                 {etcdnode.Config{Dir: "d"}, ""},
		"loopback":               {etcdnode.Config{Dir: "d", Listen: "127.0.0.1:2379"}, ""},
		"localhost":              {etcdnode.Config{Dir: "d", Listen: "localhost:0"}, ""},
		"network with TLS":       {etcdnode.Config{Dir: "d", Listen: "0.0.0.0:2379", TLS: complete}, ""},
		"no folder":              {etcdnode.Config{}, "etcd.dir"},
		"network without TLS":    {etcdnode.Config{Dir: "d", Listen: "0.0.0.0:2379"}, "set tls.ca"},
		"all IPv6 without TLS":   {etcdnode.Config{Dir: "d", Listen: "[::]:2379"}, "set tls.ca"},
		"half of TLS":            {etcdnode.Config{Dir: "d", Listen: "0.0.0.0:2379", TLS: pki.Config{Cert: "c", Key: "k"}}, "tls.ca"},
		"TLS without an address": {etcdnode.Config{Dir: "d", TLS: complete}, "etcd.listen"},
		"name":                   {etcdnode.Config{Dir: "d", Listen: "etcd.example.org:2379", TLS: complete}, "etcd.listen"},
		"no host":                {etcdnode.Config{Dir: "d", Listen: ":2379", TLS: complete}, "etcd.listen"},
		"no port":                {etcdnode.Config{Dir: "d", Listen: "127.0.0.1"}, "etcd.listen"},
	} {
		t.Run(name, func(t *testing.T) {
			err := c.config.Validate()
			switch {
			case c.want == "" && err != nil:
				t.Errorf("refused: %v", err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("got %v, want an error naming %s", err, c.want)
			}
		})
	}
}

func TestListenerWithTLS(t *testing.T) {
	dir := t.TempDir()
	ca, err := pki.NewCA("test", time.Hour, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := ca.IssueRole("etcd")
	if err != nil {
		t.Fatal(err)
	}
	if err := ca.Save(dir); err != nil {
		t.Fatal(err)
	}
	if err := pki.SaveLeaf(dir, "etcd", leaf); err != nil {
		t.Fatal(err)
	}
	node := start(t, etcdnode.Config{
		Dir:    filepath.Join(dir, "data"),
		Listen: "127.0.0.1:0",
		TLS: pki.Config{
			CA: filepath.Join(dir, "ca.pem"), Cert: filepath.Join(dir, "etcd.pem"), Key: filepath.Join(dir, "etcd-key.pem"),
		},
	})
	gateway, err := ca.IssueRole("gateway")
	if err != nil {
		t.Fatal(err)
	}
	secure := pki.ClientTLS(pki.Static(gateway, ca.Pool()), "etcd")
	put(t, client(t, node.ClientEndpoints(), secure), "switch", "on")

	anonymous := secure.Clone()
	anonymous.GetClientCertificate = nil
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := client(t, node.ClientEndpoints(), anonymous).Get(ctx, "switch"); err == nil {
		t.Error("a client without a certificate was answered")
	}
}

func TestStartGivesUpWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := etcdnode.Start(ctx, etcdnode.Config{Dir: filepath.Join(t.TempDir(), "etcd")}, slog.New(slog.DiscardHandler))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}
