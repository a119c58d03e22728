package egress

import (
	"fmt"
	"net/netip"
	"slices"
)

// Guard decides which addresses may be called.
type Guard struct{ allowed []netip.Prefix }

// NewGuard returns one that allows the public Internet and the networks, written as CIDR. Its errors name the network by its place.
func NewGuard(networks []string) (Guard, error) {
	var g Guard
	for i, text := range networks {
		network, err := netip.ParsePrefix(text)
		if err != nil {
			return Guard{}, fmt.Errorf("allow_networks[%d]: must be a network, as 10.1.0.0/16 or fd00::/8", i)
		}
		g.allowed = append(g.allowed, network.Masked())
	}
	return g, nil
}

// check tells whether an address may be called, and whether it is so because its network is one of those that are allowed.
func (g Guard) check(address netip.Addr) (may, listed bool) {
	if address.Zone() != "" {
		return false, false
	}
	listed = slices.ContainsFunc(g.allowed, func(network netip.Prefix) bool { return network.Contains(address.Unmap()) })
	return listed || public(address), listed
}

// public tells whether an address is one of the Internet's that belongs to somebody. Addresses that carry one of IPv4 are what that is.
func public(address netip.Addr) bool {
	if inner, ok := embedded(address); ok {
		address = inner
	}
	if address.Is6() && !internet6.Contains(address) {
		return false
	}
	return address.IsValid() && address.Zone() == "" &&
		!slices.ContainsFunc(special, func(network netip.Prefix) bool { return network.Contains(address) })
}

// embedded is the address of IPv4 to which a network sends on what comes for one of IPv6.
func embedded(address netip.Addr) (inner netip.Addr, ok bool) {
	if address.Is4In6() {
		return address.Unmap(), true
	}
	bytes := address.As16()
	switch {
	case nat64.Contains(address):
		return netip.AddrFrom4([4]byte(bytes[12:])), true
	case sixToFour.Contains(address):
		return netip.AddrFrom4([4]byte(bytes[2:6])), true
	}
	return netip.Addr{}, false
}

var (
	internet6 = netip.MustParsePrefix("2000::/3")     // all of IPv6 that is given to networks of the Internet
	nat64     = netip.MustParsePrefix("64:ff9b::/96") // RFC 6052
	sixToFour = netip.MustParsePrefix("2002::/16")    // RFC 3056
)

// special are the networks that are nobody's on the Internet (IANA's registries of special-purpose addresses, RFC 6890).
var special = prefixes(
	"0.0.0.0/8",         // this network
	"10.0.0.0/8",        // private
	"100.64.0.0/10",     // behind carriers' address translation
	"127.0.0.0/8",       // loopback
	"169.254.0.0/16",    // link-local, where clouds keep their metadata
	"172.16.0.0/12",     // private
	"192.0.0.0/24",      // protocols
	"192.0.2.0/24",      // documentation
	"192.31.196.0/24",   // AS112
	"192.52.193.0/24",   // multicast tunnels
	"192.88.99.0/24",    // relays of 6to4
	"192.168.0.0/16",    // private
	"192.175.48.0/24",   // AS112
	"198.18.0.0/15",     // benchmarks
	"198.51.100.0/24",   // documentation
	"203.0.113.0/24",    // documentation
	"224.0.0.0/4",       // multicast
	"240.0.0.0/4",       // reserved, and broadcast
	"2001::/23",         // protocols, Teredo among them
	"2001:db8::/32",     // documentation
	"2620:4f:8000::/48", // AS112
	"3fff::/20",         // documentation
)

func prefixes(texts ...string) []netip.Prefix {
	all := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		all[i] = netip.MustParsePrefix(text)
	}
	return all
}
