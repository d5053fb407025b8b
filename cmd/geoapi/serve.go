package main

import (
	"context"
	"fmt"
	"net"
)

// serveCommand answers over HTTP until it is stopped.
type serveCommand struct {
	storeFlag
	Listen string `default:"127.0.0.1:8081" help:"Address to listen on; loopback only, since there is no access control yet. Port 0 picks a free port and prints it."`
	Demo   bool   `help:"Feed demo incidents slowly."`
}

// Help shows examples.
func (serveCommand) Help() string {
	return "Examples:\n  geoapi serve --store sqlite:city.db\n  geoapi serve --store sqlite:city.db --listen 127.0.0.1:0 --demo"
}

// Run serves until ctx ends.
func (c *serveCommand) Run(ctx context.Context, t *terminal) error {
	if err := loopbackOnly(c.Listen); err != nil {
		return err
	}
	return fmt.Errorf("serve is being built")
}

// loopbackOnly refuses an address that other machines can reach: there is no
// access control yet, so whoever reaches the port may do everything.
func loopbackOnly(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("listen %q: want HOST:PORT", address)
	}
	if ip := net.ParseIP(host); host == "localhost" || ip != nil && ip.IsLoopback() {
		return nil
	}
	return fmt.Errorf("listen %q: there is no access control yet, so only a loopback address (127.0.0.1, ::1) is allowed", address)
}
