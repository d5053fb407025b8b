package geo

import "onegrid/geo/lattice"

// Estate is a residential compound.
type Estate struct {
	ID              int64                `json:"id"`
	Code            string               `json:"code"`
	Name            Text                 `json:"name,omitempty"`
	Shape           lattice.MultiPolygon `json:"shape"`
	PropertyManager string               `json:"property_manager,omitempty"` // an organisation; empty when it has none
}
