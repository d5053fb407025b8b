// Command issuer runs the tests' issuer of OpenID Connect for pages in a browser:
// it prints its address, and ends when it is told to. It is part of no product.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"onegrid/geo/access/accesstest"
)

func main() {
	told, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// By a name that no other server of a test goes by: to a browser it is another
	// site, as issuers are.
	issuer := accesstest.Start("localhost")
	defer issuer.Close()
	fmt.Println(issuer.URL)
	<-told.Done()
}
