package main

import (
	"strconv"

	"onegrid/geo"
	"onegrid/geo/crs"
	"onegrid/geo/lattice"
	"onegrid/geo/problem"
	"onegrid/geo/route"
)

// question is a locate request taken apart. It is filled again and again: reset
// it first.
type question struct {
	route.Request
	crs      crs.System // that the point is given in
	include  include
	errorM   float64 // of the conversion to WGS84
	seen     fields
	networks [8]string // what Networks points into
}

// include is what an answer shows besides the owner.
type include uint8

const (
	includeChain include = 1 << iota
	includeNeighbours
	includeBoundary
	includeExplain
	includeFull // rows of a batch: all that a single answer has by default
)

// fields are those that a request has named: a bit each.
type fields uint16

const (
	fieldLon fields = 1 << iota
	fieldLat
	fieldPoint
	fieldCRS
	fieldLevel
	fieldNetworks
	fieldInclude
	fieldOnOutside
	fieldMaxM
	fieldID
)

// later are fields of the contract that come with later versions: told apart
// from unknown ones, and refused all the same.
func later(name string) bool {
	switch name {
	case "address", "device_id", "building_id", "unit", "floor", "accuracy_m", "category", "as_of", "edition":
		return true
	}
	return false
}

// unknown refuses a field or a query parameter.
func unknown(name, value string) error {
	if later(name) {
		return geo.Errorf(geo.Invalid, "%s is not supported yet", name).On(name, value)
	}
	return geo.Errorf(geo.Invalid, "there is no field %s here", strconv.QuoteToGraphic(clipped(name))).On(clipped(name), value)
}

// clipped shortens what a caller sent to what fits into a message.
func clipped(s string) string { return problem.Clip(s) }

// once marks a field as named, and refuses to hear it twice.
func (q *question) once(f fields, name string) error {
	if q.seen&f != 0 {
		return geo.Errorf(geo.Invalid, "%s is given twice", name).On(name, "")
	}
	q.seen |= f
	return nil
}

// asker knows what requests may name here: it is made of a scheme.
type asker struct {
	scheme  *geo.Scheme
	levels  []geo.Level // of the basic network
	systems map[string]crs.System
}

func newAsker(s *geo.Scheme) *asker {
	k := &asker{scheme: s, systems: map[string]crs.System{}}
	for _, system := range []crs.System{crs.WGS84, crs.CGCS2000, crs.GCJ02, crs.BD09} {
		k.systems[system.String()] = system
	}
	if b := s.Basic(); b != nil {
		k.levels = b.Levels
	}
	return k
}

// reset makes q a request that names nothing yet, with the defaults.
func (q *question) reset() {
	*q = question{}
	q.Level, q.Border, q.include = -1, true, includeChain
}

// setCRS takes the coordinate system.
func (k *asker) setCRS(q *question, name []byte) (err error) {
	system, known := k.systems[string(name)]
	if !known {
		if system, err = crs.Named(string(name)); err != nil {
			return err
		}
	}
	q.crs = system
	return nil
}

// setLevel takes the level of the basic network that is to answer.
func (k *asker) setLevel(q *question, id []byte) error {
	for i := range k.levels {
		l := &k.levels[i]
		if l.ID != string(id) {
			continue
		}
		if l.Kind != "" && l.Kind != geo.AreaLevel {
			return geo.Errorf(geo.Invalid, "level %s is of kind %s: a point alone does not tell it", l.ID, l.Kind).On("level", l.ID)
		}
		q.Level = i
		return nil
	}
	return geo.Errorf(geo.Invalid, "the basic network has no level %s", strconv.QuoteToGraphic(clipped(string(id)))).On("level", string(id))
}

// addNetwork takes one of the networks to list.
func (k *asker) addNetwork(q *question, id []byte) error {
	if q.Networks == nil {
		q.Networks = q.networks[:0]
	}
	if len(id) == 0 {
		return nil // an empty list: no other network
	}
	if len(q.Networks) == cap(q.Networks) { // before it is known whether there is one more
		return geo.Errorf(geo.TooLarge, "more than %d networks", cap(q.Networks)).On("networks", string(id))
	}
	for i := range k.scheme.Networks {
		n := &k.scheme.Networks[i]
		if n.ID == string(id) {
			q.Networks = append(q.Networks, n.ID)
			return nil
		}
	}
	return noNetwork("networks", string(id))
}

// addInclude takes one thing to show. Naming none at all leaves out the border
// too, which takes most of the time that an answer does.
func (q *question) addInclude(name []byte) error {
	q.Border = q.Border || len(name) > 0
	switch string(name) {
	case "":
	case "chain":
		q.include |= includeChain
	case "neighbours":
		q.include |= includeNeighbours
	case "boundary":
		q.include |= includeBoundary
	case "explain":
		q.include |= includeExplain
	case "full":
		q.include |= includeFull
	case "receipt":
		return geo.Errorf(geo.Invalid, "receipts are not supported yet").On("include", "receipt")
	default:
		return geo.Errorf(geo.Invalid, "include has chain, neighbours, boundary, explain and full, not %s",
			strconv.QuoteToGraphic(clipped(string(name)))).On("include", string(name))
	}
	return nil
}

// setOnOutside takes what to do with a point outside.
func (q *question) setOnOutside(name []byte) error {
	switch string(name) {
	case route.Reject:
		q.OnOutside = route.Reject
	case route.TakeNearest:
		q.OnOutside = route.TakeNearest
	default:
		return geo.Errorf(geo.Invalid, "on_outside is reject or nearest, not %s",
			strconv.QuoteToGraphic(clipped(string(name)))).On("on_outside", string(name))
	}
	return nil
}

// maxNearestM bounds max_m: farther away, "nearest" means nothing.
const maxNearestM = 10_000

// setMaxM takes how far the nearest area may be.
func (q *question) setMaxM(text []byte) error {
	m, err := decimal("max_m", text)
	if err != nil || !(m >= 0 && m <= maxNearestM) {
		return geo.Errorf(geo.Invalid, "max_m is a number of metres from 0 to %d, not %s", maxNearestM,
			strconv.QuoteToGraphic(clipped(string(text)))).On("max_m", string(text))
	}
	q.MaxM = m
	return nil
}

// settle checks the request as a whole and brings its point to the lattice.
func (k *asker) settle(q *question, lon, lat []byte) error {
	switch {
	case lon == nil && lat == nil:
		return geo.Errorf(geo.Invalid, "no point: lon and lat are missing").On("point", "")
	case lon == nil:
		return geo.Errorf(geo.Invalid, "lon is missing").On("lon", "")
	case lat == nil:
		return geo.Errorf(geo.Invalid, "lat is missing").On("lat", "")
	case q.seen&fieldCRS == 0:
		return geo.Errorf(geo.Invalid, "crs is missing: the coordinate system is named in every request (wgs84, gcj02, bd09, or an EPSG code from 4491 to 4554), never guessed").On("crs", "")
	case q.OnOutside == route.TakeNearest && q.seen&fieldMaxM == 0:
		return geo.Errorf(geo.Invalid, "on_outside=nearest needs max_m, in metres").On("max_m", "")
	case q.OnOutside != route.TakeNearest && q.seen&fieldMaxM != 0:
		return geo.Errorf(geo.Invalid, "max_m is for on_outside=nearest").On("max_m", "")
	}
	if q.crs == crs.WGS84 || q.crs == crs.CGCS2000 {
		return q.setDegrees(lon, lat)
	}
	x, err := decimal("lon", lon)
	if err != nil {
		return err
	}
	y, err := decimal("lat", lat)
	if err != nil {
		return err
	}
	q.Point, q.errorM, err = q.crs.ToPoint(x, y, k.scheme.Region)
	return err
}

// setDegrees reads WGS84 degrees, without floats.
func (q *question) setDegrees(lon, lat []byte) (err error) {
	if q.Point.X, err = lattice.ParseLon(lon); err != nil {
		return geo.Errorf(geo.Invalid, "%s", err).On("lon", string(lon))
	}
	if q.Point.Y, err = lattice.ParseLat(lat); err != nil {
		return geo.Errorf(geo.Invalid, "%s", err).On("lat", string(lat))
	}
	return nil
}

// decimal reads a decimal number: ParseFloat takes hexadecimal, underscores,
// infinities and NaN too.
func decimal(field string, text []byte) (float64, error) {
	plain := len(text) > 0
	for _, c := range text {
		plain = plain && ('0' <= c && c <= '9' || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E')
	}
	if plain {
		if v, err := strconv.ParseFloat(string(text), 64); err == nil {
			return v, nil
		}
	}
	return 0, geo.Errorf(geo.Invalid, "%s is a decimal number, not %s", field,
		strconv.QuoteToGraphic(clipped(string(text)))).On(field, string(text))
}
