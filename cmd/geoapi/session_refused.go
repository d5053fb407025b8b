package main

import (
	"context"
	"log/slog"
	"math"
	"strconv"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"onegrid/geo"
	"onegrid/geo/problem"
)

// mayTry refuses an address that has failed too often, before what it brings is
// looked at: it learns nothing.
func (s *sessions) mayTry(c *gin.Context) error {
	if s.guesses.Spent(s.client(c.Request), time.Now()) {
		return tooMany(c, time.Duration(float64(time.Second)/guessRate), "too many sign-ins from this address have failed")
	}
	return nil
}

func tooMany(c *gin.Context, wait time.Duration, why string) error {
	c.Header("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	return geo.Errorf(problem.TooMany, "%s", why)
}

// failed counts a sign-in that was refused, and returns why. id is of the key that
// was tried, where there is one. That the issuer is away is nobody's fault.
func (s *sessions) failed(c *gin.Context, id string, why error) error {
	kind := geo.KindOf(why)
	if kind == geo.Unavailable {
		return why
	}
	now := time.Now()
	s.guesses.Take(s.client(c.Request), now)
	if count, tell := s.refused.count(now); tell {
		s.record(c.Request.Context(), geo.Act{
			At: now, Actor: "nobody", Do: "session.refused", Object: id, Detail: map[string]any{"why": string(kind), "count": count},
		})
	}
	return why
}

// recordTime is for how long an answer waits for the audit of a refusal.
const recordTime = time.Second

// record has the audit keep an act, though the caller may have left. That it
// cannot stops no answer.
func (s *sessions) record(ctx context.Context, act geo.Act) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordTime)
	defer cancel()
	if err := s.store.Record(ctx, act); err != nil {
		slog.WarnContext(ctx, "a refused sign-in is not in the audit", "error", err)
	}
}

// sampler lets one of many through: the first, then one in ten seconds, with the
// number of all since.
type sampler struct {
	mu    sync.Mutex
	last  time.Time
	since int
}

const sampleEvery = 10 * time.Second

func (s *sampler) count(now time.Time) (since int, tell bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.since++
	if now.Sub(s.last) < sampleEvery {
		return 0, false
	}
	since, s.since, s.last = s.since, 0, now
	return since, true
}
