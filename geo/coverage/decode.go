package coverage

import (
	"bytes"
	"encoding/binary"
	"math"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// Decode is the inverse of Encode. It refuses what is malformed, and what is not
// exactly as Encode writes it, with memory and time in proportion to the bytes
// given. It looks at the form; whether borders cross is for Check to say.
func Decode(chunks [][]byte) (*Coverage, error) {
	d := decoder{}
	if err := d.all(chunks); err != nil {
		return nil, err
	}
	if err := d.hang(); err != nil {
		return nil, err
	}
	if err := checkSpan(lattice.BoxOf(d.points...)); err != nil {
		return nil, err
	}
	c, err := assemble(d.areas, d.borders, d.areaOf)
	if err != nil {
		return nil, err
	}
	if uint64(c.Regions()) != d.regions {
		return nil, malformed("there are %d regions where the header says %d", c.Regions(), d.regions)
	}
	// One state has one encoding: whoever compares hashes compares states.
	again := c.Encode()
	if len(again) != len(chunks) {
		return nil, malformed("there are %d chunks where the state has %d", len(chunks), len(again))
	}
	for i := range again {
		if !bytes.Equal(again[i], chunks[i]) {
			return nil, malformed("chunk %d is not in the canonical form", i)
		}
	}
	return c, nil
}

type decoder struct {
	areas   []Area
	parents []string
	byCode  map[string]int32
	borders []border
	points  []lattice.Point // one store for all borders
	region  map[sideKey]Region
	areaOf  []int32

	arcs, regions uint64 // as the header says
}

// sideKey is what a chunk says of a region.
type sideKey struct {
	kind uint64
	area int32
	p, q lattice.Point // see appendLeast
}

func malformed(format string, args ...any) error {
	return geo.Errorf(geo.Invalid, "stored coverage: "+format, args...)
}

func (d *decoder) all(chunks [][]byte) error {
	if len(chunks) == 0 || !bytes.HasPrefix(chunks[0], []byte(magic)) {
		return malformed("the header is missing or of another version")
	}
	total := 0
	for _, chunk := range chunks {
		total += len(chunk)
	}
	r := reader{b: chunks[0][len(magic):]}
	areas, arcs, regions := r.uint(), r.uint(), r.uint()
	// Every area, arc and region takes some bytes, so the header cannot ask for
	// more memory than the chunks are long.
	if r.bad || len(r.b) > 0 || areas > uint64(total) || arcs > uint64(total) || regions > uint64(total) {
		return malformed("the header's counts are not possible")
	}
	d.arcs, d.regions = arcs, regions
	d.areas = make([]Area, 0, areas)
	d.parents = make([]string, 0, areas)
	d.byCode = make(map[string]int32, areas)
	d.borders = make([]border, 0, arcs)
	d.points = make([]lattice.Point, 0, total/4)
	d.region = map[sideKey]Region{}
	d.areaOf = []int32{NoArea}
	for i, chunk := range chunks[1:] {
		r := reader{b: chunk}
		switch kind := r.byte(); {
		case kind == areasChunk && len(d.borders) == 0:
			d.areaChunk(&r)
		case kind == arcsChunk:
			d.arcChunk(&r)
		default:
			return malformed("chunk %d is of no known kind", i+1)
		}
		if r.bad || len(r.b) > 0 {
			return malformed("chunk %d is cut short or damaged", i+1)
		}
	}
	if uint64(len(d.areas)) != areas || uint64(len(d.borders)) != arcs {
		return malformed("there are %d areas and %d arcs where the header says %d and %d", len(d.areas), len(d.borders), areas, arcs)
	}
	return nil
}

func (d *decoder) areaChunk(r *reader) {
	code, parent := "", ""
	for n := r.uint(); n > 0 && !r.bad; n-- {
		flags, level := r.byte(), r.byte()
		code = r.code(code)
		if flags&(flagParent|flagSameParent) == flagParent {
			parent = r.code(parent)
		}
		above := ""
		if flags&flagParent != 0 {
			above = parent
		}
		d.byCode[code] = int32(len(d.areas))
		d.areas = append(d.areas, Area{Code: code, Level: level, Parent: NoArea, Locked: flags&flagLocked != 0})
		d.parents = append(d.parents, above)
	}
}

// hang finds the parents by code. Since each stands above its child, no chain
// comes back.
func (d *decoder) hang() error {
	if len(d.byCode) != len(d.areas) {
		return malformed("a code is used twice")
	}
	for i, parent := range d.parents {
		a := &d.areas[i]
		if a.Level >= maxLevels {
			return malformed("area %s is of level %d", a.Code, a.Level)
		}
		if i > 0 {
			if b := &d.areas[i-1]; b.Level > a.Level || b.Level == a.Level && b.Code >= a.Code {
				return malformed("area %s is out of order", a.Code)
			}
		}
		if parent == "" {
			continue
		}
		p, ok := d.byCode[parent]
		if !ok || d.areas[p].Level >= a.Level {
			return malformed("the parent %s of area %s is not there or does not stand above it", parent, a.Code)
		}
		a.Parent = p
	}
	return nil
}

func (d *decoder) arcChunk(r *reader) {
	n := r.uint()
	if n > uint64(len(r.b)) {
		r.bad = true
		return
	}
	sides := make([]Region, 0, n)
	code := ""
	for ; n > 0 && !r.bad; n-- {
		s := sideKey{kind: uint64(r.byte()), area: NoArea}
		switch s.kind {
		case sideExterior:
			sides = append(sides, Exterior)
			continue
		case sideArea, sidePart:
			code = r.code(code)
			area, ok := d.byCode[code]
			if !ok {
				r.bad = true
				return
			}
			s.area = area
		case sideVoid:
			s.area = Void
		case sideGap:
		default:
			r.bad = true
			return
		}
		if s.kind != sideArea {
			s.p = r.step(lattice.Point{})
			s.q = r.step(s.p)
		}
		region, ok := d.region[s]
		if !ok {
			region = Region(len(d.areaOf))
			d.region[s] = region
			d.areaOf = append(d.areaOf, s.area)
		}
		sides = append(sides, region)
	}
	var start lattice.Point
	for n := r.uint(); n > 0 && !r.bad; n-- {
		start = d.arc(r, sides, start)
	}
}

func (d *decoder) arc(r *reader, sides []Region, start lattice.Point) lattice.Point {
	left, right, n := r.uint(), r.uint(), r.uint()
	// A step takes at least two bytes.
	if r.bad || left >= uint64(len(sides)) || right >= uint64(len(sides)) || left == right || n < 2 || n > uint64(len(r.b))/2+1 {
		r.bad = true
		return start
	}
	from := len(d.points)
	p := r.step(start)
	start = p
	d.points = append(d.points, p)
	for ; n > 1; n-- {
		q := r.step(p)
		if q == p {
			r.bad = true
		}
		p = q
		d.points = append(d.points, p)
	}
	to := len(d.points)
	d.borders = append(d.borders, border{d.points[from:to:to], sides[left], sides[right]})
	if uint64(len(d.borders)) > d.arcs || p == start && to-from < 4 {
		r.bad = true
	}
	return start
}

// reader reads varints until something is wrong; then it stays bad.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) byte() byte {
	if len(r.b) == 0 {
		r.bad = true
		return 0
	}
	v := r.b[0]
	r.b = r.b[1:]
	return v
}

func (r *reader) uint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.bad = true
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) int() int64 {
	v, n := binary.Varint(r.b)
	if n <= 0 {
		r.bad = true
		return 0
	}
	r.b = r.b[n:]
	return v
}

// step returns the point that lies a stored step away from p.
func (r *reader) step(p lattice.Point) lattice.Point {
	dx, dy := r.int(), r.int()
	const limit = 1 << 33 // so that the sums below cannot wrap
	if dx < -limit || dx > limit || dy < -limit || dy > limit {
		r.bad = true
		return p
	}
	x, y := int64(p.X)+dx, int64(p.Y)+dy
	if x < math.MinInt32 || x > math.MaxInt32 || y < math.MinInt32 || y > math.MaxInt32 {
		r.bad = true
		return p
	}
	return lattice.Point{X: int32(x), Y: int32(y)}
}

// code returns a code that is stored as what it shares with the one before and
// the rest.
func (r *reader) code(before string) string {
	shared, n := r.uint(), r.uint()
	if r.bad || shared > uint64(len(before)) || n > uint64(len(r.b)) || shared+n > maxCode {
		r.bad = true
		return ""
	}
	code := before[:shared] + string(r.b[:n])
	r.b = r.b[n:]
	return code
}
