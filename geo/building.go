package geo

import "onegrid/geo/lattice"

// Building is a footprint with its address and what it holds: counts, never
// persons.
type Building struct {
	ID       int64                `json:"id"`
	Code     string               `json:"code"`
	Name     Text                 `json:"name,omitempty"`
	Address  string               `json:"address,omitempty"`
	Estate   string               `json:"estate,omitempty"` // code
	Shape    lattice.MultiPolygon `json:"shape"`
	Interior lattice.Point        `json:"interior"` // decides the grid
	Storeys  int                  `json:"storeys,omitempty"`
	HeightM  float64              `json:"height_m,omitempty"`
	Use      string               `json:"use,omitempty"`
	Units    []Unit               `json:"units,omitempty"`
}

// Unit is a stairwell of a building (or a ten-household group).
type Unit struct {
	Code       string `json:"code"`
	Name       Text   `json:"name,omitempty"`
	Households int    `json:"households"`
}

// Households returns the building's total.
func (b *Building) Households() int {
	n := 0
	for _, u := range b.Units {
		n += u.Households
	}
	return n
}
