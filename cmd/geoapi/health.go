package main

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
)

// health answers GET /healthz: the process runs.
func (s *service) health(c *gin.Context) {
	c.Writer.Header()["Cache-Control"] = never
	answer(c, jsonType, []byte(`{"status":"ok"}`))
}

// readiness is the answer to GET /readyz.
type readiness struct {
	Status  string  `json:"status" enum:"ready,degraded,starting" doc:"degraded: answers come from a world that the store no longer renews."`
	Seq     int64   `json:"seq"`
	Edition int64   `json:"edition"`
	AgeS    float64 `json:"age_s" doc:"Seconds since the store last answered."`
}

// ready answers GET /readyz: 200 with a world, however old, 503 without.
func (s *service) ready(c *gin.Context) {
	w := s.live.Load()
	out, status := readiness{Status: "starting"}, http.StatusServiceUnavailable
	if w != nil {
		out.Status, out.Seq, out.Edition = "ready", w.Seq(), w.Edition().ID
		status = http.StatusOK
		if s.follower != nil {
			st := s.follower.Status()
			out.AgeS = time.Since(st.Seen).Seconds()
			if !st.Behind.IsZero() {
				out.Status = "degraded"
			}
		}
	}
	c.Writer.Header()["Cache-Control"] = never
	c.JSON(status, out)
}
