package geo

import (
	"time"

	"onegrid/geo/lattice"
)

// Grid is an area of responsibility at a level of a network. The hierarchy is
// the parent link, never the code's prefix; a code is never used twice.
type Grid struct {
	ID      int64  `json:"id"` // allotted by the store; the feature id in tiles
	Code    string `json:"code"`
	Network string `json:"network"`
	Level   string `json:"level"`
	Name    Text   `json:"name,omitempty"`
	Parent  string `json:"parent,omitempty"` // code in the same network; empty at the top

	// Floors of a building, in a stacked network only: lowest and highest.
	Building string  `json:"building,omitempty"`
	Floors   *[2]int `json:"floors,omitempty"`
}

// Estate is a residential compound.
type Estate struct {
	ID              int64                `json:"id"`
	Code            string               `json:"code"`
	Name            Text                 `json:"name,omitempty"`
	Shape           lattice.MultiPolygon `json:"shape"`
	PropertyManager string               `json:"property_manager,omitempty"` // an organisation; empty when it has none
}

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

// Edition is an immutable, published set of all boundaries and parents, with
// the time from which it counts.
type Edition struct {
	ID            int64          `json:"id"`
	PublishedAt   time.Time      `json:"published_at"`
	EffectiveFrom time.Time      `json:"effective_from"`
	EffectiveTo   *time.Time     `json:"effective_to,omitempty"`
	Actor         string         `json:"actor,omitempty"`
	Note          string         `json:"note,omitempty"`
	Networks      []NetworkState `json:"networks"`
}

// NetworkState names one network's state in an edition.
type NetworkState struct {
	Network string   `json:"network"`
	Since   int64    `json:"since"`  // the edition that brought this state
	Hash    string   `json:"hash"`   // SHA-256 of the state, hex
	Chunks  []string `json:"chunks"` // SHA-256 of each stored chunk, hex, in order
}

// Publication is what a writer hands to the store to publish one network's new
// state: the encoded coverage (nil for a stacked network) and all its grids.
// Networks that are not named keep their state.
type Publication struct {
	Network string
	Hash    string
	Chunks  [][]byte
	Grids   []Grid
}

// Layer names a part of the world that has its own revision.
type Layer string

// The layers. A network's layer is GridsOf(id).
const (
	Scheming  Layer = "scheme"
	Estates   Layer = "estates"
	Buildings Layer = "buildings"
	Devices   Layer = "devices"
	Sites     Layer = "sites"
	Posts     Layer = "posts"
	Base      Layer = "base"
	Incidents Layer = "incidents"
)

// GridsOf is the layer of a network's grids.
func GridsOf(network string) Layer { return Layer("grids:" + network) }

// Change is one entry of the log: the truth that processes share.
type Change struct {
	Seq    int64     `json:"seq"`
	At     time.Time `json:"at"`
	Actor  string    `json:"actor"`
	Kind   Layer     `json:"kind"`
	Object string    `json:"object,omitempty"` // code, or id where there is no code
	Op     string    `json:"op"`               // put, delete, load (the layer's rows were replaced), publish
	Body   []byte    `json:"body,omitempty"`   // JSON of the object after the change
}

// Objects are all the rows of one layer, as an import or a generator hands them
// to the store. Only the slice of the named layer is read.
type Objects struct {
	Layer     Layer
	Estates   []Estate
	Buildings []Building
	Devices   []Device
	Sites     []Site
	Posts     []Post
	Base      []BaseFeature
}

// Len is the number of rows of the named layer.
func (o *Objects) Len() int {
	switch o.Layer {
	case Estates:
		return len(o.Estates)
	case Buildings:
		return len(o.Buildings)
	case Devices:
		return len(o.Devices)
	case Sites:
		return len(o.Sites)
	case Posts:
		return len(o.Posts)
	case Base:
		return len(o.Base)
	}
	return 0
}
