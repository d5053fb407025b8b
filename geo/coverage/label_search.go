package coverage

import (
	"cmp"
	"math"

	"onegrid/geo/lattice"
)

// poleSearch finds the point inside a polygon that is farthest from its border:
// squares of a grid, the most promising first, are cut into four until none can
// hold a point that is much better than the best one met (the way of Agafonkin's
// polylabel). Every point that is tried is a lattice point, so that whether it
// lies inside is decided exactly.
type poleSearch struct {
	pieces      []piece
	box         lattice.Box
	east, north float64 // metres a lattice unit
	nearest     int     // the piece that was nearest to the last point
	squares     squares
}

// square is a part of the plane that is still to be searched.
type square struct {
	at      lattice.Point
	half    float64 // half its side, metres
	insideM float64 // from at to the border, negative outside
}

// goodEnough is by how much another point must be able to beat the best one for
// the search to go on; tries bounds it for shapes like long roads, along which
// one point is as good as another.
const (
	goodEnough = 1.05
	tries      = 4000
)

// piece is a run of segments of a ring, with the box around it.
type piece struct {
	points []lattice.Point
	box    lattice.Box
}

// pieceSize is how many segments a piece has: enough for the box to be worth its
// test, few enough for it to be small.
const pieceSize = 12

func newPoleSearch(polygon lattice.Polygon) *poleSearch {
	s := &poleSearch{box: lattice.BoxOf(polygon[0]...)}
	s.scale(s.box.Center())
	for _, ring := range polygon {
		closed := append(ring[:len(ring):len(ring)], ring[0])
		for from := 0; from < len(ring); from += pieceSize {
			points := closed[from:min(len(closed), from+pieceSize+1)]
			s.pieces = append(s.pieces, piece{points, lattice.BoxOf(points...)})
		}
	}
	return s
}

// scale measures metres as they are at p.
func (s *poleSearch) scale(p lattice.Point) { s.east, s.north = lattice.ScaleAt(p.Y) }

// pole returns the best point; ok is false when no point that was tried lies
// inside. area2 is twice the area of the outer ring.
func (s *poleSearch) pole(area2 int64) (at lattice.Point, ok bool) {
	best := 0.0
	left := tries
	try := func(p lattice.Point, half float64) {
		left--
		q := square{at: p, half: half, insideM: s.insideM(p)}
		if q.insideM > best {
			at, best = p, q.insideM
		}
		if q.most() > best*goodEnough {
			s.squares.push(q)
		}
	}
	s.cover(area2, try)
	for len(s.squares) > 0 && left > 0 {
		q := s.squares.pop()
		if q.most() <= best*goodEnough || q.half < s.north {
			continue
		}
		h := q.half / 2
		dx, dy := int32(math.Round(h/s.east)), int32(math.Round(h/s.north))
		for _, d := range [4][2]int32{{-dx, -dy}, {dx, -dy}, {-dx, dy}, {dx, dy}} {
			try(lattice.Point{X: q.at.X + d[0], Y: q.at.Y + d[1]}, h)
		}
	}
	return at, best > 0 && s.strictlyInside(at)
}

// most is the farthest from the border that a point of the square can be. The
// middles of squares are rounded to the lattice, so squares reach a little
// farther than they say.
func (q square) most() float64 { return q.insideM + (q.half+0.02)*math.Sqrt2 }

// cover tries squares over the whole box: about sixteen of the outer ring's
// area, of which a long thin ring has more along it.
func (s *poleSearch) cover(area2 int64, try func(lattice.Point, float64)) {
	w, h := float64(s.box.Width())*s.east, float64(s.box.Height())*s.north
	side := max(math.Sqrt(float64(area2)/2*s.east*s.north)/2, max(w, h)/32, s.north)
	for y := side / 2; y-side/2 < h; y += side {
		for x := side / 2; x-side/2 < w; x += side {
			try(lattice.Point{
				X: s.box.Min.X + int32(math.Round(x/s.east)),
				Y: s.box.Min.Y + int32(math.Round(y/s.north)),
			}, side/2)
		}
	}
}

// insideM returns how far p is from the border, negative outside. Conversions to
// float64 keep products from being fused with sums, which some machines do and
// others do not.
func (s *poleSearch) insideM(p lattice.Point) float64 {
	inside := false
	least := math.Inf(1)
	s.nearTo(p, s.nearest, &least)
	for i := range s.pieces {
		box := &s.pieces[i].box
		if s.boxM2(p, box) < least {
			if s.nearTo(p, i, &least) {
				s.nearest = i
			}
		}
		if p.Y < box.Min.Y || p.Y > box.Max.Y || p.X > box.Max.X {
			continue
		}
		points := s.pieces[i].points
		if p.X < box.Min.X {
			if (points[0].Y > p.Y) != (points[len(points)-1].Y > p.Y) {
				inside = !inside
			}
			continue
		}
		inside = inside != oddCrossings(points, p)
	}
	if !inside {
		return -math.Sqrt(least)
	}
	return math.Sqrt(least)
}

// boxM2 returns the square of the distance from p to a box.
func (s *poleSearch) boxM2(p lattice.Point, b *lattice.Box) float64 {
	x := float64(max(int64(b.Min.X)-int64(p.X), int64(p.X)-int64(b.Max.X), 0)) * s.east
	y := float64(max(int64(b.Min.Y)-int64(p.Y), int64(p.Y)-int64(b.Max.Y), 0)) * s.north
	return float64(x*x) + float64(y*y)
}

// nearTo lowers least to the square of the distance from p to piece i, and tells
// whether it did.
func (s *poleSearch) nearTo(p lattice.Point, i int, least *float64) bool {
	lowered := false
	points := s.pieces[i].points
	ax, ay := float64(int64(points[0].X)-int64(p.X))*s.east, float64(int64(points[0].Y)-int64(p.Y))*s.north
	for _, b := range points[1:] {
		bx, by := float64(int64(b.X)-int64(p.X))*s.east, float64(int64(b.Y)-int64(p.Y))*s.north
		if d := originToSegment2(ax, ay, bx, by); d < *least {
			*least, lowered = d, true
		}
		ax, ay = bx, by
	}
	return lowered
}

// originToSegment2 returns the square of the distance from the origin to a
// segment.
func originToSegment2(ax, ay, bx, by float64) float64 {
	dx, dy := bx-ax, by-ay
	t := -(float64(ax*dx) + float64(ay*dy))
	if length2 := float64(dx*dx) + float64(dy*dy); t >= length2 {
		ax, ay = bx, by
	} else if t > 0 {
		// The height of the triangle: its doubled area over its base.
		double := float64(ax*by) - float64(ay*bx)
		return double * double / length2
	}
	return float64(ax*ax) + float64(ay*ay)
}

// strictlyInside judges exactly.
func (s *poleSearch) strictlyInside(p lattice.Point) bool {
	inside := false
	for i := range s.pieces {
		points := s.pieces[i].points
		if s.pieces[i].box.Contains(p) {
			for k := 1; k < len(points); k++ {
				if lattice.OnSegment(points[k-1], points[k], p) {
					return false
				}
			}
		}
		inside = inside != oddCrossings(points, p)
	}
	return inside
}

// radiusM is the distance from p to the border by the scale at p.
func (s *poleSearch) radiusM(p lattice.Point) float64 {
	s.scale(p)
	return math.Abs(s.insideM(p))
}

// squares is a heap, the most promising first; equal ones from the south-west.
type squares []square

func (q square) before(o square) bool {
	return cmp.Or(cmp.Compare(o.most(), q.most()), lattice.Compare(q.at, o.at)) < 0
}

func (s *squares) push(q square) {
	h := append(*s, q)
	i := len(h) - 1
	for ; i > 0 && q.before(h[(i-1)/2]); i = (i - 1) / 2 {
		h[i] = h[(i-1)/2]
	}
	h[i] = q
	*s = h
}

func (s *squares) pop() square {
	h := *s
	first, q := h[0], h[len(h)-1]
	h = h[:len(h)-1]
	*s = h
	i := 0
	for {
		child := 2*i + 1
		if child+1 < len(h) && h[child+1].before(h[child]) {
			child++
		}
		if child >= len(h) || !h[child].before(q) {
			break
		}
		h[i] = h[child]
		i = child
	}
	if len(h) > 0 {
		h[i] = q
	}
	return first
}
