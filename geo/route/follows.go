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
	var best geo.Text
	bestM := math.Inf(1)
	for f := range w.Base().Search(g.grown(points, followWithinM)) {
		if len(f.Name) == 0 || !followable(f.Kind) {
			continue
		}
		near, sum := 0, 0.0
		for _, s := range samples {
			if m := g.distance(f.Shape.Lines, s); m <= followWithinM {
				near++
				sum += m
			}
		}
		if float64(near) < followShare*float64(len(samples)) {
			continue
		}
		if mean := sum / float64(near); mean < bestM {
			best, bestM = f.Name, mean
		}
	}
	return best
}

func followable(kind string) bool {
	return kind == "street" || kind == "waterway" || kind == "rail"
}

// ground is a flat measure around a place: metres of a lattice unit each way.
type ground struct{ mx, my float64 }

func groundAt(p lattice.Point) ground {
	east, north := lattice.ScaleAt(p.Y)
	return ground{east, north}
}

// grown is the box around points, larger by m metres on every side.
func (g ground) grown(points []lattice.Point, m float64) lattice.Box {
	box := lattice.BoxOf(points...)
	dx, dy := int32(math.Min(m/g.mx, 1e8)), int32(m/g.my)
	box.Min.X, box.Max.X = box.Min.X-dx, box.Max.X+dx
	box.Min.Y, box.Max.Y = box.Min.Y-dy, box.Max.Y+dy
	return box
}

type metres struct{ x, y float64 }

func (g ground) at(p lattice.Point) metres { return metres{float64(p.X) * g.mx, float64(p.Y) * g.my} }

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

// distance returns the metres from s to the nearest of the lines.
func (g ground) distance(lines [][]lattice.Point, s metres) float64 {
	best := math.Inf(1)
	for _, line := range lines {
		for i := 1; i < len(line); i++ {
			a, b := g.at(line[i-1]), g.at(line[i])
			dx, dy := b.x-a.x, b.y-a.y
			t := 0.0
			if l2 := dx*dx + dy*dy; l2 > 0 {
				t = math.Max(0, math.Min(1, ((s.x-a.x)*dx+(s.y-a.y)*dy)/l2))
			}
			best = math.Min(best, math.Hypot(a.x+t*dx-s.x, a.y+t*dy-s.y))
		}
	}
	return best
}
