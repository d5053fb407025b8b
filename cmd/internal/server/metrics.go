package server

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics are a program's own, in a registry of its own: those of requests and
// of the world, which every program has, and those that it adds.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
}

func newMetrics(f *Frame) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "onegrid_http_requests_total", Help: "Requests answered, by route, method and status.",
		}, []string{"route", "method", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "onegrid_http_request_duration_seconds", Help: "Time to answer, by route.",
			Buckets: []float64{25e-6, 100e-6, 250e-6, 1e-3, 5e-3, 25e-3, 100e-3, 500e-3, 2.5, 10},
		}, []string{"route"}),
	}
	m.Add(m.requests, m.seconds, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		Gauge("onegrid_world_seq", "The last change that answers rest on.", func() float64 {
			return float64(f.world().Seq())
		}),
		Gauge("onegrid_world_edition", "The edition in force.", func() float64 {
			return float64(f.world().Edition().ID)
		}),
		Gauge("onegrid_store_silent_seconds", "For how long the store has not answered; 0 if it does.", func() float64 {
			return f.behind(time.Now()).Seconds()
		}))
	return m
}

// Add adds a program's own metrics.
func (m *Metrics) Add(more ...prometheus.Collector) { m.registry.MustRegister(more...) }

// Gauge is a figure that is asked for when somebody reads the metrics.
func Gauge(name, help string, f func() float64) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, f)
}

// Counter is a figure that only grows.
func Counter(name, help string) prometheus.Counter {
	return prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
}

// handler answers GET /metrics.
func (m *Metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// routeMetrics are one route's, found once, so that counting a request looks
// nothing up by label but a rare status.
type routeMetrics struct {
	path, method  string
	requests      *prometheus.CounterVec
	seconds       prometheus.Observer
	ok, unchanged prometheus.Counter // 200 and 304 of the route's method: nearly all there are
}

func (m *Metrics) route(r Route) *routeMetrics {
	method := methodLabel(r.Method)
	return &routeMetrics{
		path: r.Path, method: r.Method, requests: m.requests, seconds: m.seconds.WithLabelValues(r.Path),
		ok:        m.requests.WithLabelValues(r.Path, method, "200"),
		unchanged: m.requests.WithLabelValues(r.Path, method, "304"),
	}
}

// observe counts a request.
func (r *routeMetrics) observe(method string, status int, took time.Duration) {
	r.seconds.Observe(took.Seconds())
	switch {
	case method == r.method && status == http.StatusOK:
		r.ok.Inc()
	case method == r.method && status == http.StatusNotModified:
		r.unchanged.Inc()
	default:
		r.requests.WithLabelValues(r.path, methodLabel(method), strconv.Itoa(status)).Inc()
	}
}

// methodLabel keeps callers from filling the registry with methods that they
// make up.
func methodLabel(method string) string {
	switch method {
	case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS":
		return method
	}
	return "other"
}
