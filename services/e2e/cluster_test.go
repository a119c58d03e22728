package e2e

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"path/filepath"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/testkit"
)

// leaseTTL is the smallest that discovery takes: drills wait for leases to end.
const leaseTTL = 2 * time.Second

// services have a database each. Earlier programs know fewer of them.
var services = []string{"auth", "identity", "benefits", "notifications", "session"}

// cluster is a platform whose roles are processes of their own, on PostgreSQL and one etcd.
type cluster struct {
	life     *testing.T // The processes live as long, whichever drill started them.
	program  string     // What new processes run.
	postgres *testkit.Server
	dir      string
	etcdAt   string
	etcd     *process
	auth     [2]*role
	gateway  [2]*role
	// identities, benefits, notifications and sessions are none where the program has no such role.
	identities, benefits, notifications, sessions []*role
	// A partner, the resource server that its tokens are meant for, and another's.
	partner, resource, foreign credentials
}

// newCluster starts two of each role, auth with more settings, and registers clients as the first operator's bootstrap would.
func newCluster(t *testing.T, program string, auth ...string) *cluster {
	t.Helper()
	c := &cluster{life: t, program: program, postgres: testkit.PostgresServer(t), dir: t.TempDir(), etcdAt: freeAddress(t)}
	c.certificates(t)
	c.must(t, c.migration(t, program)...)
	c.startEtcd(t)
	for i := range c.auth {
		c.auth[i] = c.newRole(t, "auth", auth...)
		c.auth[i].start(t, c)
	}
	c.identities, c.benefits, c.notifications, c.sessions = c.pair(t, "identity"), c.pair(t, "benefits"), c.pair(t, "notifications"), c.pair(t, "session")
	c.register(t)
	for i := range c.gateway {
		c.gateway[i] = c.newRole(t, "gateway")
		c.gateway[i].start(t, c)
	}
	return c
}

// certificates makes those of all roles, and the key that private keys are stored under.
func (c *cluster) certificates(t *testing.T) {
	t.Helper()
	c.must(t, "pki", "init", "--dir", c.dir)
	for _, role := range []string{"auth", "gateway", "etcd", "bootstrap", "edge"} {
		c.certify(t, c.program, role)
	}
	var key [32]byte
	_, _ = rand.Read(key[:]) // Never fails.
	write(t, filepath.Join(c.dir, "kek"), []byte(base64.StdEncoding.EncodeToString(key[:])))
}

func (c *cluster) certify(t *testing.T, program, role string) {
	t.Helper()
	if _, err := runCommand(t, program, "pki", "issue", "--dir", c.dir, role, "--host", "127.0.0.1"); err != nil {
		t.Fatalf("a certificate for %s: %v", role, err)
	}
}

// pair starts two replicas of a service that the program may have; else there are none. Their database must be migrated.
func (c *cluster) pair(t *testing.T, service string) []*role {
	t.Helper()
	if !has(t, c.program, service) {
		return nil
	}
	c.certify(t, c.program, service)
	pair := []*role{c.newRole(t, service), c.newRole(t, service)}
	for _, r := range pair {
		r.start(t, c)
	}
	return pair
}

func (c *cluster) must(t *testing.T, args ...string) string {
	t.Helper()
	out, err := runCommand(t, c.program, args...)
	if err != nil {
		t.Fatalf("%v: %v", args, err)
	}
	return out
}

func (c *cluster) startEtcd(t *testing.T) {
	t.Helper()
	admin := freeAddress(t)
	args := append([]string{"etcd", "--data", filepath.Join(c.dir, "etcd-data")}, c.identity("etcd")...)
	c.etcd = start(t, c.life, c.program, "etcd", append(args, "--set", "etcd.listen="+c.etcdAt, "--set", "admin.listen="+admin)...)
	c.etcd.ready(t, admin)
}

// identity is the settings of a role's certificate.
func (c *cluster) identity(role string) []string {
	return []string{
		"--set", "tls.ca=" + filepath.Join(c.dir, "ca.pem"),
		"--set", "tls.cert=" + filepath.Join(c.dir, role+".pem"),
		"--set", "tls.key=" + filepath.Join(c.dir, role+"-key.pem"),
	}
}

// settings are those of a service's database, key, cards and carriers.
func (c *cluster) settings(service string) []string {
	settings := []string{"--set", service + ".store.url=" + c.postgres.URL}
	if service != "benefits" { // which keeps no private keys
		settings = append(settings, "--set", service+".kek.file="+filepath.Join(c.dir, "kek"))
	}
	switch service {
	case "identity":
		settings = append(settings,
			"--set", "identity.cards.validator=https://id.example/c", "--set", "identity.cards.staging_validator=https://id.example/cs")
	case "notifications":
		settings = append(settings, "--set", "notifications.public_url=https://id.example", "--set", "notifications.carriers.sandbox.kind=sandbox")
	}
	return settings
}

// migration is the command that migrates the databases of the services that a program has.
func (c *cluster) migration(t *testing.T, program string) []string {
	t.Helper()
	args := []string{"migrate"}
	for _, service := range services {
		if has(t, program, service) {
			args = append(args, c.settings(service)...)
		}
	}
	return args
}

// has tells whether a program has a command.
func has(t *testing.T, program, command string) bool {
	t.Helper()
	_, err := runCommand(t, program, command, "--help")
	return err == nil
}

// register makes the clients as the bootstrap peer.
func (c *cluster) register(t *testing.T) {
	t.Helper()
	create := func(name, family string, more ...string) credentials {
		args := []string{"admin", "--json", "--pki", c.dir, "--address", c.auth[0].rpc, "client", "create", name, "--family", family}
		var made registered
		if err := json.Unmarshal([]byte(c.must(t, append(args, more...)...)), &made); err != nil {
			t.Fatal(err)
		}
		return made.credentials()
	}
	c.resource = create("Resource server", "tuidd", "--kind", "resource-server", "--resource-scope", "beneficios")
	c.foreign = create("Foreign resource server", "tuidd", "--kind", "resource-server")
	c.partner = create("Partner", "cmp", "--scope", "beneficios", "--audience", c.resource.id)
}
