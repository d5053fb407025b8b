package geo

import "onegrid/geo/lattice"

// Site is a merchant, a service station, a panorama's anchor.
type Site struct {
	ID      int64         `json:"id"`
	Code    string        `json:"code"`
	Name    Text          `json:"name,omitempty"`
	Kind    string        `json:"kind"` // merchant, station, panorama
	Address string        `json:"address,omitempty"`
	Point   lattice.Point `json:"point"`
	Link    string        `json:"link,omitempty"`
}
