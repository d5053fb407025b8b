package citygen

import (
	"fmt"
	"iter"
	"math"
	"slices"
	"time"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// spotKind is where incidents of a category happen.
type spotKind uint8

const (
	atHome spotKind = iota
	onStreet
	atShop
	atSensor
)

// Places are where a feed's incidents can happen.
type Places struct {
	Homes, Streets, Shops []lattice.Point
	Sensors               map[string][]lattice.Point // by kind of device
}

// PlacesOf gathers the places of a city from its layers, wherever they are kept.
func PlacesOf(buildings iter.Seq[*geo.Building], devices iter.Seq[*geo.Device], sites iter.Seq[*geo.Site], base iter.Seq[*geo.BaseFeature]) Places {
	p := Places{Sensors: map[string][]lattice.Point{}}
	for b := range buildings {
		if len(b.Units) > 0 {
			p.Homes = append(p.Homes, b.Interior)
		}
	}
	for d := range devices {
		p.Sensors[d.Kind] = append(p.Sensors[d.Kind], d.Point)
	}
	for s := range sites {
		if s.Kind == "merchant" {
			p.Shops = append(p.Shops, s.Point)
		}
	}
	for f := range base {
		if f.Kind != "street" || f.Class == "motorway" {
			continue
		}
		for _, l := range f.Shape.Lines {
			for i := 3; i < len(l)-3; i += 4 { // not on the last metres: those may be the border
				p.Streets = append(p.Streets, l[i])
			}
		}
	}
	return p
}

// Item is one incident of a feed and how long it stays open.
type Item struct {
	Incident geo.Incident
	Lasts    time.Duration
}

// Feed is an endless, deterministic stream of incidents as a city's hotline,
// patrols and sensors report them: few in the night, most in the forenoon, each
// at a place where its category happens. It is not safe for concurrent use.
type Feed struct {
	places Places
	r      *chance
	perDay float64
	at     time.Time
	n      int
	seed   int64
}

// NewFeed begins a feed at a time, in whose location the hours of the day are
// taken. perDay is the mean number of incidents a day. Invalid if there is no
// place for any category or the rate is not positive.
func NewFeed(p Places, seed int64, perDay float64, from time.Time) (*Feed, error) {
	if !(perDay > 0) || math.IsInf(perDay, 1) {
		return nil, geo.Errorf(geo.Invalid, "%v incidents a day: a positive number is needed", perDay).On("per_day", fmt.Sprint(perDay))
	}
	f := &Feed{places: p, r: chanceOf(seed, 91), perDay: perDay, at: from, seed: seed}
	if !slices.ContainsFunc(categories, func(c category) bool { return len(f.spots(c)) > 0 }) {
		return nil, geo.Errorf(geo.Invalid, "the city has no buildings, streets, merchants or sensors for incidents to happen at")
	}
	return f, nil
}

// hours is the share of a day's incidents in each hour, times 24.
var hours = [24]float64{
	0.35, 0.25, 0.2, 0.15, 0.15, 0.25, 0.5, 0.9, 1.5, 1.9, 1.9, 1.6,
	1.2, 1.3, 1.7, 1.7, 1.5, 1.4, 1.3, 1.2, 1.1, 0.95, 0.75, 0.5,
}

const busiest = 1.9

// Next returns the next incident; times never decrease. The caller has not to
// wait for it: the time is in the incident.
func (f *Feed) Next() Item {
	for { // thinning: arrivals at the busiest hour's rate, kept by the hour's share
		gap := -math.Log(1-f.r.float()) / (f.perDay * busiest) * 24 * float64(time.Hour)
		f.at = f.at.Add(time.Duration(gap))
		if f.r.float()*busiest < hours[f.at.Hour()] {
			return f.item()
		}
	}
}

func (f *Feed) item() Item {
	c, spots := f.category()
	f.n++
	lasts := time.Duration(f.r.in(0.7, 9) * f.r.in(0.3, 1) * float64(time.Hour))
	if c.urgency == "urgent" {
		lasts = time.Duration(f.r.in(8, 70) * float64(time.Minute))
	}
	at := f.at.Truncate(time.Millisecond)
	return Item{
		Incident: geo.Incident{
			Code: fmt.Sprintf("demo-%d-%07d", f.seed, f.n), Point: pick(f.r, spots), At: at, Received: at,
			Category: c.id, Source: pick(f.r, c.sources), Urgency: c.urgency, State: "open",
		},
		Lasts: lasts,
	}
}

// category draws one by its share at this time of the day, among those for which
// there is a place.
func (f *Feed) category() (category, []lattice.Point) {
	weight := func(c category) float64 {
		if len(f.spots(c)) == 0 {
			return 0
		}
		if h := f.at.Hour(); h >= 7 && h < 22 {
			return c.day
		}
		return c.night
	}
	sum := 0.0
	for _, c := range categories {
		sum += weight(c)
	}
	x := f.r.in(0, sum)
	last := categories[0]
	for _, c := range categories {
		if w := weight(c); w > 0 {
			last = c
			if x -= w; x < 0 {
				break
			}
		}
	}
	return last, f.spots(last)
}

func (f *Feed) spots(c category) []lattice.Point {
	switch c.spot {
	case atHome:
		return f.places.Homes
	case onStreet:
		return f.places.Streets
	case atShop:
		return f.places.Shops
	}
	return f.places.Sensors[c.id]
}
