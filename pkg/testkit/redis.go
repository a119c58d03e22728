package testkit

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

const (
	redisPassword = "for-tests"
	redisPatience = 30 * time.Second
)

// Redis is a Redis server that a test can take away and bring back.
type Redis struct {
	t      testing.TB
	folder string
	port   string
	server *leashed
	// URL is the server's, with its password. It stays the same when the server returns.
	URL string
}

// RedisServer starts an empty Redis server of the test's own from the installed program, and ends it with the
// test. The test fails, never skips, when the program is not there.
func RedisServer(t testing.TB) *Redis {
	t.Helper()
	port, err := FreePort(context.Background())
	if err != nil {
		t.Fatalf("starting Redis: %v", err)
	}
	r := &Redis{t: t, folder: t.TempDir(), port: strconv.Itoa(port)}
	r.URL = "redis://:" + redisPassword + "@" + r.address() + "/0"
	r.Start()
	t.Cleanup(r.Stop)
	return r
}

func (r *Redis) address() string { return net.JoinHostPort("127.0.0.1", r.port) }

// Start brings the server back, empty, on the same port, and returns when it answers.
func (r *Redis) Start() {
	r.t.Helper()
	program, err := exec.LookPath("redis-server")
	if err != nil {
		r.t.Fatal("this test needs redis-server: install Redis 6 or newer (Debian: apt-get install redis-server)")
	}
	r.server, err = leash(r.folder, "redis", program,
		"--bind", "127.0.0.1", "--port", r.port, "--requirepass", redisPassword, "--save", "", "--appendonly", "no")
	if err != nil {
		r.t.Fatal(err)
	}
	Eventually(r.t, redisPatience, func() error {
		if err := r.greet(); err != nil {
			return fmt.Errorf("redis-server: %w\n%s", err, r.server.log())
		}
		return nil
	})
}

// Stop ends the server and every connection to it, and returns when it has gone.
func (r *Redis) Stop() {
	if r.server == nil {
		return
	}
	r.server.stop()
	r.server = nil
}

// greet succeeds when the server answers on its port, if only that it wants a password.
func (r *Redis) greet() error {
	conn, err := net.DialTimeout("tcp", r.address(), time.Second)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(time.Second)); err != nil {
		return err
	}
	if _, err := io.WriteString(conn, "PING\r\n"); err != nil {
		return err
	}
	answer, err := bufio.NewReader(conn).ReadString('\n')
	if err == nil && !strings.HasPrefix(answer, "-NOAUTH") {
		err = fmt.Errorf("it answers %q", answer)
	}
	return err
}
