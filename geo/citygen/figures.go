package citygen

import (
	"encoding/json"
	"io"
	"math"
	"regexp"

	"onegrid/geo"
)

// Figures are what a city must come out with. Counts are exact unless said; a
// zero count means that the generator chooses.
type Figures struct {
	Name     geo.Text   `json:"name"`
	Seed     int64      `json:"seed"`
	Terrain  Terrain    `json:"terrain"`
	Centre   [2]float64 `json:"centre"` // longitude, latitude of the middle
	GCJ02    bool       `json:"gcj02"`
	Division string     `json:"division"` // code of the top area: 6 digits for a district, 9 for a street
	AreaKM2  float64    `json:"area_km2"` // about

	// Levels of the basic network from the top to the finest: district, street,
	// community, grid, then building, unit or household-group.
	Levels      []string `json:"levels"`
	Streets     int      `json:"streets"` // towns among them
	Towns       int      `json:"towns"`
	Communities int      `json:"communities"`
	Grids       int      `json:"grids"`
	Bounds      [2]int   `json:"households_per_grid"` // least and most
	Households  int      `json:"households"`
	Buildings   int      `json:"buildings"`
	Units       int      `json:"units"`

	Towers    Towers `json:"towers"`          // a stacked network
	Exclusive int    `json:"exclusive_grids"` // grids of a drawn exclusive network

	Cameras      int `json:"cameras"`
	WaterLevel   int `json:"water_level_sensors"`
	Waterlogging int `json:"waterlogging_sensors"`
	Merchants    int `json:"merchants"`
	Stations     int `json:"stations"`
	Panoramas    int `json:"panoramas"`
	Cadres       int `json:"cadres"` // posts between street and community
}

// Towers are super-tall buildings whose floors are grids of their own.
type Towers struct {
	Buildings int `json:"buildings"`
	Grids     int `json:"grids"`
}

// Terrain is the lie of the land.
type Terrain string

// The terrains.
const (
	Lake Terrain = "lake" // a city around a lake with an island, a river in and out
	Hill Terrain = "hill" // an inner-city street at the foot of a hill, with a stream
)

// ParseFigures reads figures from JSON and refuses those that no city can have.
// Unknown fields are refused, so that a misspelt figure is not silently chosen.
func ParseFigures(r io.Reader) (Figures, error) {
	var f Figures
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		e := geo.Errorf(geo.Invalid, "figures of a city")
		e.Err = err
		return f, e
	}
	return f, f.check()
}

var divisionCode = regexp.MustCompile(`^[1-9]\d{5}(\d{3})?$`)

// check names the first figure that cannot be.
func (f *Figures) check() error {
	bad := func(field, format string, args ...any) error {
		return geo.Errorf(geo.Invalid, format, args...).On(field, "")
	}
	switch {
	case f.Terrain != Lake && f.Terrain != Hill:
		return bad("terrain", "terrain %q: there are lake and hill", f.Terrain)
	case !divisionCode.MatchString(f.Division):
		return bad("division", "division %q: a code of 6 or 9 digits is needed", f.Division)
	case !(math.Abs(f.Centre[0]) <= 179) || !(math.Abs(f.Centre[1]) <= 70):
		return bad("centre", "centre %v: longitude within 179°, latitude within 70°", f.Centre)
	case !(f.AreaKM2 > 0.5 && f.AreaKM2 < 50_000):
		return bad("area_km2", "area of %v km²: between 0.5 and 50,000", f.AreaKM2)
	case f.Streets < 1 || f.Towns < 0 || f.Towns > f.Streets || f.Streets > 998:
		return bad("streets", "%d streets, %d of them towns", f.Streets, f.Towns)
	case f.Communities < f.Streets || f.Grids < f.Communities:
		return bad("grids", "%d grids in %d communities in %d streets", f.Grids, f.Communities, f.Streets)
	case f.Bounds[0] < 1 || f.Bounds[1] < f.Bounds[0]:
		return bad("households_per_grid", "bounds %v on a grid's households", f.Bounds)
	case f.Households > 0 && (f.Households < f.Grids*f.Bounds[0] || f.Households > f.Grids*f.Bounds[1]):
		return bad("households", "%d households do not fit %d grids of %v", f.Households, f.Grids, f.Bounds)
	case f.Towers.Grids < f.Towers.Buildings || (f.Towers.Buildings == 0 && f.Towers.Grids > 0):
		return bad("towers", "%d grids in %d towers", f.Towers.Grids, f.Towers.Buildings)
	}
	for _, c := range []struct {
		field string
		n     int
	}{
		{"households", f.Households}, {"buildings", f.Buildings}, {"units", f.Units}, {"towers", f.Towers.Buildings},
		{"exclusive_grids", f.Exclusive}, {"cameras", f.Cameras}, {"water_level_sensors", f.WaterLevel},
		{"waterlogging_sensors", f.Waterlogging}, {"merchants", f.Merchants}, {"stations", f.Stations},
		{"panoramas", f.Panoramas}, {"cadres", f.Cadres},
	} {
		if c.n < 0 {
			return bad(c.field, "%d %s: a count is 0 or more", c.n, c.field)
		}
	}
	return f.checkLevels()
}

// checkLevels holds the levels to those that the generator knows how to fill.
func (f *Figures) checkLevels() error {
	want := []string{"district", "street", "community", "grid"}
	if len(f.Division) == 9 {
		want = want[1:]
	}
	for i, id := range want {
		if i >= len(f.Levels) || f.Levels[i] != id {
			return geo.Errorf(geo.Invalid, "levels %v: a division of %d digits begins with %v", f.Levels, len(f.Division), want).On("levels", "")
		}
	}
	for _, id := range f.Levels[len(want):] {
		if id != "building" && id != "unit" && id != "household-group" {
			return geo.Errorf(geo.Invalid, "level %q: below the grid there are building, unit and household-group", id).On("levels", id)
		}
	}
	if len(f.Division) == 9 && f.Streets != 1 {
		return geo.Errorf(geo.Invalid, "%d streets under the code of one street", f.Streets).On("streets", "")
	}
	return nil
}
