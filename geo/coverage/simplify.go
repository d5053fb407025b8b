package coverage

import "onegrid/geo/lattice"

// Simplified is a coverage with the order in which its vertices may go: decided
// once for the whole coverage, so that every zoom is a prefix of the same order
// and both sides of a border always lose the same vertices. It never changes
// once made and may be read by any number of goroutines.
type Simplified struct{ _ struct{} }

// Simplify ranks every vertex of c by importance.
func (c *Coverage) Simplify() *Simplified { panic("todo") }

// Coverage returns what was simplified.
func (s *Simplified) Coverage() *Coverage { panic("todo") }

// Importance returns, for each point of an arc, the area in square metres of the
// triangle at which it goes, never smaller than that of any point that went
// before it in the whole coverage; +Inf for points that stay for ever. Shared,
// not to be changed.
func (s *Simplified) Importance(arc int) []float32 { panic("todo") }

// Chain returns the points of an arc that are left at a zoom. The slice is the
// caller's.
func (s *Simplified) Chain(arc int, z uint8) []lattice.Point { panic("todo") }

// At returns the coverage that is left at a zoom: the same areas, regions and
// arcs, by the same numbers, with fewer points. It crosses and touches itself
// nowhere where the full one does not.
func (s *Simplified) At(z uint8) *Coverage { panic("todo") }
