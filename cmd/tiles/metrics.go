package main

import (
	"github.com/prometheus/client_golang/prometheus"

	"onegrid/cmd/internal/server"
)

// metrics are those that this program adds to the frame's.
type metrics struct {
	cached, drawn, dropped, unrecorded prometheus.Counter
}

func newMetrics(s *service) *metrics {
	m := &metrics{
		cached:  server.Counter("onegrid_tiles_cached_total", "Tiles answered from the cache."),
		drawn:   server.Counter("onegrid_tiles_drawn_total", "Tiles drawn."),
		dropped: server.Counter("onegrid_live_reloads_total", "Pages that fell behind the events and were told to reload."),

		unrecorded: server.Counter("onegrid_audit_dropped_total", "Sampled reads of restricted tiles that the audit did not get, since geoapi did not take them."),
	}
	s.frame.Metrics.Add(m.cached, m.drawn, m.dropped, m.unrecorded,
		server.Gauge("onegrid_tile_cache_bytes", "Bytes of encoded tiles in memory.", func() float64 {
			_, bytes := s.cache.size()
			return float64(bytes)
		}),
		server.Gauge("onegrid_tile_cache_tiles", "Tiles in memory.", func() float64 {
			tiles, _ := s.cache.size()
			return float64(tiles)
		}),
		server.Gauge("onegrid_live_streams", "Pages that listen to events.", func() float64 { return float64(s.hub.listeners()) }))
	return m
}
