package server

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"onegrid/geo"
	"onegrid/geo/access"
)

// Routes are those that every program has.
func (f *Frame) Routes() []Route {
	return []Route{
		{Method: "GET", Path: "/healthz", Name: "health", May: access.Everyone, Handle: health, Always: true},
		{Method: "GET", Path: "/readyz", Name: "ready", May: access.Everyone, Handle: f.ready, Always: true},
		{Method: "GET", Path: "/metrics", Name: "metrics", May: access.Only(geo.RoleService, geo.RoleOperator, geo.RoleAdmin), Handle: gin.WrapH(f.Metrics.handler())},
	}
}

// Health is the answer to GET /healthz.
type Health struct {
	Status string `json:"status" enum:"ok"`
}

// health answers GET /healthz: the process runs.
func health(c *gin.Context) {
	c.Writer.Header()["Cache-Control"] = never
	c.JSON(http.StatusOK, Health{"ok"})
}

// Readiness is the answer to GET /readyz.
type Readiness struct {
	Status  string  `json:"status" enum:"ready,degraded" doc:"degraded: answers come from a world that the store no longer renews."`
	Seq     int64   `json:"seq"`
	Edition int64   `json:"edition"`
	AgeS    float64 `json:"age_s" doc:"Seconds since the store last answered."`
}

// ready answers GET /readyz. A program listens only once it has a world, and
// then it is ready, however old the world is; it says when the store no longer
// renews it.
func (f *Frame) ready(c *gin.Context) {
	w := f.world()
	out := Readiness{Status: "ready", Seq: w.Seq(), Edition: w.Edition().ID, AgeS: f.Age().Seconds()}
	if f.behind(time.Now()) > 0 {
		out.Status = "degraded"
	}
	c.Writer.Header()["Cache-Control"] = never
	c.JSON(http.StatusOK, out)
}

// staleAfter is for how long the store may be silent before answers tell it.
const staleAfter = 5 * time.Second

// Stale reports whether the store has been silent for so long that answers have
// to tell it.
func (f *Frame) Stale(now time.Time) bool { return f.behind(now) > staleAfter }

// behind is for how long the store has been silent; 0 while it answers.
func (f *Frame) behind(now time.Time) time.Duration {
	if f.follower == nil {
		return 0
	}
	if since := f.follower.Status().Behind; !since.IsZero() {
		return max(now.Sub(since), 1)
	}
	return 0
}

// Age is how long ago the world was known to be current.
func (f *Frame) Age() time.Duration {
	if f.follower == nil {
		return 0
	}
	return max(time.Since(f.follower.Status().Seen), 0)
}
