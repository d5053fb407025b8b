package route

import (
	"math"

	"onegrid/geo"
	"onegrid/geo/lattice"
	"onegrid/geo/world"
)

// What counts as running along a street: most of the border within half of a
// wide street's width, or a river's.
const (
	followWithinM = 25
	followShare   = 0.7
	followSamples = 16
)

// Follows returns the name of the street, water or railway that a border runs
// along, nil if there is none: the named line that is near to at least
// followShare of followSamples places on the arc, the nearest of several. It is
// for words only and decides nothing. Work of some tens of microseconds: keep
// what it returns as long as the network and the base map stay the same.
func Follows(w *world.World, n *world.Network, arc int) geo.Text {
	points := n.Coverage.Arc(arc).Points
	g := groundAt(points[0])
	samples := g.sample(points, followSamples)
	box := g.grown(lattice.BoxOf(points...), followWithinM)
	var best geo.Text
	bestM := math.Inf(1)
	var near []segment
	for f := range w.Base().Search(box) {
		if len(f.Name) == 0 || !followable(f.Kind) {
			continue
		}
		near = g.within(f.Shape.Lines, box, near[:0])
		if m, ok := meanDistance(near, samples); ok && m < bestM {
			best, bestM = f.Name, m
		}
	}
	return best
}

func followable(kind string) bool {
	return kind == "street" || kind == "waterway" || kind == "rail"
}

// meanDistance returns the mean distance in metres of the samples that lie near
// to the segments, and whether there are enough of them.
func meanDistance(line []segment, samples []metres) (mean float64, ok bool) {
	near, sum := 0, 0.0
	for _, s := range samples {
		least := float64(followWithinM * followWithinM)
		found := false
		for i := range line {
			if d := line[i].distance2(s); d <= least {
				least, found = d, true
			}
		}
		if found {
			near++
			sum += math.Sqrt(least)
		}
	}
	if near == 0 || float64(near) < followShare*float64(len(samples)) {
		return 0, false
	}
	return sum / float64(near), true
}

// ground is a flat measure around a place: metres of a lattice unit each way.
type ground struct{ mx, my float64 }

func groundAt(p lattice.Point) ground {
	east, north := lattice.ScaleAt(p.Y)
	return ground{east, north}
}

// grown is a box made larger by m metres on every side.
func (g ground) grown(box lattice.Box, m float64) lattice.Box {
	dx, dy := int32(math.Min(m/g.mx, 1e8)), int32(m/g.my)
	box.Min.X, box.Max.X = box.Min.X-dx, box.Max.X+dx
	box.Min.Y, box.Max.Y = box.Min.Y-dy, box.Max.Y+dy
	return box
}

type metres struct{ x, y float64 }

func (g ground) at(p lattice.Point) metres { return metres{float64(p.X) * g.mx, float64(p.Y) * g.my} }

// segment is a piece of a line, with its reach.
type segment struct{ a, d metres }

// within appends the segments of lines that meet the box: a street is long, and
// the border is beside a few of its pieces.
func (g ground) within(lines [][]lattice.Point, box lattice.Box, out []segment) []segment {
	for _, line := range lines {
		for i := 1; i < len(line); i++ {
			p, q := line[i-1], line[i]
			if max(p.X, q.X) < box.Min.X || min(p.X, q.X) > box.Max.X || max(p.Y, q.Y) < box.Min.Y || min(p.Y, q.Y) > box.Max.Y {
				continue
			}
			a, b := g.at(p), g.at(q)
			out = append(out, segment{a, metres{b.x - a.x, b.y - a.y}})
		}
	}
	return out
}

// distance2 returns the square of the distance from s to the segment.
func (g *segment) distance2(s metres) float64 {
	x, y := s.x-g.a.x, s.y-g.a.y
	if l2 := g.d.x*g.d.x + g.d.y*g.d.y; l2 > 0 {
		t := max(0, min(1, (x*g.d.x+y*g.d.y)/l2))
		x, y = x-t*g.d.x, y-t*g.d.y
	}
	return x*x + y*y
}

// sample returns n places at equal steps along a chain, its ends left out.
func (g ground) sample(points []lattice.Point, n int) []metres {
	var length float64
	for i := 1; i < len(points); i++ {
		a, b := g.at(points[i-1]), g.at(points[i])
		length += math.Hypot(b.x-a.x, b.y-a.y)
	}
	out := make([]metres, 0, n)
	step := length / float64(n)
	next, done := step/2, 0.0
	for i := 1; i < len(points) && len(out) < n; i++ {
		a, b := g.at(points[i-1]), g.at(points[i])
		m := math.Hypot(b.x-a.x, b.y-a.y)
		for m > 0 && next <= done+m && len(out) < n {
			t := (next - done) / m
			out = append(out, metres{a.x + t*(b.x-a.x), a.y + t*(b.y-a.y)})
			next += step
		}
		done += m
	}
	return out
}
