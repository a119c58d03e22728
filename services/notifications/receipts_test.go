package notifications_test

import (
	"fmt"
	"net"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/notifications"
)

// TestKannelIsListenedTo has reports of messages that nobody sent answered as all others are, until the service ends.
func TestKannelIsListenedTo(t *testing.T) {
	port, err := testkit.FreePort(t.Context())
	check(t, err)
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	p := newPlatform(t)
	p.change = func(c *notifications.Config) { c.Receipts.Listen = address }
	r := p.replica()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: time.Minute}
	ask := func() (int, error) {
		answer, err := client.Get("http://" + address + "/receipts/kannel?token=d1-1-1-stranger&type=1")
		if err != nil {
			return 0, err
		}
		return answer.StatusCode, answer.Body.Close()
	}
	testkit.Eventually(t, time.Minute, func() error {
		status, err := ask()
		if err == nil && status != http.StatusOK {
			err = fmt.Errorf("it answers %d", status)
		}
		return err
	})
	r.Stop()
	if _, err := ask(); err == nil {
		t.Error("it listens after its end")
	}
}
