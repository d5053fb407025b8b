package lattice

import "math"

// Fine is a lattice that lies so many times closer than ours, around an origin:
// its point p is at Origin + p/Times. On it, what meets between our points can be
// rounded to much less than a centimetre, by the same exact predicates.
type Fine struct {
	Origin Point
	Times  int32
}

// FineFor returns the finest lattice, up to so many times, on which a box spans no
// more than MaxSpan. Times is a power of two, 1 at least.
func FineFor(b Box, most int32) Fine {
	f := Fine{Origin: b.Center(), Times: 1}
	if b.Empty() {
		f.Origin = Point{}
	}
	for f.Times < most && max(b.Width(), b.Height())*2*int64(f.Times) <= MaxSpan {
		f.Times *= 2
	}
	return f
}

// In brings a point of ours to the fine lattice. It must lie in the box that the
// lattice was made for.
func (f Fine) In(p Point) Point {
	return Point{
		int32((int64(p.X) - int64(f.Origin.X)) * int64(f.Times)),
		int32((int64(p.Y) - int64(f.Origin.Y)) * int64(f.Times)),
	}
}

// Out returns the point of ours that is nearest to one of the fine lattice.
func (f Fine) Out(p Point) Point {
	near := func(v, o int32) int32 { return int32(math.Round(float64(v)/float64(f.Times))) + o }
	return Point{near(p.X, f.Origin.X), near(p.Y, f.Origin.Y)}
}

// StripM2 sums lattice.StripM2 over the sides of a line, from the latitude of the
// origin instead of the equator, so that the sums of small areas are not
// differences of large strips.
//
// Near a latitude the strip is its Taylor series there: its first derivative is
// b^2 cos / w^2 with w = 1 - e^2 sin^2, the second follows, and the third is nearly
// the first, negative. Within a milliradian, six kilometres, what is left out is
// below 1e-10 of the whole, and a side costs a few products instead of sines.
func (f Fine) StripM2(line []Point) float64 {
	if len(line) < 2 {
		return 0
	}
	const near = 1e-3 // radians
	times, origin := float64(f.Times), float64(f.Origin.Y)
	base := stripAt(origin)
	unit := radian / times
	var from, at, first, second, third float64 // latitude in units of the fine lattice, and the series there
	expand := func(y float64) {
		from, at = y, stripAt(origin+y/times)-base
		sin, cos := math.Sincos((origin + y/times) * radian)
		w := 1 - wgsE2*sin*sin
		first = wgsB * wgsB * cos / (w * w)
		second = wgsB * wgsB * sin / (w * w) * (4*wgsE2*cos*cos/w - 1)
		third = -first
	}
	expand(float64(line[0].Y))
	p, u, sum := line[0], 0.0, 0.0 // u is how far p is from there, in radians
	for _, q := range line[1:] {
		v := (float64(q.Y) - from) * unit
		if math.Abs(v) > near {
			expand(float64(p.Y))
			u, v = 0, (float64(q.Y)-from)*unit
		}
		mean := 0.0
		if math.Abs(v) > near { // a side that is this long
			mean = meanStrip(origin+float64(p.Y)/times, origin+float64(q.Y)/times,
				at, stripAt(origin+float64(q.Y)/times)-base, base)
			expand(float64(q.Y))
			v = 0
		} else {
			mean = at + (u+v)*(first/2+third/24*(u*u+v*v)) + second/6*(u*u+u*v+v*v)
		}
		sum += float64(int64(p.X)-int64(q.X)) * mean
		p, u = q, v
	}
	return sum * unit
}

// LengthM is the length of a line in metres, to a thousandth where it is no longer
// than some kilometres.
func (f Fine) LengthM(line []Point) float64 {
	if len(line) < 2 {
		return 0
	}
	east, north := ScaleAt(f.Out(line[0]).Y)
	sum := 0.0
	for i := 1; i < len(line); i++ {
		p, q := line[i-1], line[i]
		x, y := float64(int64(q.X)-int64(p.X))*east, float64(int64(q.Y)-int64(p.Y))*north
		sum += math.Sqrt(x*x + y*y)
	}
	return sum / float64(f.Times)
}
