package geo

import "onegrid/geo/lattice"

// BaseFeature is a street, water, green, rail or name: for orientation and for
// borders in words.
type BaseFeature struct {
	ID    int64    `json:"id"`
	Code  string   `json:"code"`
	Kind  string   `json:"kind"`            // street, water, waterway, green, rail, bridge, place, land
	Class string   `json:"class,omitempty"` // streets: motorway, primary, secondary, tertiary, residential, service, path
	Name  Text     `json:"name,omitempty"`
	Shape Geometry `json:"shape"`
}

// Geometry is a shape of one of three kinds; exactly one of its fields is set.
type Geometry struct {
	Point    *lattice.Point       `json:"point,omitempty"`
	Lines    [][]lattice.Point    `json:"lines,omitempty"`
	Polygons lattice.MultiPolygon `json:"polygons,omitempty"`
}
