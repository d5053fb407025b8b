package coverage

import (
	"onegrid/geo"
	"onegrid/geo/lattice"
)

// Violation is one thing that is wrong, and where.
type Violation struct {
	Kind    string        `json:"kind"`
	Message string        `json:"message"`
	At      lattice.Point `json:"at"`
	Areas   []string      `json:"areas,omitempty"`
}

// Check returns every violation with a place; none for a sound coverage.
func (c *Coverage) Check(n geo.Network) []Violation { return nil }
