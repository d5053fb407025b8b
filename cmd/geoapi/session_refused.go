package main

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"strconv"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/problem"
)

// refusal is a sign-in that is refused, with the reason in a word, by which pages
// say it in their reader's language. It tells no more than the sentence does.
type refusal struct {
	error
	reason string
	ended  time.Time // of a key that has expired
}

func (r refusal) Unwrap() error { return r.error }

// The reasons.
const (
	unknownKey   = "unknown"
	expiredKey   = "expired"
	revokedKey   = "revoked"
	askedTooMuch = "limited"  // wait
	manySessions = "sessions" // sign out of one
)

// refusalOf tells why a key lets nobody in. who is the key's, nil where there is
// none.
func refusalOf(who *access.Caller, err error) refusal {
	switch {
	case who == nil:
		return refusal{error: err, reason: unknownKey}
	case !who.Revoked.IsZero():
		return refusal{error: err, reason: revokedKey}
	}
	return refusal{error: err, reason: expiredKey, ended: who.Expires}
}

// refuse answers a sign-in that is refused. What is no refusal, such as a store
// that is away, is told as everywhere.
func refuse(c *gin.Context, err error) {
	var r refusal
	if !errors.As(err, &r) {
		problem.Abort(c, err)
		return
	}
	v := RefusedView{Problem: problem.Of(r.error), Reason: r.reason}
	if !r.ended.IsZero() {
		v.Expired = new(r.ended.UTC().Truncate(time.Second))
	}
	answerProblem(c, v.Status, v)
}

// mayTry refuses an address that has failed too often, before what it brings is
// looked at: it learns nothing.
func (s *sessions) mayTry(c *gin.Context) error {
	if s.guesses.Spent(s.client(c.Request), time.Now()) {
		return tooMany(c, time.Duration(float64(time.Second)/guessRate), askedTooMuch, "too many sign-ins from this address have failed")
	}
	return nil
}

func tooMany(c *gin.Context, wait time.Duration, reason, why string) error {
	c.Header("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	return refusal{error: geo.Errorf(problem.TooMany, "%s", why), reason: reason}
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
