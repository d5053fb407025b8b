package coverage

import (
	"math"
	"slices"

	"onegrid/geo/lattice"
)

// thinSpike is how many times as long as wide a corner must reach out to be a
// spike, and listedSpikeM how wide one may be to be listed where no width is
// given up to which they are cut.
const (
	thinSpike    = 20
	listedSpikeM = 0.5
)

// spikes looks for corners that run out and back, nearly or exactly the same
// way, and cuts off those without a width and those up to the policy's: the
// outline then turns where the side that is shorter begins, square to the other.
//
//	  a
//	  |\____________                    a
//	  |             \__________ b   →   |
//	--c-------------------------      --c---
//
// A reach into the area is not its spike but a neighbour's, or a slot. outward is
// 1 where the area lies to the left of the ring, -1 where to the right. Points
// with a change are a new list.
func (o *outlines) spikes(l int32, ring []lattice.Point, outward int) []lattice.Point {
	out := ring
	changed := false
	a, b := ring[len(ring)-2], ring[len(ring)-1]
	for i := 0; i < len(ring); i++ {
		c := ring[i]
		ux, uy := int64(a.X)-int64(b.X), int64(a.Y)-int64(b.Y)
		vx, vy := int64(c.X)-int64(b.X), int64(c.Y)-int64(b.Y)
		if ux*vx+uy*vy > 0 { // it turns by more than a right angle
			if cut, with := o.spike(l, [3]lattice.Point{a, b, c}, outward); cut {
				if !changed {
					out, changed = slices.Clone(ring), true
				}
				out[(i+len(ring)-1)%len(ring)] = with
			}
		}
		a, b = b, c
	}
	if !changed {
		return ring
	}
	if out = slices.Compact(out); len(out) > 1 && out[0] == out[len(out)-1] {
		out = out[1:]
	}
	return out
}

// spike decides on the corner at b, and reports it if it is a spike. If it is to
// be cut, the corner is put at another point. One without a width cancels by
// itself when edges are merged.
func (o *outlines) spike(l int32, corner [3]lattice.Point, outward int) (cut bool, with lattice.Point) {
	a, b, c := corner[0], corner[1], corner[2]
	turn := lattice.Cross(a, b, c)
	if turn == 0 {
		o.fault(RepairSpike, l, b, "cut off: the outline runs out and back")
		return false, b
	}
	if turn > 0 != (outward > 0) || outward == 0 {
		return false, b
	}
	east, north := lattice.ScaleAt(b.Y)
	length := func(p lattice.Point) float64 {
		return math.Hypot(float64(int64(p.X)-int64(b.X))*east, float64(int64(p.Y)-int64(b.Y))*north)
	}
	u, v := length(a), length(c)
	widthM := math.Abs(float64(turn)) * east * north / max(u, v)
	if widthM*thinSpike > min(u, v) || widthM > max(o.policy.SpikeWidthM, listedSpikeM) {
		return false, b
	}
	near, far := a, c
	if v < u {
		near, far = c, a
	}
	r := o.found(RepairSpike, l, b, "")
	r.WidthM, r.AreaM2 = widthM, widthM*min(u, v)/2
	var print fingerprint
	print.segment(ordered(a, b))
	print.segment(ordered(b, c))
	print.text(r.Codes[0])
	policy, why := chooseKeep, ": it is wider than spikes that are cut"
	if widthM <= o.policy.SpikeWidthM {
		policy, why = chooseCut, ": it is narrow"
	}
	choice, chosen := o.choose.take(&r, o.single(print), policy, []string{chooseCut, chooseKeep})
	if chosen {
		why = ": " + byChoice
	}
	r.Done = "kept" + why
	if cut = choice == chooseCut; cut {
		_, with = lattice.SegmentDistanceM(b, far, near)
		r.Done = "cut off" + why
	}
	if o.policy.Outlines {
		_, foot := lattice.SegmentDistanceM(b, far, near)
		r.Outline = lattice.MultiPolygon{{{near, b, foot}}}
	}
	o.report.Repairs = append(o.report.Repairs, r)
	return cut, with
}
