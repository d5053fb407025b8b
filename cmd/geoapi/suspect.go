package main

import (
	"onegrid/geo/coverage"
	"onegrid/geo/crs"
	"onegrid/geo/lattice"
	"onegrid/geo/world"
)

// offsetMost is more than GCJ-02 and BD-09 move any point, in lattice units: a
// twentieth of a degree, some 5 km.
const offsetMost = lattice.Scale / 20

// nearbyOf is the box around the jurisdiction, grown by what a wrong coordinate
// system in degrees can move a point. Empty before the first edition.
func nearbyOf(w *world.World) lattice.Box {
	basic := w.Basic()
	if basic == nil || basic.Coverage == nil {
		return lattice.EmptyBox()
	}
	b := basic.Coverage.Bounds()
	if b.Empty() {
		return b
	}
	grown := func(v int32, by int64) int32 {
		return int32(max(-lattice.MaxLon, min(lattice.MaxLon, int64(v)+by)))
	}
	return lattice.Box{
		Min: lattice.Point{X: grown(b.Min.X, -offsetMost), Y: grown(b.Min.Y, -offsetMost)},
		Max: lattice.Point{X: grown(b.Max.X, offsetMost), Y: grown(b.Max.Y, offsetMost)},
	}
}

// suspect reports whether the point, which is outside, would be inside if its
// numbers were in another system or stood the other way round. Most points
// outside are far away, and a look at a box settles those: a batch may hold
// millions of them.
func (t *answerer) suspect() bool {
	region := t.world.Scheme().Region
	p := t.q.Point
	swapped := lattice.Point{X: p.Y, Y: p.X}
	inDegrees := t.q.crs <= crs.BD09
	if inDegrees && !t.shelf.nearby.Contains(p) && !t.shelf.nearby.Contains(swapped) {
		return false
	}
	x, y, err := t.q.crs.FromPoint(p, region)
	if err != nil {
		return false
	}
	if !inDegrees {
		return len(crs.Suspect(x, y, t.q.crs, region, t.inside)) > 0
	}
	for _, s := range [...]crs.System{crs.WGS84, crs.GCJ02, crs.BD09} {
		if s != crs.WGS84 && !region.GCJ02 {
			continue
		}
		if q, _, err := s.ToPoint(x, y, region); err == nil && t.inside(q) {
			return true
		}
		if q, _, err := s.ToPoint(y, x, region); err == nil && t.inside(q) {
			return true
		}
	}
	return false
}

// inside reports whether a point is in the jurisdiction.
func (t *answerer) inside(p lattice.Point) bool { return areaAt(t.world, p) >= 0 }

// areaAt is the area of the basic network at a point, negative outside.
func areaAt(w *world.World, p lattice.Point) int32 {
	basic := w.Basic()
	if basic == nil || basic.Index == nil {
		return coverage.NoArea
	}
	r, _ := basic.Index.Find(p)
	return basic.Coverage.AreaOf(r)
}
