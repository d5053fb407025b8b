package main

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
)

// health answers GET /healthz: the process runs.
func (s *service) health(c *gin.Context) {
	c.Writer.Header()["Cache-Control"] = never
	c.JSON(http.StatusOK, gin.H{"status": "ok"})
}

// ready answers GET /readyz. A server that has a world is ready, however old the
// world is; it says when the store no longer renews it.
func (s *service) ready(c *gin.Context) {
	w := s.gallery.atlas().World()
	status, _ := s.fresh()
	c.Writer.Header()["Cache-Control"] = never
	c.JSON(http.StatusOK, gin.H{
		"status": status, "seq": w.Seq(), "edition": w.Edition().ID, "age_s": s.age().Seconds(),
	})
}

// fresh tells whether the store still renews the world, and since when not.
func (s *service) fresh() (status string, behind time.Time) {
	if s.follower == nil {
		return "ready", time.Time{}
	}
	if st := s.follower.Status(); !st.Behind.IsZero() {
		return "degraded", st.Behind
	}
	return "ready", time.Time{}
}

// age is how long ago the world was known to be current.
func (s *service) age() time.Duration {
	if s.follower == nil {
		return 0
	}
	return max(time.Since(s.follower.Status().Seen), 0)
}
