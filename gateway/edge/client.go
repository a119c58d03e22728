package edge

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// clients finds out who calls.
type clients struct {
	trusted []netip.Prefix
}

// address is the caller's address: the peer's, or, behind trusted proxies, the
// rightmost in X-Forwarded-For that is none of theirs. IPv6 addresses are cut to
// their /64, which is what one client has. It is zero when unknown.
func (c clients) address(r *http.Request) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	client := peer.Addr().Unmap().WithZone("")
	if c.isTrusted(client) {
		client = c.forwarded(r.Header["X-Forwarded-For"], client)
	}
	if client.Is6() {
		network, _ := client.Prefix(64)
		return network.Addr()
	}
	return client
}

// forwarded walks the header from the right, the nearest hop, while the hops are trusted.
func (c clients) forwarded(values []string, nearest netip.Addr) netip.Addr {
	for _, value := range slices.Backward(values) {
		for _, hop := range slices.Backward(strings.Split(value, ",")) {
			address, err := netip.ParseAddr(strings.TrimSpace(hop))
			if err != nil {
				return nearest
			}
			nearest = address.Unmap().WithZone("")
			if !c.isTrusted(nearest) {
				return nearest
			}
		}
	}
	return nearest
}

func (c clients) isTrusted(a netip.Addr) bool {
	return slices.ContainsFunc(c.trusted, func(network netip.Prefix) bool { return network.Contains(a) })
}
