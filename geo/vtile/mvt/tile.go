// Package mvt is a strict reader of Mapbox Vector Tile 2.1, for tests and for
// checking what others send. A tile that it reads breaks no MUST of the
// specification; what is only discouraged (an unused key, a layer without
// features) passes.
//
// It shares no code with the writer in vtile, so that neither hides the other's
// mistakes. Time and memory grow with the input's length only, apart from the
// checks of rings against each other, which are bounded by MaxWork.
package mvt

// Tile is a tile taken apart.
type Tile struct {
	Layers []Layer
}

// Layer returns a layer by name, nil if there is none.
func (t *Tile) Layer(name string) *Layer {
	for i := range t.Layers {
		if t.Layers[i].Name == name {
			return &t.Layers[i]
		}
	}
	return nil
}

// Layer is one layer. Its features' tags are resolved into Properties.
type Layer struct {
	Name     string
	Version  uint32
	Extent   uint32
	Keys     []string
	Values   []any // string, float32, float64, int64, uint64 or bool
	Features []Feature
}

// Type is a feature's type of geometry.
type Type uint8

// The types.
const (
	Unknown Type = iota
	Point
	LineString
	Polygon
)

// Feature is one feature. HasID tells an id of 0 from none.
type Feature struct {
	ID         uint64
	HasID      bool
	Type       Type
	Properties map[string]any
	// Parts are the points (a part of one each), the lines, or the rings, without
	// the closing repeat, as they stand. A ring of positive area begins a polygon.
	Parts [][]XY
}

// XY is a place in a tile: X to the east and Y to the south from the north-west
// corner, Extent wide and high. A hostile tile's places may be far away.
type XY struct{ X, Y int64 }

// Area2 is twice a ring's area by the surveyor's formula: positive for an outer
// ring.
func Area2(r []XY) int64 {
	var sum int64
	for i, p := range r {
		q := r[(i+1)%len(r)]
		sum += p.X*q.Y - q.X*p.Y
	}
	return sum
}
