package record

import (
	"encoding/binary"
	"math"
	"math/bits"
	"sort"
	"strings"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// A record is its anchor (the point that decides its grid, from which its shape
// counts), then its fields in order: strings with their length, numbers as
// varints, the shape last. Ids stand beside records, not in them.

func appendAnchor(b []byte, p lattice.Point) []byte {
	b = binary.LittleEndian.AppendUint32(b, uint32(p.X))
	return binary.LittleEndian.AppendUint32(b, uint32(p.Y))
}

func appendString(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}

// appendFloat writes the bits in reverse: the floats that people write have
// short mantissas, so the result is a small number.
func appendFloat(b []byte, f float64) []byte {
	return binary.AppendUvarint(b, bits.Reverse64(math.Float64bits(f)))
}

// appendSharing writes s, leaving out the prefix whole if s begins with it: the
// codes of a building's units mostly begin with the building's.
func appendSharing(b []byte, s, whole string) []byte {
	shared := uint64(0)
	if whole != "" && strings.HasPrefix(s, whole) {
		s, shared = s[len(whole):], 1
	}
	b = binary.AppendUvarint(b, uint64(len(s))<<1|shared)
	return append(b, s...)
}

// knownTags are the languages written as one byte.
var knownTags = [...]string{"", "zh", "en"}

func appendNames(b []byte, t geo.Text) []byte {
	if len(t) == 0 {
		return append(b, 0)
	}
	var room [4]string
	tags := room[:0]
	for tag := range t {
		tags = append(tags, tag)
	}
	sort.Strings(tags)
	var body []byte
	for _, tag := range tags {
		k := 0
		for k < len(knownTags) && knownTags[k] != tag {
			k++
		}
		body = append(body, byte(k))
		if k == len(knownTags) {
			body = appendString(body, tag)
		}
		body = appendString(body, t[tag])
	}
	return appendString(b, string(body))
}

// chains writes a shape: how many chains there are, then each with its length
// and whether it begins a polygon, and its points as steps from the one before.
type chains struct {
	b    []byte
	last lattice.Point
}

func (c *chains) chain(pts []lattice.Point, first bool) {
	head := uint64(len(pts)) << 1
	if first {
		head |= 1
	}
	c.b = binary.AppendUvarint(c.b, head)
	for _, p := range pts {
		c.b = binary.AppendVarint(c.b, int64(p.X)-int64(c.last.X))
		c.b = binary.AppendVarint(c.b, int64(p.Y)-int64(c.last.Y))
		c.last = p
	}
}

func appendPolygons(b []byte, from lattice.Point, m lattice.MultiPolygon) []byte {
	n := 0
	for _, p := range m {
		n += len(p)
	}
	c := chains{b: binary.AppendUvarint(b, uint64(n)), last: from}
	for _, p := range m {
		for i, ring := range p {
			c.chain(ring, i == 0)
		}
	}
	return c.b
}

func appendLines(b []byte, from lattice.Point, lines [][]lattice.Point) []byte {
	c := chains{b: binary.AppendUvarint(b, uint64(len(lines))), last: from}
	for _, line := range lines {
		c.chain(line, true)
	}
	return c.b
}

// AppendBuilding appends a building's record, without its id.
func AppendBuilding(b []byte, o *geo.Building) []byte {
	b = appendAnchor(b, o.Interior)
	b = appendString(b, o.Code)
	b = appendNames(b, o.Name)
	b = appendString(b, o.Address)
	b = appendString(b, o.Estate)
	b = appendString(b, o.Use)
	b = binary.AppendVarint(b, int64(o.Storeys))
	b = appendFloat(b, o.HeightM)
	b = binary.AppendUvarint(b, uint64(len(o.Units)))
	for i := range o.Units {
		u := &o.Units[i]
		b = appendSharing(b, u.Code, o.Code)
		b = appendNames(b, u.Name)
		b = binary.AppendVarint(b, int64(u.Households))
	}
	return appendPolygons(b, o.Interior, o.Shape)
}

// AppendEstate appends an estate's record, without its id.
func AppendEstate(b []byte, o *geo.Estate) []byte {
	at := Interior(o.Shape)
	b = appendAnchor(b, at)
	b = appendString(b, o.Code)
	b = appendNames(b, o.Name)
	b = appendString(b, o.PropertyManager)
	return appendPolygons(b, at, o.Shape)
}

// AppendSite appends a site's record, without its id.
func AppendSite(b []byte, o *geo.Site) []byte {
	b = appendAnchor(b, o.Point)
	b = appendString(b, o.Code)
	b = appendNames(b, o.Name)
	b = appendString(b, o.Kind)
	b = appendString(b, o.Address)
	return appendString(b, o.Link)
}

// AppendBase appends a base feature's record, without its id.
func AppendBase(b []byte, o *geo.BaseFeature) []byte {
	at := anchorOf(o.Shape)
	b = appendAnchor(b, at)
	b = appendString(b, o.Code)
	b = appendString(b, o.Kind)
	b = appendString(b, o.Class)
	b = appendNames(b, o.Name)
	switch {
	case o.Shape.Point != nil:
		return appendLines(append(b, PointShape), at, [][]lattice.Point{{*o.Shape.Point}})
	case o.Shape.Lines != nil:
		return appendLines(append(b, LineShape), at, o.Shape.Lines)
	default:
		return appendPolygons(append(b, AreaShape), at, o.Shape.Polygons)
	}
}

// AppendDevice appends a device's record, without its id.
func AppendDevice(b []byte, o *geo.Device) []byte {
	b = appendAnchor(b, o.Point)
	b = appendString(b, o.Code)
	b = appendNames(b, o.Name)
	b = appendString(b, o.Kind)
	b = appendString(b, o.State)
	b = appendString(b, o.Link)
	if o.View == nil {
		return append(b, 0)
	}
	b = append(b, 1)
	b = appendFloat(b, o.View.BearingDeg)
	b = appendFloat(b, o.View.AngleDeg)
	return appendFloat(b, o.View.RangeM)
}

// anchorOf is the first point of a geometry.
func anchorOf(g geo.Geometry) lattice.Point {
	switch {
	case g.Point != nil:
		return *g.Point
	case len(g.Lines) > 0 && len(g.Lines[0]) > 0:
		return g.Lines[0][0]
	case len(g.Polygons) > 0 && len(g.Polygons[0]) > 0 && len(g.Polygons[0][0]) > 0:
		return g.Polygons[0][0][0]
	}
	return lattice.Point{}
}
