package lattice

import (
	"fmt"
	"math"
)

// EmptyBox returns the box that holds nothing: extending it by a point gives
// that point's box. (The zero Box is not empty: it holds the point 0, 0.)
func EmptyBox() Box {
	return Box{
		Min: Point{math.MaxInt32, math.MaxInt32},
		Max: Point{math.MinInt32, math.MinInt32},
	}
}

// BoxOf returns the smallest box around points; empty for none.
func BoxOf(points ...Point) Box {
	b := EmptyBox()
	for _, p := range points {
		b = b.Extend(p)
	}
	return b
}

// BoxOfShape returns the smallest box around a shape; empty for none.
func BoxOfShape(m MultiPolygon) Box {
	b := EmptyBox()
	for _, polygon := range m {
		for _, ring := range polygon {
			b = b.Union(BoxOf(ring...))
		}
	}
	return b
}

// Empty says that the box holds no point.
func (b Box) Empty() bool { return b.Min.X > b.Max.X || b.Min.Y > b.Max.Y }

// Extend returns the smallest box around b and p.
func (b Box) Extend(p Point) Box {
	return Box{
		Min: Point{min(b.Min.X, p.X), min(b.Min.Y, p.Y)},
		Max: Point{max(b.Max.X, p.X), max(b.Max.Y, p.Y)},
	}
}

// Union returns the smallest box around both; an empty one adds nothing.
func (b Box) Union(o Box) Box {
	switch {
	case b.Empty():
		return o
	case o.Empty():
		return b
	}
	return b.Extend(o.Min).Extend(o.Max)
}

// Contains says whether p lies in the box, its sides included.
func (b Box) Contains(p Point) bool {
	return b.Min.X <= p.X && p.X <= b.Max.X && b.Min.Y <= p.Y && p.Y <= b.Max.Y
}

// ContainsBox says whether all of o lies in b. An empty box lies in every box.
func (b Box) ContainsBox(o Box) bool {
	return o.Empty() || b.Contains(o.Min) && b.Contains(o.Max)
}

// Intersects says whether the two share at least a point.
func (b Box) Intersects(o Box) bool {
	return !b.Empty() && !o.Empty() &&
		b.Min.X <= o.Max.X && o.Min.X <= b.Max.X &&
		b.Min.Y <= o.Max.Y && o.Min.Y <= b.Max.Y
}

// Width is the extent in longitude, in lattice units; 0 for a single point.
func (b Box) Width() int64 { return int64(b.Max.X) - int64(b.Min.X) }

// Height is the extent in latitude, in lattice units.
func (b Box) Height() int64 { return int64(b.Max.Y) - int64(b.Min.Y) }

// Center is the middle of the box, rounded south-west.
func (b Box) Center() Point {
	return Point{
		int32((int64(b.Min.X) + int64(b.Max.X)) >> 1),
		int32((int64(b.Min.Y) + int64(b.Max.Y)) >> 1),
	}
}

// CheckSpan refuses a box in which the predicates would not be exact: one that
// spans more than 150 degrees either way.
func (b Box) CheckSpan() error {
	if b.Empty() {
		return nil
	}
	if w := b.Width(); w > MaxSpan {
		return fmt.Errorf("the data spans %.1f degrees of longitude, from %s to %s: the limit is %d",
			float64(w)/Scale, b.Min, b.Max, MaxSpan/Scale)
	}
	if h := b.Height(); h > MaxSpan {
		return fmt.Errorf("the data spans %.1f degrees of latitude, from %s to %s: the limit is %d",
			float64(h)/Scale, b.Min, b.Max, MaxSpan/Scale)
	}
	return nil
}

// MarshalJSON writes a GeoJSON bbox: [west,south,east,north], null for none.
func (b Box) MarshalJSON() ([]byte, error) {
	if b.Empty() {
		return []byte("null"), nil
	}
	dst := append(make([]byte, 0, 56), '[')
	for i, v := range [4]int32{b.Min.X, b.Min.Y, b.Max.X, b.Max.Y} {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = Append(dst, v)
	}
	return append(dst, ']'), nil
}

// UnmarshalJSON reads a GeoJSON bbox of four numbers. One whose west lies east
// of its east (across the antimeridian) is refused.
func (b *Box) UnmarshalJSON(data []byte) error {
	if string(trim(data)) == "null" {
		*b = EmptyBox()
		return nil
	}
	f, err := numbers(data)
	if err != nil {
		return err
	}
	if len(f) != 4 {
		return fmt.Errorf("a bbox has four numbers, not %d", len(f))
	}
	lo, err := ParsePoint(f[0], f[1])
	if err != nil {
		return err
	}
	hi, err := ParsePoint(f[2], f[3])
	if err != nil {
		return err
	}
	box := Box{lo, hi}
	if box.Empty() {
		return fmt.Errorf("bbox %s: west and south come first", clip(data))
	}
	*b = box
	return nil
}
