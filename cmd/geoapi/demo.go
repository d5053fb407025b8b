package main

import (
	"context"
	"log/slog"
	"time"

	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/citygen"
	"onegrid/geo/crs"
	"onegrid/geo/world"
)

// How the demo runs: slow enough to watch, fast enough to see something.
const (
	demoPerDay  = 12_000 // on average, one in seven seconds; a city's hotline has a hundred
	demoHaste   = 15     // incidents end so many times sooner than in earnest
	demoMaxOpen = 200    // left over from earlier runs, too
	demoLook    = time.Second
)

// demoActor is who the audit says opened and closed the demo's incidents.
var demoActor = geo.Actor{ID: "demo", Role: geo.RoleService}

// demoCode is how their codes begin, so that it closes nobody else's.
const demoCode = "demo-"

// demo reports incidents that did not happen, through the same path as those
// that callers report, and closes them after a while.
func (s *service) demo(ctx context.Context) error {
	w := s.live.Load()
	places := citygen.PlacesOf(w.Buildings().All(), w.Devices().All(), w.Sites().All(), w.Base().All())
	now := time.Now()
	feed, err := citygen.NewFeed(places, now.UnixNano(), demoPerDay, now)
	if err != nil {
		slog.Warn("the demo has nowhere to report incidents from", "error", err)
		return nil
	}
	closing := leftOver(w, now)
	next := feed.Next()
	tick := time.NewTicker(demoLook)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case now = <-tick.C:
		}
		for _, id := range closing.due(now) {
			if _, err := s.store.CloseIncident(ctx, demoActor, id); err != nil && ctx.Err() == nil {
				slog.Warn("demo: closing an incident", "id", id, "error", err)
			}
		}
		for ; !next.Incident.At.After(now); next = feed.Next() {
			if s.live.Load().Incidents().Len() >= demoMaxOpen {
				continue
			}
			id, err := s.reportDemo(ctx, next.Incident)
			switch {
			case err == nil:
				closing[id] = now.Add(next.Lasts / demoHaste)
			case ctx.Err() == nil:
				slog.Warn("demo: reporting an incident", "error", err)
			}
		}
	}
}

// reportDemo takes an incident in as if a caller had sent it.
func (s *service) reportDemo(ctx context.Context, in geo.Incident) (id int64, err error) {
	t := s.answerer(access.Local())
	defer s.done(t)
	t.q.Point, t.q.crs = in.Point, crs.WGS84
	in.Received = time.Now().UTC().Truncate(time.Millisecond)
	kept, _, _, err := s.report(ctx, t, demoActor, in, "")
	return kept.ID, err
}

// closing is when each of the demo's incidents ends.
type closing map[int64]time.Time

// leftOver takes over the incidents that an earlier demo left open: they end
// one after another.
func leftOver(w *world.World, now time.Time) closing {
	c := closing{}
	for in := range w.Incidents().All() {
		if len(in.Code) > len(demoCode) && in.Code[:len(demoCode)] == demoCode {
			c[in.ID] = now.Add(time.Duration(len(c)+1) * 5 * time.Second)
		}
	}
	return c
}

// due takes out the incidents whose time has come.
func (c closing) due(now time.Time) []int64 {
	var ids []int64
	for id, at := range c {
		if !now.Before(at) {
			ids = append(ids, id)
			delete(c, id)
		}
	}
	return ids
}
