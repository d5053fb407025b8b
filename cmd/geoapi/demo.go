package main

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"time"

	"onegrid/geo"
	"onegrid/geo/crs"
	"onegrid/geo/lattice"
	"onegrid/geo/world"
)

// How the demo runs: slow enough to watch, fast enough to see something.
const (
	demoFirst   = 2 * time.Second
	demoEvery   = 6 * time.Second // on average
	demoShort   = 2 * time.Minute // that an incident stays open, at least
	demoLong    = 12 * time.Minute
	demoMaxOpen = 150 // left over from earlier runs, too
)

// demo reports incidents that did not happen, through the same path as those
// that callers report, and closes them after a while.
func (s *service) demo(ctx context.Context) error {
	chance := rand.New(rand.NewPCG(1, uint64(time.Now().UnixNano())))
	closing := newClosing(s.live.Load(), time.Now(), chance)
	next := time.NewTimer(demoFirst)
	defer next.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-next.C:
		}
		for _, id := range closing.due(time.Now()) {
			if _, err := s.store.CloseIncident(ctx, id, "demo"); err != nil && ctx.Err() == nil {
				slog.Warn("demo: closing an incident", "id", id, "error", err)
			}
		}
		if in, ok := demoIncident(s.live.Load(), chance); ok && s.live.Load().Incidents().Len() < demoMaxOpen {
			if id, err := s.reportDemo(ctx, in); err == nil {
				closing.add(id, time.Now().Add(between(chance, demoShort, demoLong)))
			} else if ctx.Err() == nil {
				slog.Warn("demo: reporting an incident", "error", err)
			}
		}
		next.Reset(between(chance, demoEvery/3, 5*demoEvery/3))
	}
}

// reportDemo takes an incident in as if a caller had sent it.
func (s *service) reportDemo(ctx context.Context, in geo.Incident) (id int64, err error) {
	t := s.answerer()
	defer s.done(t)
	t.q.Point, t.q.crs = in.Point, crs.WGS84
	kept, _, _, err := s.report(ctx, t, in, "")
	return kept.ID, err
}

func between(chance *rand.Rand, least, most time.Duration) time.Duration {
	return least + time.Duration(chance.Int64N(int64(most-least)))
}

// closing knows when each of the demo's incidents ends.
type closing struct{ at map[int64]time.Time }

// newClosing takes over the incidents that an earlier demo left open.
func newClosing(w *world.World, now time.Time, chance *rand.Rand) *closing {
	c := &closing{map[int64]time.Time{}}
	for in := range w.Incidents().All() {
		if in.Why != "" && in.Code == "" && in.Source != "" && demoSource[in.Source] {
			c.add(in.ID, now.Add(between(chance, 0, demoLong)))
		}
	}
	return c
}

func (c *closing) add(id int64, at time.Time) { c.at[id] = at }

// due takes out the incidents whose time has come.
func (c *closing) due(now time.Time) []int64 {
	var ids []int64
	for id, at := range c.at {
		if !now.Before(at) {
			ids = append(ids, id)
			delete(c.at, id)
		}
	}
	return ids
}

// demoSource are the sources that only the demo uses, so that it closes nobody
// else's incidents.
var demoSource = map[string]bool{"demo-hotline": true, "demo-camera": true, "demo-patrol": true, "demo-sensor": true}

// demoIncident makes an incident at a building, a site or a device of the city.
func demoIncident(w *world.World, chance *rand.Rand) (geo.Incident, bool) {
	now := time.Now().UTC().Truncate(time.Second)
	in := geo.Incident{At: now, Received: now, Source: "demo-hotline", Urgency: "normal", Category: demoCategory(w.Scheme(), chance)}
	if chance.IntN(8) == 0 {
		in.Urgency = "urgent"
	}
	switch n := chance.IntN(10); {
	case n < 2:
		if d, ok := pick(w.Devices(), chance); ok {
			in.Point, in.Source = d.Point, "demo-sensor"
			if d.Kind == "camera" {
				in.Source = "demo-camera"
			}
			return in, true
		}
	case n < 5:
		if t, ok := pick(w.Sites(), chance); ok {
			in.Point, in.Source = t.Point, "demo-patrol"
			return in, true
		}
	}
	if b, ok := pick(w.Buildings(), chance); ok {
		in.Point = b.Interior
		return in, true
	}
	return demoInGrid(w, in, chance)
}

// demoInGrid takes the middle of a grid, for cities without buildings.
func demoInGrid(w *world.World, in geo.Incident, chance *rand.Rand) (geo.Incident, bool) {
	n := w.Basic()
	if n == nil || n.Coverage == nil || len(n.Grids) == 0 {
		return in, false
	}
	in.Point = n.Label(int32(chance.IntN(len(n.Grids))))
	return in, in.Point != lattice.Point{}
}

// pick takes one of a layer's objects, each as likely as the others.
func pick[T any](objects world.Objects[T], chance *rand.Rand) (found T, ok bool) {
	if objects.Len() == 0 {
		return found, false
	}
	n := chance.IntN(objects.Len())
	for o := range objects.All() {
		if n == 0 {
			return o, true
		}
		n--
	}
	return found, false
}

// demoCategory takes one of the scheme's categories.
func demoCategory(s *geo.Scheme, chance *rand.Rand) string {
	if len(s.Categories) > 0 {
		if id, ok := s.Categories[chance.IntN(len(s.Categories))]["id"].(string); ok && id != "" {
			return id
		}
	}
	return [...]string{"noise", "parking", "refuse", "leak"}[chance.IntN(4)]
}
