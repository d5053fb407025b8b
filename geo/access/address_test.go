package access

import (
	"net/http"
	"net/netip"
	"testing"
	"time"
)

func TestClientIsNotWhatAnybodyWrites(t *testing.T) {
	ours, err := ParseProxies([]string{"10.0.0.0/8", "127.0.0.1", "fd00::1"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		proxies   Proxies
		remote    string
		forwarded []string
		want      string
	}{
		{nil, "192.0.2.7:1", []string{"198.51.100.1"}, "192.0.2.7"},
		{nil, "127.0.0.1:1", []string{"198.51.100.1"}, "127.0.0.1"},
		{ours, "192.0.2.7:1", []string{"198.51.100.1"}, "192.0.2.7"}, // no proxy of ours
		{ours, "10.1.2.3:1", []string{"198.51.100.1"}, "198.51.100.1"},
		{ours, "10.1.2.3:1", []string{"203.0.113.9, 198.51.100.1"}, "198.51.100.1"},
		{ours, "10.1.2.3:1", []string{"203.0.113.9", "198.51.100.1, 10.9.9.9"}, "198.51.100.1"},
		{ours, "10.1.2.3:1", []string{"10.0.0.1"}, "10.0.0.1"},
		{ours, "10.1.2.3:1", []string{"198.51.100.1, nonsense"}, "10.1.2.3"},
		{ours, "10.1.2.3:1", nil, "10.1.2.3"},
		{ours, "[::ffff:10.1.2.3]:1", []string{"198.51.100.1"}, "198.51.100.1"},
		{ours, "[fd00::1]:1", []string{"2001:db8::5"}, "2001:db8::5"},
		{ours, "@", []string{"198.51.100.1"}, "invalid IP"},
	} {
		r := &http.Request{RemoteAddr: c.remote, Header: http.Header{"X-Forwarded-For": c.forwarded}}
		if got := c.proxies.Client(r).String(); got != c.want {
			t.Errorf("%s forwarded for %q: %s, want %s", c.remote, c.forwarded, got, c.want)
		}
	}
	for _, bad := range []string{"", "10.0.0.0/40", "proxy.example.org"} {
		if _, err := ParseProxies([]string{bad}); err == nil {
			t.Errorf("%q was taken for a proxy", bad)
		}
	}
}

func TestAddressesHaveABucketEach(t *testing.T) {
	a := NewAddresses(1, 3)
	now := time.Unix(1_800_000_000, 0)
	one, two := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	for i := range 4 {
		if got := a.Take(one, now); got != (i < 3) {
			t.Errorf("the %dth: %v", i+1, got)
		}
	}
	if !a.Spent(one, now) || a.Spent(two, now) || !a.Take(two, now) {
		t.Error("one address pays for another")
	}
	if now = now.Add(time.Second); a.Spent(one, now) || !a.Take(one, now) || a.Take(one, now) {
		t.Error("after a second there should be one more")
	}
	six, neighbour := netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("2001:db8::ffff:1")
	for range 3 {
		a.Take(six, now)
	}
	if a.Take(neighbour, now) {
		t.Error("an IPv6 address of the same network has a bucket of its own")
	}
}

func TestAddressesAreBounded(t *testing.T) {
	a := NewAddresses(1, 3)
	now := time.Unix(1_800_000_000, 0)
	for i := range 3 * mostAddresses {
		a.Take(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), now)
		if len(a.at) > mostAddresses {
			t.Fatalf("%d addresses are kept", len(a.at))
		}
		now = now.Add(time.Millisecond)
	}
}

// Whoever has more addresses than are kept does not have all of them looked at each
// time.
func TestForgettingAddressesMakesRoom(t *testing.T) {
	a := NewAddresses(1, 3)
	now := time.Unix(1_800_000_000, 0)
	took := func(i int) { a.Take(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), now) }
	took(0)
	now = now.Add(time.Hour)
	for i := range mostAddresses - 1 {
		took(1 + i) // the first alone has not asked for a while
	}
	if took(mostAddresses); len(a.at) > mostAddresses*9/10 {
		t.Errorf("%d addresses are kept", len(a.at))
	}
	a = NewAddresses(1, 3)
	for i := range mostAddresses {
		if i == mostAddresses/2 {
			now = now.Add(time.Hour)
		}
		took(i)
	}
	if took(mostAddresses); len(a.at) != mostAddresses/2+1 {
		t.Errorf("of %d addresses, half of which have not asked for long, %d are kept", mostAddresses, len(a.at))
	}
}
