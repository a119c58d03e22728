package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
)

// roles are the platform as processes of their own: an etcd, an auth on SQLite, a gateway.
type roles struct {
	platform
	running *sync.WaitGroup
	etcdAt  string
}

// startRoles starts them; they end with ctx. The clients are registered as the bootstrap peer would.
func (p platform) startRoles(ctx context.Context, running *sync.WaitGroup) (auth, gateway *server, clients access, err error) {
	p.dir = filepath.Join(p.dir, "roles")
	if err := p.certificates(ctx); err != nil {
		return nil, nil, access{}, err
	}
	at, err := freeAddresses(ctx, 7)
	if err != nil {
		return nil, nil, access{}, err
	}
	r := roles{p, running, at[0]}
	if _, err = r.start(ctx, "etcd", at[1], "--data", r.path("etcd-data"), "--set", "etcd.listen="+r.etcdAt); err != nil {
		return nil, nil, access{}, err
	}
	store := []string{"--set", "auth.store.url=sqlite:" + r.path("auth.db"), "--set", "auth.kek.file=" + r.path("kek")}
	if err := p.call(ctx, append([]string{"migrate", "auth"}, store...)...); err != nil {
		return nil, nil, access{}, err
	}
	auth, err = r.start(ctx, "auth", at[2], append(store, "--set", "rpc.listen="+at[3])...)
	if err != nil {
		return nil, nil, access{}, err
	}
	clients = access{BaseURL: "https://" + at[5], CAFile: r.path("ca.pem"), AdminRPC: at[3]}
	p.operator = []string{"--pki", p.dir}
	if err := p.registerClients(ctx, &clients); err != nil {
		return nil, nil, access{}, err
	}
	gateway, err = r.start(ctx, gatewayRole, at[4], "--set", "edge.listen="+at[5], "--set", "edge.http_listen=", "--set", "admin.rpc_listen="+at[6],
		"--set", "edge.tls.cert_file="+r.path("edge.pem"), "--set", "edge.tls.key_file="+r.path("edge-key.pem"),
		"--set", "edge.rate.per_second=1000000", "--set", "edge.rate.burst=1000000")
	if err != nil {
		return nil, nil, access{}, err
	}
	return auth, gateway, clients, p.connect(gateway, clients)
}

func (p platform) path(name string) string { return filepath.Join(p.dir, name) }

// certificates makes those of all roles, more among them, and the key that private keys are stored under.
func (p platform) certificates(ctx context.Context, more ...string) error {
	commands := [][]string{{"pki", "init", "--dir", p.dir}}
	for _, role := range append([]string{"auth", gatewayRole, "etcd", "bootstrap", "edge"}, more...) {
		commands = append(commands, []string{"pki", "issue", "--dir", p.dir, role, "--host", "127.0.0.1"})
	}
	for _, args := range commands {
		if err := p.call(ctx, args...); err != nil {
			return err
		}
	}
	var key [32]byte
	_, _ = rand.Read(key[:]) // never fails
	return os.WriteFile(p.path("kek"), []byte(base64.StdEncoding.EncodeToString(key[:])), 0o600)
}

// call runs a command of the program.
func (p platform) call(ctx context.Context, args ...string) error {
	if said, err := exec.CommandContext(ctx, p.program, args...).CombinedOutput(); err != nil { //nolint:gosec // named by whoever runs the bench
		return fmt.Errorf("running %s: %w\n%s", args[0], err, said)
	}
	return nil
}

// start starts a role and waits until it is ready.
func (r roles) start(ctx context.Context, role, adminAt string, args ...string) (*server, error) {
	args = append([]string{
		role, "--set", "tls.ca=" + r.path("ca.pem"), "--set", "tls.cert=" + r.path(role+".pem"), "--set", "tls.key=" + r.path(role+"-key.pem"),
		"--set", "admin.listen=" + adminAt,
	}, args...)
	if role != "etcd" {
		args = append(args, "--set", "discovery.endpoints=https://"+r.etcdAt)
	}
	log, err := os.Create(r.path(role + ".log"))
	if err != nil {
		return nil, fmt.Errorf("making the log: %w", err)
	}
	defer log.Close()
	command := exec.CommandContext(ctx, r.program, args...) //nolint:gosec // named by whoever runs the bench
	command.Stdout, command.Stderr = log, log
	started, err := start(command, r.running, role)
	if err != nil {
		return nil, err
	}
	if err := started.await(ctx, func() error { return askReady(ctx, "http://"+adminAt) }); err != nil {
		said, _ := os.ReadFile(log.Name())
		return nil, fmt.Errorf("waiting for %s: %w\n%s", role, err, said)
	}
	return started, nil
}
