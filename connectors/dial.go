package connectors

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"time"
)

// newDialer checks the address after the name was resolved, so that a name which changes its mind between
// check and use gains nothing.
func newDialer(o ClientOptions) *net.Dialer {
	d := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	if !o.AllowPrivate {
		d.ControlContext = refusePrivate
	}
	return d
}

func refusePrivate(_ context.Context, _, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %s", ErrPrivateAddress, address)
	}
	if !isPublic(ap.Addr()) {
		return fmt.Errorf("%w: %s", ErrPrivateAddress, ap.Addr())
	}
	return nil
}

// isPublic reports whether an address belongs to the internet at large (RFC 6890 and its registries).
// Addresses that carry an IPv4 address inside are judged by that one.
func isPublic(a netip.Addr) bool {
	a = a.WithZone("").Unmap()
	if a.Is4() {
		return isPublic4(a)
	}
	b := a.As16()
	switch {
	case within(a, "64:ff9b::/96"): // NAT64, RFC 6052
		return isPublic4(netip.AddrFrom4([4]byte(b[12:16])))
	case within(a, "2002::/16"): // 6to4, RFC 3056
		return isPublic4(netip.AddrFrom4([4]byte(b[2:6])))
	}
	return within(a, "2000::/3") && // the only global unicast space given out so far
		!within(a, "2001::/23", "2001:db8::/32", "3fff::/20")
}

func isPublic4(a netip.Addr) bool {
	return !a.IsLoopback() && !a.IsPrivate() && !a.IsLinkLocalUnicast() && !a.IsMulticast() && !a.IsUnspecified() &&
		!within(a,
			"0.0.0.0/8",
			"100.64.0.0/10",                                     // carrier-grade NAT, RFC 6598
			"168.63.129.16/32",                                  // Azure's host agent and metadata, public by number only
			"192.0.0.0/24",                                      // RFC 6890
			"192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", // documentation, RFC 5737
			"192.88.99.0/24", // RFC 7526
			"198.18.0.0/15",  // benchmarks, RFC 2544
			"240.0.0.0/4",    // reserved and broadcast
		)
}

func within(a netip.Addr, prefixes ...string) bool {
	for _, p := range prefixes {
		if netip.MustParsePrefix(p).Contains(a) {
			return true
		}
	}
	return false
}
