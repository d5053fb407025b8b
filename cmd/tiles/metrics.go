package main

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are the service's own, in a registry of its own.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	cached   prometheus.Counter
	drawn    prometheus.Counter
	dropped  prometheus.Counter
}

func newMetrics(s *service) *metrics {
	count := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
	}
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "onegrid_http_requests_total", Help: "Requests answered, by route, method and status.",
		}, []string{"route", "method", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "onegrid_http_request_duration_seconds", Help: "Time to answer, by route.",
			Buckets: []float64{25e-6, 100e-6, 250e-6, 1e-3, 5e-3, 25e-3, 100e-3, 500e-3, 2.5, 10},
		}, []string{"route"}),
		cached:  count("onegrid_tiles_cached_total", "Tiles answered from the cache."),
		drawn:   count("onegrid_tiles_drawn_total", "Tiles drawn."),
		dropped: count("onegrid_live_reloads_total", "Pages that fell behind the events and were told to reload."),
	}
	gauge := func(name, help string, f func() float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, f)
	}
	m.registry.MustRegister(m.requests, m.seconds, m.cached, m.drawn, m.dropped,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		gauge("onegrid_world_seq", "The last change that is drawn.", func() float64 {
			return float64(s.gallery.atlas().World().Seq())
		}),
		gauge("onegrid_world_edition", "The edition that is drawn.", func() float64 {
			return float64(s.gallery.atlas().World().Edition().ID)
		}),
		gauge("onegrid_store_silent_seconds", "For how long the store has not answered; 0 if it does.", func() float64 {
			_, behind := s.fresh()
			if behind.IsZero() {
				return 0
			}
			return time.Since(behind).Seconds()
		}),
		gauge("onegrid_tile_cache_bytes", "Bytes of encoded tiles in memory.", func() float64 {
			_, bytes := s.cache.size()
			return float64(bytes)
		}),
		gauge("onegrid_tile_cache_tiles", "Tiles in memory.", func() float64 {
			tiles, _ := s.cache.size()
			return float64(tiles)
		}),
		gauge("onegrid_live_streams", "Pages that listen to events.", func() float64 { return float64(s.hub.listeners()) }),
	)
	return m
}

// handler answers GET /metrics.
func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// routeMetrics are one route's, found once, so that counting a request looks
// nothing up by label but a rare status.
type routeMetrics struct {
	name     string
	requests *prometheus.CounterVec
	seconds  prometheus.Observer
	usual    [2]prometheus.Counter // 200 and 304 of GET: nearly all there are
}

func (m *metrics) route(name string) *routeMetrics {
	return &routeMetrics{
		name: name, requests: m.requests, seconds: m.seconds.WithLabelValues(name),
		usual: [2]prometheus.Counter{m.requests.WithLabelValues(name, "GET", "200"), m.requests.WithLabelValues(name, "GET", "304")},
	}
}

func (r *routeMetrics) observe(method string, status int, took time.Duration) {
	r.seconds.Observe(took.Seconds())
	switch {
	case method == http.MethodGet && status == http.StatusOK:
		r.usual[0].Inc()
	case method == http.MethodGet && status == http.StatusNotModified:
		r.usual[1].Inc()
	default:
		r.requests.WithLabelValues(r.name, known(method), strconv.Itoa(status)).Inc()
	}
}

// known keeps callers from making up labels.
func known(method string) string {
	switch method {
	case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS":
		return method
	}
	return "other"
}
