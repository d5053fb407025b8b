package geo

import "onegrid/geo/lattice"

// Device is a camera, an access gate or a sensor.
type Device struct {
	ID    int64         `json:"id"`
	Code  string        `json:"code"`
	Name  Text          `json:"name,omitempty"`
	Kind  string        `json:"kind"` // camera, gate, water-level, waterlogging, smoke ...
	Point lattice.Point `json:"point"`
	State string        `json:"state,omitempty"` // ok, off, alert
	View  *View         `json:"view,omitempty"`
	Link  string        `json:"link,omitempty"` // template
}

// View is what a camera sees: a sector.
type View struct {
	BearingDeg float64 `json:"bearing_deg"` // of its middle, clockwise from north
	AngleDeg   float64 `json:"angle_deg"`   // its whole width
	RangeM     float64 `json:"range_m"`
}
