package e2e

import (
	"testing"

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
