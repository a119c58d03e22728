package e2e

import (
	"crypto/tls"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"google.golang.org/grpc"
	grpccredentials "google.golang.org/grpc/credentials"
)

// mortal is a platform whose identity service is killed and started again over the same data, at the same addresses, so
// that its callers go on.
type mortal struct {
	edge
	// owner has every role of operators, with the credential in a file, at the window.
	owner            operator
	window, file, ca string
	// key is an API key for profiles.
	key string
	// dies kills and starts again.
	dies func(t *testing.T)
}

// onEngines runs a drill on SQLite, where all is one process, and on PostgreSQL with two processes of identity.
func onEngines(t *testing.T, drill func(t *testing.T, m *mortal, random *rand.Rand)) {
	for _, engine := range []struct {
		name string
		make func(*testing.T, *rand.Rand) *mortal
	}{{"SQLite", mortalProcess}, {"PostgreSQL", mortalReplicas}} {
		t.Run(engine.name, func(t *testing.T) {
			seed := setting(t, "VENTANILLA_E2E_SEED", rand.Uint64())
			t.Logf("VENTANILLA_E2E_SEED=%d repeats the rows and the moments", seed)
			random := rand.New(rand.NewPCG(seed, 0))
			drill(t, engine.make(t, random), random)
		})
	}
}

// mortalProcess dies as a whole.
func mortalProcess(t *testing.T, _ *rand.Rand) *mortal {
	t.Helper()
	args := []string{
		"--listen", freeAddress(t), "--admin-rpc-listen", freeAddress(t),
		"--set", "edge.rate.per_second=100000", "--set", "edge.rate.burst=100000",
	}
	p := up(t, t.TempDir(), args...)
	return &mortal{
		edge: p.edge, owner: p.owner(), window: p.demo.AdminRPC, file: filepath.Join(p.data, "operator.pem"), ca: p.demo.CAFile,
		key: p.demo.IDDi.APIKey,
		dies: func(t *testing.T) {
			t.Helper()
			p.process.kill()
			p = up(t, p.data, args...)
		},
	}
}

// mortalReplicas lose one of the two at a time, or both.
func mortalReplicas(t *testing.T, random *rand.Rand) *mortal {
	t.Helper()
	c := newCluster(t, binary)
	m := &mortal{
		edge: c.gateway[0].edge, window: c.gateway[0].adminRPC, file: filepath.Join(c.dir, "owner.pem"), ca: filepath.Join(c.dir, "ca.pem"),
		dies: func(t *testing.T) {
			t.Helper()
			victims := c.identities[random.IntN(2):][:1]
			if random.IntN(2) == 0 {
				victims = c.identities
			}
			for _, victim := range victims {
				victim.kill()
			}
			for _, victim := range victims {
				victim.start(t, c)
			}
		},
	}
	bootstrap := operator{[]string{"--pki", c.dir, "--address", c.auth[0].rpc}}
	bootstrap.run(t, nil, "operator", "create", "owner", "--role", "support,editor,security")
	bootstrap.run(t, nil, "operator", "credential", "owner", "--out", m.file)
	m.owner = operator{[]string{"--credential", m.file, "--ca", m.ca, "--address", m.window}}
	developer := m.owner.create(t, "Mortal drill", "iddi", "--scope", "perfil")
	var made newAPIKey
	m.owner.run(t, &made, "api-key", "create", developer.Client.ID, "Mortal drill")
	m.key = made.Key
	return m
}

// soon is a part of a second.
func soon(random *rand.Rand) time.Duration {
	return time.Duration(random.Int64N(int64(700 * time.Millisecond)))
}

// dial connects to the window as the owner.
func (m *mortal) dial(t *testing.T) *grpc.ClientConn {
	t.Helper()
	own, err := tls.LoadX509KeyPair(m.file, m.file)
	if err != nil {
		t.Fatalf("reading the owner's credential: %v", err)
	}
	conn, err := grpc.NewClient(m.window, grpc.WithTransportCredentials(grpccredentials.NewTLS(&tls.Config{
		MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{own}, RootCAs: authorities(t, m.ca),
	})))
	if err != nil {
		t.Fatalf("connecting to the window: %v", err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}
