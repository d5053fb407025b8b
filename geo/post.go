package geo

import "time"

// Post is a role that answers for grids, a building or a unit, with an opaque
// reference into the personnel system: many to many, dated. It never names a
// person.
type Post struct {
	ID    int64      `json:"id"`
	Code  string     `json:"code"`
	Role  string     `json:"role"` // leader, member, police, instructor, cadre ...
	Name  Text       `json:"name,omitempty"`
	Ref   string     `json:"ref,omitempty"`
	Link  string     `json:"link,omitempty"`  // template
	Areas []string   `json:"areas,omitempty"` // codes of grids of any level
	Units []string   `json:"units,omitempty"` // codes of buildings or units
	From  *time.Time `json:"from,omitempty"`
	To    *time.Time `json:"to,omitempty"`
}
