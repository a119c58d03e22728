package webhook

import (
	"net/netip"
	"net/url"
)

// May tells whether a guard lets an address be called.
func (g Guard) May(address netip.Addr) bool {
	may, _ := g.check(address)
	return may
}

// Parse is parse, for the fuzz target.
func Parse(address string) (*url.URL, error) { return parse(address) }
