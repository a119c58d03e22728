package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
)

// cable is a TCP connection to an address that can be cut.
type cable struct{ proxy *toxiproxy.Proxy }

func newCable(t *testing.T, upstream string) cable {
	t.Helper()
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	c := cable{toxiproxy.NewProxy(server, "cable", "127.0.0.1:0", upstream)}
	c.mend(t)
	t.Cleanup(c.proxy.Stop)
	return c
}

func (c cable) address() string { return c.proxy.Listen }

// cut closes every connection and refuses new ones.
func (c cable) cut(t *testing.T) {
	t.Helper()
	c.proxy.Stop()
}

// mend lets connections through again, on the same address.
func (c cable) mend(t *testing.T) {
	t.Helper()
	if err := c.proxy.Start(); err != nil {
		t.Fatalf("mending a cable: %v", err)
	}
}

// delay holds back all that goes in a direction, upstream or downstream.
func (c cable) delay(t *testing.T, direction string, by time.Duration) {
	t.Helper()
	toxic := fmt.Sprintf(`{"name":"delay","type":"latency","stream":%q,"attributes":{"latency":%d}}`, direction, by.Milliseconds())
	if _, err := c.proxy.Toxics.AddToxicJson(strings.NewReader(toxic)); err != nil {
		t.Fatalf("delaying a cable: %v", err)
	}
}

// hurry ends the delay.
func (c cable) hurry(t *testing.T) {
	t.Helper()
	if err := c.proxy.Toxics.RemoveToxic(t.Context(), "delay"); err != nil {
		t.Fatalf("ending a cable's delay: %v", err)
	}
}
