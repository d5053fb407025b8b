package geo

import (
	"time"

	"onegrid/geo/lattice"
)

// Incident is a report or an alert: location, time, category, source, the owner
// it was routed to, and why. No text of the case and nobody's name.
type Incident struct {
	ID       int64         `json:"id"`
	Code     string        `json:"code,omitempty"` // the caller's own reference
	Point    lattice.Point `json:"point"`
	At       time.Time     `json:"at"`       // when it happened or was reported
	Received time.Time     `json:"received"` // when onegrid took it
	Category string        `json:"category"`
	Source   string        `json:"source,omitempty"` // hotline, camera, sensor, patrol, resident ...
	Urgency  string        `json:"urgency,omitempty"`
	State    string        `json:"state"` // open, closed
	Owner    string        `json:"owner,omitempty"`
	Grid     string        `json:"grid,omitempty"`
	Network  string        `json:"network,omitempty"`
	Edition  int64         `json:"edition,omitempty"`
	Status   string        `json:"status,omitempty"` // locate's status
	Why      string        `json:"why,omitempty"`    // the rule that chose the owner
}
