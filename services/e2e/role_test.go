package e2e

import (
	"path/filepath"
	"slices"
	"testing"
)

// role is a running service or gateway. Its addresses stay when it is started again.
type role struct {
	*process
	edge                           // For gateways.
	program                        string
	kind, rpc, adminHTTP, adminRPC string
	listen, plain                  string
	more                           []string
}

// newRole chooses addresses for one more service or gateway.
func (c *cluster) newRole(t *testing.T, kind string, more ...string) *role {
	t.Helper()
	r := &role{
		program: c.program, kind: kind, more: more, rpc: freeAddress(t), adminHTTP: freeAddress(t), adminRPC: freeAddress(t),
		listen: freeAddress(t), plain: freeAddress(t),
	}
	if kind == "gateway" {
		r.edge = newEdge(t, "https://"+r.listen, filepath.Join(c.dir, "ca.pem"))
	}
	return r
}

// start runs the role and waits until it is ready. It is also how one that ended comes back.
func (r *role) start(t *testing.T, c *cluster) {
	t.Helper()
	r.launch(t, c)
	r.ready(t, r.adminHTTP)
}

// launch starts the process and does not wait for it.
func (r *role) launch(t *testing.T, c *cluster) {
	t.Helper()
	args := append([]string{r.kind}, c.identity(r.kind)...)
	args = append(args,
		"--set", "discovery.endpoints=https://"+c.etcdAt, "--set", "discovery.ttl="+leaseTTL.String(),
		"--set", "admin.listen="+r.adminHTTP)
	if slices.Contains(services, r.kind) {
		args = append(append(args, c.settings(r.kind)...), "--set", "rpc.listen="+r.rpc)
	} else {
		args = append(args,
			"--set", "edge.listen="+r.listen, "--set", "edge.http_listen="+r.plain, "--set", "admin.rpc_listen="+r.adminRPC,
			"--set", "edge.tls.cert_file="+filepath.Join(c.dir, "edge.pem"),
			"--set", "edge.tls.key_file="+filepath.Join(c.dir, "edge-key.pem"),
			"--set", "edge.rate.per_second=100000", "--set", "edge.rate.burst=100000",
			"--set", "edge.rate.failures.per_second=100000", "--set", "edge.rate.failures.burst=100000")
	}
	r.process = start(t, c.life, r.program, r.kind+" "+r.adminHTTP, append(args, r.more...)...)
}
