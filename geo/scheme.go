package geo

// Scheme is a deployment's own setting: levels, networks, bounds, coordinate
// region. Data, not code; versioned and dated.
type Scheme struct {
	Name       Text         `json:"name"`
	Region     SchemeRegion `json:"region"`
	Networks   []Network    `json:"networks"`
	Bounds     Bounds       `json:"bounds"`
	Categories []Category   `json:"categories,omitempty"`
	Rules      []Rule       `json:"rules,omitempty"`
	States     []State      `json:"states,omitempty"`
	Access     *Access      `json:"access,omitempty"`
	Revision   int64        `json:"revision,omitempty"`
}

// SchemeRegion says which coordinate systems may be met here.
type SchemeRegion struct {
	// GCJ02 is true where the GCJ-02 offset applies. It is declared, never
	// guessed from a rectangle.
	GCJ02 bool `json:"gcj02"`
}

// NetworkKind tells what a network must cover.
type NetworkKind string

// The kinds of network. No network overlaps itself.
const (
	Basic     NetworkKind = "basic"     // partitions the jurisdiction
	Exclusive NetworkKind = "exclusive" // lies over it and need not cover it
	Stacked   NetworkKind = "stacked"   // no drawn areas: floors of buildings
)

// Network is one family of grids.
type Network struct {
	ID     string      `json:"id"`
	Kind   NetworkKind `json:"kind"`
	Name   Text        `json:"name,omitempty"`
	Levels []Level     `json:"levels"` // from the top to the finest
}

// LevelKind tells what an area of a level is.
type LevelKind string

// The kinds of level. Only the finest level of kind area is drawn.
const (
	AreaLevel     LevelKind = "area"
	BuildingLevel LevelKind = "building"
	UnitLevel     LevelKind = "unit"
)

// Level is one step of the hierarchy.
type Level struct {
	ID       string    `json:"id"`
	Name     Text      `json:"name,omitempty"`
	Kind     LevelKind `json:"kind,omitempty"`     // area unless said
	Code     string    `json:"code,omitempty"`     // regular expression that a code must match
	Partial  bool      `json:"partial,omitempty"`  // partitions its parent only where it exists
	Enclaves bool      `json:"enclaves,omitempty"` // a grid may have several regions
}

// Bounds are what a grid should hold: [least, most]. Zero means no bound.
type Bounds struct {
	Households [2]int `json:"households"`
}

// Category, Rule and State are kept as they came until routing by rule reads
// them.
type (
	Category = map[string]any
	Rule     = map[string]any
	State    = map[string]any
)

// DrawnLevels returns the levels of kind area, from the top to the finest.
func (n *Network) DrawnLevels() []Level {
	var out []Level
	for _, l := range n.Levels {
		if l.Kind == "" || l.Kind == AreaLevel {
			out = append(out, l)
		}
	}
	return out
}

// LevelIndex returns the place of a level in n.Levels, -1 if there is none.
func (n *Network) LevelIndex(id string) int {
	for i, l := range n.Levels {
		if l.ID == id {
			return i
		}
	}
	return -1
}

// Network returns the network of an id, nil if there is none.
func (s *Scheme) Network(id string) *Network {
	for i := range s.Networks {
		if s.Networks[i].ID == id {
			return &s.Networks[i]
		}
	}
	return nil
}

// Basic returns the basic network; a valid scheme has exactly one.
func (s *Scheme) Basic() *Network {
	for i := range s.Networks {
		if s.Networks[i].Kind == Basic {
			return &s.Networks[i]
		}
	}
	return nil
}
