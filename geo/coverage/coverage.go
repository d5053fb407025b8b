// Package coverage is a network at one edition: a planar map of nodes, arcs and
// regions in which a border between two grids is stored once, so that an
// overlap cannot be written down and a gap cannot hide.
package coverage

import (
	"onegrid/geo"
	"onegrid/geo/lattice"
)

// Region is a connected face of the planar map. Region 0 is the exterior.
type Region uint32

// Exterior is the unbounded face and everything else outside.
const Exterior Region = 0

// What a region without an area is.
const (
	NoArea int32 = -1 // the exterior, or a gap
	Void   int32 = -2 // declared to be nobody's: a lake
)

// Area is a node of the hierarchy: an area at a level, its parent by index.
type Area struct {
	Code   string
	Level  uint8 // index into the network's levels, 0 at the top
	Parent int32 // index into Areas, NoArea at the top
	Locked bool
}

// Arc is a border between two nodes, stored once. Points runs from node to
// node, both included; Left and Right lie beside it in that direction.
type Arc struct {
	Points      []lattice.Point
	Left, Right Region
	From, To    int32 // nodes
}

// HalfArc is an arc in one of its directions: index<<1, the low bit set when it
// runs backwards. The region it bounds lies on its left.
type HalfArc uint32

// Coverage never changes once built.
type Coverage struct{ _ struct{} }

// Areas returns the hierarchy, sorted by level and code. Not to be changed.
func (c *Coverage) Areas() []Area { panic("todo") }

// AreaByCode returns the index of a code's area.
func (c *Coverage) AreaByCode(code string) (int32, bool) { panic("todo") }

// Regions returns how many regions there are, the exterior included.
func (c *Coverage) Regions() int { panic("todo") }

// AreaOf returns the area that a region belongs to: the finest, NoArea or Void.
func (c *Coverage) AreaOf(r Region) int32 { panic("todo") }

// RegionsOf returns the regions of a finest area.
func (c *Coverage) RegionsOf(area int32) []Region { panic("todo") }

// Arcs returns how many arcs there are.
func (c *Coverage) Arcs() int { panic("todo") }

// Arc returns one arc. Its points are shared and not to be changed.
func (c *Coverage) Arc(i int) Arc { panic("todo") }

// ArcLevel returns the highest level (the smallest index) at which the two
// sides of an arc differ.
func (c *Coverage) ArcLevel(i int) int { panic("todo") }

// Boundary returns the rings of a region: outer first, then holes.
func (c *Coverage) Boundary(r Region) [][]HalfArc { panic("todo") }

// Chain returns the points of a half-arc in its own direction.
func (c *Coverage) Chain(h HalfArc) []lattice.Point { panic("todo") }

// Polygons returns the exact outline of an area of any level: the union of its
// regions, arcs between them left out. Outer rings counter-clockwise, holes
// clockwise, without the closing repeat.
func (c *Coverage) Polygons(area int32) lattice.MultiPolygon { panic("todo") }

// Neighbours returns the areas of the same level that share a border of more
// than a point with area, each once, by index.
func (c *Coverage) Neighbours(area int32) []int32 { panic("todo") }

// Bounds is the box around everything that is not exterior.
func (c *Coverage) Bounds() lattice.Box { panic("todo") }

// Hash is the SHA-256 of the state, independent of how it was reached.
func (c *Coverage) Hash() [32]byte { panic("todo") }

// Encode returns the state in chunks whose content depends only on the state, so
// that editions share the chunks that did not change.
func (c *Coverage) Encode() [][]byte { panic("todo") }

// Decode is the inverse of Encode. It refuses what is malformed, with bounded
// memory and time.
func Decode(chunks [][]byte) (*Coverage, error) { panic("todo") }

// Check returns every violation with a place; none for a sound coverage.
func (c *Coverage) Check(n geo.Network) []Violation { panic("todo") }

// Violation is one thing that is wrong, and where.
type Violation struct {
	Kind    string        `json:"kind"`
	Message string        `json:"message"`
	At      lattice.Point `json:"at"`
	Areas   []string      `json:"areas,omitempty"`
}

// Shape is what a file says of one finest area: polygons filled even-odd each,
// united when there are several.
type Shape struct {
	Code  string
	Shape lattice.MultiPolygon
	Row   int // feature of the file, for the report
}

// Policy says how faults are resolved. Nothing is resolved silently.
type Policy struct {
	// GapWidthM is the width up to which a gap is closed, in metres; 0 closes
	// none. Wider ones are listed.
	GapWidthM float64
	// Priority orders the claimants of an overlap, first wins. Codes that are
	// not named lose to those that are; among equals the longest shared border
	// decides, then the smaller code.
	Priority []string
}

// Report lists what was found and what was done, each with its place.
type Report struct {
	Shapes  int      `json:"shapes"`
	Areas   int      `json:"areas"`
	Regions int      `json:"regions"`
	Arcs    int      `json:"arcs"`
	Points  int      `json:"points"`
	Repairs []Repair `json:"repairs"`
}

// Repair is one fault of the input and what was done about it.
type Repair struct {
	Kind    string        `json:"kind"` // overlap, gap, sliver, bow-tie, dropped-ring, moved-vertex, multipart, duplicate-point, unclosed-ring ...
	At      lattice.Point `json:"at"`
	AreaM2  float64       `json:"area_m2"`
	WidthM  float64       `json:"width_m,omitempty"`
	Codes   []string      `json:"codes,omitempty"` // the inputs concerned
	Rows    []int         `json:"rows,omitempty"`
	Done    string        `json:"done"`              // "given to X", "listed", "dropped"
	Blocker bool          `json:"blocker,omitempty"` // must be settled before publishing
}

// Build makes a coverage of a network from its areas and the shapes of the
// finest ones. The same input gives the same result, in any order. The error is
// for input that cannot be used at all; faults that can be resolved or listed
// are in the report.
func Build(n geo.Network, areas []Area, shapes []Shape, p Policy) (*Coverage, *Report, error) {
	panic("todo")
}

// AreasOf makes the hierarchy from a network's grids: parents by code, levels by
// name. Grids of levels that are not drawn are left out.
func AreasOf(n geo.Network, grids []geo.Grid) ([]Area, error) { panic("todo") }
