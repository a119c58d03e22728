package discovery_test

import (
	"crypto/tls"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/ventanilla/ventanilla/pkg/discovery"
	"github.com/ventanilla/ventanilla/pkg/etcdnode"
	"github.com/ventanilla/ventanilla/pkg/pki"
)

func TestConfigNamesWrongSettings(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*discovery.Config)
		want   string // empty: valid
	}{
		"defaults":       {func(*discovery.Config) {}, ""},
		"socket":         {func(c *discovery.Config) { c.Endpoints = []string{"unix:///run/etcd.sock"} }, ""},
		"loopback":       {func(c *discovery.Config) { c.Endpoints = []string{"http://127.0.0.1:2379", "http://localhost:2380"} }, ""},
		"cluster":        {func(c *discovery.Config) { c.Endpoints = []string{"https://a:2379", "https://b:2379"} }, ""},
		"plain network":  {func(c *discovery.Config) { c.Endpoints = []string{"http://10.0.0.7:2379"} }, "endpoints"},
		"plain name":     {func(c *discovery.Config) { c.Endpoints = []string{"http://etcd:2379"} }, "endpoints"},
		"mixed schemes":  {func(c *discovery.Config) { c.Endpoints = []string{"https://a:1", "http://localhost:1"} }, "endpoints"},
		"no scheme":      {func(c *discovery.Config) { c.Endpoints = []string{"localhost"} }, "endpoints"},
		"no prefix":      {func(c *discovery.Config) { c.Prefix = "" }, "prefix"},
		"slash":          {func(c *discovery.Config) { c.Prefix = "/ventanilla" }, "prefix"},
		"short TTL":      {func(c *discovery.Config) { c.TTL = time.Second }, "ttl"},
		"fraction":       {func(c *discovery.Config) { c.TTL = 2500 * time.Millisecond }, "ttl"},
		"static":         {func(c *discovery.Config) { c.Targets = map[string]string{"auth": "static:///10.0.0.7:4001,[::1]:4002"} }, ""},
		"dns":            {func(c *discovery.Config) { c.Targets = map[string]string{"auth": "dns:///auth.internal:4001"} }, ""},
		"bare address":   {func(c *discovery.Config) { c.Targets = map[string]string{"auth": "10.0.0.7:4001"} }, "targets.auth"},
		"empty address":  {func(c *discovery.Config) { c.Targets = map[string]string{"auth": "static:///10.0.0.7:4001,"} }, "targets.auth"},
		"dns, no port":   {func(c *discovery.Config) { c.Targets = map[string]string{"auth": "dns:///auth.internal"} }, "targets.auth"},
		"other resolver": {func(c *discovery.Config) { c.Targets = map[string]string{"auth": "xds:///auth:1"} }, "targets.auth"},
	} {
		t.Run(name, func(t *testing.T) {
			config := discovery.DefaultConfig()
			c.change(&config)
			err := config.Validate()
			switch {
			case c.want == "" && err != nil:
				t.Errorf("refused: %v", err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("got %v, want an error naming %s", err, c.want)
			}
		})
	}
}

func TestEtcdClientsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		endpoints []string
		secure    *tls.Config
	}{
		"no endpoints":  {nil, &tls.Config{}},
		"https, no TLS": {[]string{"https://10.0.0.7:2379"}, nil},
		"plain network": {[]string{"http://10.0.0.7:2379"}, &tls.Config{}},
	} {
		_, err := discovery.NewEtcd(discovery.Config{Endpoints: c.endpoints}, c.secure)
		if err == nil || !strings.Contains(err.Error(), "endpoints") {
			t.Errorf("%s: got %v, want an error naming endpoints", name, err)
		}
	}
}

func TestEtcdOverTLS(t *testing.T) {
	dir := t.TempDir()
	ca, err := pki.NewCA("test", time.Hour, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	files := pki.Config{
		CA: filepath.Join(dir, "ca.pem"), Cert: filepath.Join(dir, "etcd.pem"), Key: filepath.Join(dir, "etcd-key.pem"),
	}
	member, err := ca.IssueRole("etcd")
	if err != nil {
		t.Fatal(err)
	}
	auth, err := ca.IssueRole("auth")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(ca.Save(dir), pki.SaveLeaf(dir, "etcd", member)); err != nil {
		t.Fatal(err)
	}
	e := &etcd{config: etcdnode.Config{Dir: filepath.Join(dir, "data"), Listen: "127.0.0.1:0", TLS: files}}
	e.start(t)
	defer e.node.Close()
	config := discovery.DefaultConfig()
	config.Endpoints = e.node.ClientEndpoints()
	e.client, err = discovery.NewEtcd(config, pki.ClientTLS(pki.Static(auth, ca.Pool()), "etcd"))
	if err != nil {
		t.Fatal(err)
	}
	defer e.client.Close()
	defer unregister(t, e.register(t, "one", "127.0.0.1:4001", discard))
	if list := e.listed(t); len(list) != 1 {
		t.Errorf("listed are %v", list)
	}
}

func TestTargetsInsteadOfEtcd(t *testing.T) {
	one, _ := serve(t)
	two, _ := serve(t)
	config := discovery.DefaultConfig()
	config.Targets = map[string]string{
		"auth":    "static:///" + one + "," + two,
		"gateway": "dns:///" + one,
	}
	conn := dial(t, config.Target("auth"), discovery.NewStaticResolver())
	eventually(t, "calls in turn", both(t, conn, one, two))
	if count := answering(t, dial(t, config.Target("gateway"), discovery.NewStaticResolver())); count[one] != 10 {
		t.Errorf("by DNS: %v", count)
	}
	if got, want := config.Target("benefits"), "ventanilla:///benefits"; got != want {
		t.Errorf("target %s, want %s", got, want)
	}
}

func TestBadStaticTargetFailsCalls(t *testing.T) {
	conn, err := grpc.NewClient("static:///nowhere",
		grpc.WithResolvers(discovery.NewStaticResolver()), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := call(t, conn); err == nil {
		t.Error("a target without a port was called")
	}
}
