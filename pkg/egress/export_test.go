package egress

import "net/netip"

// May tells whether a guard lets an address be called.
func (g Guard) May(address netip.Addr) bool {
	may, _ := g.check(address)
	return may
}
