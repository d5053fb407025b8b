package main

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"onegrid/cmd/internal/server"
	"onegrid/geo"
)

// What the audit calls reads of restricted layers here.
const (
	incidentsRead = "incidents.read"
	eventsRead    = "events.read"
)

// newReads keeps samples of reads in the store. While it is stopped they wait.
func newReads(to recorder, dropped prometheus.Counter) *server.Reads {
	return server.NewReads(func(ctx context.Context, acts []geo.Act) (bool, error) {
		err := to.Record(ctx, acts...)
		return err == nil || geo.KindOf(err) == geo.Invalid, err
	}, dropped)
}
