package egress_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/pkg/egress"
)

func guard(t testing.TB, networks ...string) egress.Guard {
	t.Helper()
	g, err := egress.NewGuard(networks)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestTheInternetMayBeCalledAndNothingElse(t *testing.T) {
	g := guard(t)
	for _, text := range []string{
		"1.1.1.1", "8.8.8.8", "93.184.216.34", "172.15.255.255", "172.32.0.0", "100.63.255.255", "100.128.0.0", "198.17.255.255", "198.20.0.0",
		"223.255.255.255", "192.0.1.0", "2001:200::1", "2606:4700::1111", "2a00:1450::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1",
	} {
		if !g.May(netip.MustParseAddr(text)) {
			t.Errorf("%s may not be called", text)
		}
	}
	for what, texts := range map[string][]string{
		"this network":      {"0.0.0.0", "0.1.2.3", "::"},
		"loopback":          {"127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"},
		"private":           {"10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "2002:c0a8:101::1"},
		"carriers'":         {"100.64.0.1", "100.127.255.255"},
		"link-local":        {"169.254.0.1", "169.254.169.254", "::ffff:169.254.169.254", "fe80::1", "fe80::1%eth0", "64:ff9b::a9fe:a9fe"},
		"unique local":      {"fc00::1", "fd12:3456::1", "fec0::1"},
		"multicast":         {"224.0.0.1", "239.255.255.255", "ff02::1"},
		"reserved":          {"240.0.0.1", "255.255.255.255", "5f00::1", "100::1", "4000::1", "e000::1"},
		"documentation":     {"192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1"},
		"benchmarks":        {"198.18.0.1", "198.19.255.255", "2001:2::1"},
		"protocols, relays": {"192.0.0.1", "192.88.99.1", "192.31.196.1", "192.52.193.1", "192.175.48.1", "2001::1", "2001:10::1", "2001:20::1", "2620:4f:8000::1"},
		"other translation": {"64:ff9b:1::1", "64:ff9b:1:808:8:800::"},
		"with a zone":       {"2606:4700::1111%1"},
	} {
		for _, text := range texts {
			if g.May(netip.MustParseAddr(text)) {
				t.Errorf("%s: %s may be called", what, text)
			}
		}
	}
	if g.May(netip.Addr{}) {
		t.Error("no address may be called")
	}
}

func TestAllowedNetworks(t *testing.T) {
	g := guard(t, "10.1.0.0/16", "fd00:1::/32")
	for text, may := range map[string]bool{
		"10.1.2.3": true, "::ffff:10.1.2.3": true, "10.2.0.1": false, "fd00:1::5": true, "fd00:2::5": false, "fd00:1::5%eth0": false, "8.8.8.8": true,
	} {
		if got := g.May(netip.MustParseAddr(text)); got != may {
			t.Errorf("%s may be called: %t", text, got)
		}
	}
	for _, text := range []string{"10.1.0.0", "all", "10.0.0.0/33", ""} {
		err := egress.Config{AllowNetworks: []string{"10.0.0.0/8", text}}.Validate()
		if err == nil || !strings.HasPrefix(err.Error(), "allow_networks[1]: ") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzGuard(f *testing.F) {
	for _, text := range []string{"127.0.0.1", "::1", "8.8.8.8", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:c0a8:101::1", "fd00::1", "2606:4700::1111"} {
		f.Add(netip.MustParseAddr(text).AsSlice())
	}
	g := guard(f)
	f.Fuzz(func(t *testing.T, bytes []byte) {
		address, ok := netip.AddrFromSlice(bytes)
		if !ok || !g.May(address) {
			return
		}
		all := []netip.Addr{address, address.Unmap()}
		if wide := address.As16(); netip.MustParsePrefix("64:ff9b::/96").Contains(address) {
			all = append(all, netip.AddrFrom4([4]byte(wide[12:])))
		} else if netip.MustParsePrefix("2002::/16").Contains(address) {
			all = append(all, netip.AddrFrom4([4]byte(wide[2:6])))
		}
		for _, a := range all {
			if a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() || a.IsMulticast() || a.IsUnspecified() || !a.IsGlobalUnicast() {
				t.Errorf("%s may be called, which leads to %s", address, a)
			}
		}
	})
}

func FuzzAddress(f *testing.F) {
	for _, text := range []string{
		"https://example.org/a?b", "http://[::1]:80/", "https://user:word@example.org", "https://example.org#x", "//example.org", "https://example.org:99999",
		"https://0x7f.1/", "https://example.org\\@127.0.0.1/", "https:example.org", "https://[fe80::1%25eth0]/",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		u, err := egress.Parse(text)
		if err != nil {
			if len(text) > 8 && strings.Contains(err.Error(), text) {
				t.Error("the error repeats the address")
			}
			return
		}
		if u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.User != nil || u.Fragment != "" || len(text) > 2048 {
			t.Errorf("%q is taken", text)
		}
	})
}
