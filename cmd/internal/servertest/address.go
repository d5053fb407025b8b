package servertest

import (
	"net/netip"
	"sync/atomic"
)

var asked atomic.Uint32

// address is another one for each request, of the block for documentation and
// tests of networks: no address so errs more often than is allowed.
func address() string {
	n := asked.Add(1)
	return netip.AddrFrom4([4]byte{198, 18 + byte(n>>16&1), byte(n >> 8), byte(n)}).String()
}
