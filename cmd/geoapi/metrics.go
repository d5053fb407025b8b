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
	rows     *prometheus.CounterVec
	spooled  prometheus.Counter
}

func newMetrics(s *service) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "onegrid_http_requests_total", Help: "Requests answered, by route, method and status.",
		}, []string{"route", "method", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "onegrid_http_request_duration_seconds", Help: "Time to answer, by route.",
			Buckets: []float64{25e-6, 100e-6, 250e-6, 1e-3, 5e-3, 25e-3, 100e-3, 500e-3, 2.5, 10},
		}, []string{"route"}),
		rows: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "onegrid_batch_rows_total", Help: "Rows of batches answered, by format.",
		}, []string{"format"}),
		spooled: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "onegrid_batch_spooled_bytes_total", Help: "Answers of batches that waited on the disk for a slow reader.",
		}),
	}
	gauge := func(name, help string, f func() float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, f)
	}
	m.registry.MustRegister(m.requests, m.seconds, m.rows, m.spooled,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		gauge("onegrid_world_seq", "The last change that answers rest on.", func() float64 {
			return float64(s.live.Load().Seq())
		}),
		gauge("onegrid_world_edition", "The edition in force.", func() float64 {
			return float64(s.live.Load().Edition().ID)
		}),
		gauge("onegrid_store_silent_seconds", "For how long the store has not answered; 0 if it does.", func() float64 {
			if s.follower == nil || s.follower.Status().Behind.IsZero() {
				return 0
			}
			return time.Since(s.follower.Status().Behind).Seconds()
		}),
		gauge("onegrid_event_streams", "Event streams open.", func() float64 { return float64(len(s.streams)) }),
		gauge("onegrid_batches", "Batches under way.", func() float64 { return float64(len(s.batches)) }),
	)
	return m
}

// handler answers GET /metrics.
func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// routeMetrics are one route's, found once so that counting a request looks
// nothing up by label but a rare status.
type routeMetrics struct {
	name     string
	requests *prometheus.CounterVec
	seconds  prometheus.Observer
	get, put prometheus.Counter // 200 of GET and of POST: nearly all there are
}

func (m *metrics) route(name string) *routeMetrics {
	return &routeMetrics{
		name: name, requests: m.requests, seconds: m.seconds.WithLabelValues(name),
		get: m.requests.WithLabelValues(name, "GET", "200"),
		put: m.requests.WithLabelValues(name, "POST", "200"),
	}
}

// observe counts a request.
func (r *routeMetrics) observe(method string, status int, took time.Duration) {
	r.seconds.Observe(took.Seconds())
	switch {
	case status == http.StatusOK && method == http.MethodGet:
		r.get.Inc()
	case status == http.StatusOK && method == http.MethodPost:
		r.put.Inc()
	default:
		r.requests.WithLabelValues(r.name, methodLabel(method), strconv.Itoa(status)).Inc()
	}
}

// methodLabel keeps invented methods from filling the registry.
func methodLabel(m string) string {
	switch m {
	case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS":
		return m
	}
	return "other"
}
