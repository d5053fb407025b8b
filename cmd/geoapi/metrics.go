package main

import (
	"github.com/prometheus/client_golang/prometheus"

	"onegrid/cmd/internal/server"
)

// metrics are those that this program adds to the frame's.
type metrics struct {
	rows       *prometheus.CounterVec
	spooled    prometheus.Counter
	unrecorded prometheus.Counter
}

func newMetrics(s *service) *metrics {
	m := &metrics{
		rows: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "onegrid_batch_rows_total", Help: "Rows of batches answered, by format.",
		}, []string{"format"}),
		spooled:    server.Counter("onegrid_batch_spooled_bytes_total", "Answers of batches that waited on the disk for a slow reader."),
		unrecorded: server.Counter("onegrid_audit_dropped_total", "Sampled reads of what is restricted that the audit did not get, since the store did not take them."),
	}
	s.frame.Metrics.Add(m.rows, m.spooled, m.unrecorded,
		server.Gauge("onegrid_event_streams", "Event streams open.", func() float64 { return float64(s.streams.Len()) }),
		server.Gauge("onegrid_batches", "Batches under way.", func() float64 { return float64(s.batches.Len()) }))
	return m
}
