package main

import (
	"time"

	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/lattice"
)

// The shapes of requests and answers that are read and written by hand: for the
// documentation, and for the tests that hold the hand-written code to it.

type lonLat struct {
	Lon float64 `json:"lon" doc:"Longitude in degrees, or easting in metres."`
	Lat float64 `json:"lat" doc:"Latitude in degrees, or northing in metres."`
}

type locateRequest struct {
	Point     lonLat   `json:"point"`
	CRS       string   `json:"crs" doc:"wgs84, cgcs2000, gcj02, bd09, or an EPSG code."`
	Level     string   `json:"level,omitempty"`
	Networks  []string `json:"networks,omitempty" nullable:"false"`
	Include   []string `json:"include,omitempty" nullable:"false" enum:"chain,neighbours,boundary,explain,full"`
	OnOutside string   `json:"on_outside,omitempty" enum:"reject,nearest"`
	MaxM      float64  `json:"max_m,omitempty" minimum:"0" maximum:"10000"`
}

// AreaBrief is exported, as AreaFull is, since huma looks only into embedded
// structs that are.
type AreaBrief struct {
	ID       int64    `json:"id" doc:"Stable over editions; the feature id in tiles."`
	Code     string   `json:"code"`
	Name     geo.Text `json:"name"`
	Network  string   `json:"network"`
	Level    string   `json:"level"`
	Building string   `json:"building,omitempty" doc:"Of a stacked grid."`
	Floors   []int    `json:"floors,omitempty" nullable:"false" doc:"Of a stacked grid: lowest and highest."`
}

type AreaFull struct {
	AreaBrief
	Posts []postView `json:"posts,omitempty" nullable:"false" doc:"Who answers for it today; only for callers who see the class internal."`
}

type borderView struct {
	DistanceM  float64           `json:"distance_m"`
	BearingDeg float64           `json:"bearing_deg" doc:"From the point to the nearest place of the border, clockwise from north."`
	At         lattice.Point     `json:"at"`
	Neighbour  orNull[AreaBrief] `json:"neighbour" doc:"Beyond the border, at the owner's level; null where the jurisdiction ends, or the caller's part of it."`
	Follows    geo.Text          `json:"follows" doc:"The street, water or railway that the border runs along."`
	Side       string            `json:"side" doc:"Which side of the border the point is on."`
	Rule       string            `json:"rule" enum:"inside,east-then-north,first-from-east,nearest" doc:"What decided between the two sides."`
}

type locationView struct {
	Lon              float64 `json:"lon"`
	Lat              float64 `json:"lat"`
	Source           string  `json:"source" enum:"point"`
	CRS              string  `json:"crs"`
	ConversionErrorM float64 `json:"conversion_error_m"`
}

type editionView struct {
	ID            int64             `json:"id"`
	EffectiveFrom *time.Time        `json:"effective_from,omitempty"`
	EffectiveTo   orNull[time.Time] `json:"effective_to,omitempty"`
}

type locateAnswer struct {
	Status     string              `json:"status" enum:"inside,on_border,nearest,outside"`
	Owner      orNull[AreaFull]    `json:"owner" doc:"The area that answers; null only outside."`
	Grid       orNull[AreaFull]    `json:"grid" doc:"The finest basic grid at the point."`
	Chain      []AreaFull          `json:"chain,omitempty" nullable:"false" doc:"From the top down to the grid."`
	Others     []AreaFull          `json:"others" nullable:"false" doc:"The areas of other networks there; of a stacked network, all of the building."`
	Border     orNull[borderView]  `json:"border" doc:"The owner's border nearest to the point."`
	Text       geo.Text            `json:"text" doc:"Where the point lies, in words, by language."`
	Location   locationView        `json:"location" doc:"The point in WGS84."`
	Edition    orNull[editionView] `json:"edition"`
	Seq        int64               `json:"seq" doc:"The last change that the answer rests on."`
	ValidUntil orNull[time.Time]   `json:"valid_until" doc:"The next planned change; null when none is planned."`
	Warnings   []string            `json:"warnings" nullable:"false" enum:"crs_suspect,stale_world" doc:"crs_suspect: outside, but inside if the numbers were in another system. stale_world: the store has not answered for a while."`
	Neighbours []AreaBrief         `json:"neighbours,omitempty" nullable:"false"`
	Boundary   orNull[geometry]    `json:"boundary,omitempty"`
	Explain    []geo.Text          `json:"explain,omitempty" nullable:"false" doc:"Why, a step after another, by language."`
}

type geometry struct {
	Type        string              `json:"type" enum:"MultiPolygon"`
	Coordinates [][][]lattice.Point `json:"coordinates" nullable:"false"`
}

type gridCard struct {
	AreaFull
	Chain      []AreaFull             `json:"chain" nullable:"false"`
	Figures    orNull[access.Figures] `json:"figures" doc:"Of the basic network only, and of areas within the caller's part of the city."`
	BBox       orNull[[]float64]      `json:"bbox" doc:"west, south, east, north"`
	Label      orNull[lattice.Point]  `json:"label" doc:"Where its name stands."`
	Neighbours []AreaBrief            `json:"neighbours" nullable:"false"`
	Children   int                    `json:"children" doc:"How many areas are below it."`
	Edition    orNull[editionView]    `json:"edition"`
	Seq        int64                  `json:"seq"`
}

type gridChildren struct {
	Grid     orNull[AreaBrief]   `json:"grid"`
	Building string              `json:"building,omitempty"`
	Children []AreaBrief         `json:"children" nullable:"false"`
	Edition  orNull[editionView] `json:"edition"`
	Seq      int64               `json:"seq"`
}

type gridNeighbours struct {
	Grid       AreaBrief           `json:"grid"`
	Neighbours []AreaBrief         `json:"neighbours" nullable:"false"`
	Edition    orNull[editionView] `json:"edition"`
	Seq        int64               `json:"seq"`
}

type gridFeature struct {
	Type       string            `json:"type" enum:"Feature"`
	ID         int64             `json:"id"`
	BBox       orNull[[]float64] `json:"bbox"`
	Properties gridProperties    `json:"properties"`
	Geometry   orNull[geometry]  `json:"geometry"`
}

type gridProperties struct {
	AreaBrief
	Parent  string              `json:"parent"`
	Edition orNull[editionView] `json:"edition"`
	Seq     int64               `json:"seq"`
}

type incidentReport struct {
	Point    lonLat     `json:"point"`
	CRS      string     `json:"crs"`
	Category string     `json:"category" maxLength:"100"`
	At       *time.Time `json:"at,omitempty" doc:"When it happened; now unless said."`
	Source   string     `json:"source,omitempty" maxLength:"100" doc:"hotline, camera, sensor, patrol, resident ..."`
	Urgency  string     `json:"urgency,omitempty" maxLength:"100"`
	Code     string     `json:"code,omitempty" maxLength:"100" doc:"The caller's own reference."`
	Key      string     `json:"idempotency_key,omitempty" maxLength:"255" doc:"As the header Idempotency-Key."`
}

type incidentKept struct {
	ID       int64             `json:"id"`
	Code     string            `json:"code"`
	Status   string            `json:"status" enum:"inside,on_border,outside"`
	Owner    orNull[AreaBrief] `json:"owner" doc:"null when the place is outside: kept all the same, for a person to place."`
	Grid     orNull[AreaBrief] `json:"grid"`
	Edition  editionView       `json:"edition"`
	Seq      int64             `json:"seq"`
	Incident geo.Incident      `json:"incident"`
}

type incidentFeature struct {
	Type       string             `json:"type" enum:"Feature"`
	ID         int64              `json:"id"`
	Geometry   pointGeometry      `json:"geometry"`
	Properties incidentProperties `json:"properties"`
}

type pointGeometry struct {
	Type        string        `json:"type" enum:"Point"`
	Coordinates lattice.Point `json:"coordinates"`
}

type incidentProperties struct {
	geo.Incident
	OwnerName geo.Text `json:"owner_name"`
}

type incidentCollection struct {
	Type     string            `json:"type" enum:"FeatureCollection"`
	Seq      int64             `json:"seq"`
	Features []incidentFeature `json:"features" nullable:"false"`
	Next     orNull[int64]     `json:"next" doc:"What after is for the next page; null on the last."`
	Matched  int               `json:"matched,omitempty" doc:"Of open ones: how many there are, listed or not."`
}

type stateMove struct {
	State string `json:"state" enum:"closed"`
}

type stateMoved struct {
	ID    int64  `json:"id"`
	State string `json:"state" enum:"closed"`
	Seq   int64  `json:"seq"`
}

type importsWaiting struct {
	Imports []struct {
		ID       string    `json:"id"`
		Layer    geo.Layer `json:"layer"`
		Objects  int       `json:"objects"`
		Blockers int       `json:"blockers"`
		Until    time.Time `json:"until"`
	} `json:"imports" nullable:"false"`
}
