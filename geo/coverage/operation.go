package coverage

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// Operation is a change of a coverage that a planner makes. Each is a plain
// value with a JSON form, which is what clients send and what is stored; what it
// does lies in a file of its own.
type Operation interface {
	// name is what the field "op" of the JSON form says.
	name() string
	// disabled refuses what can be seen beforehand, without any drawing.
	disabled(d *draft) error
	// apply draws. What it leaves in d when it refuses is thrown away.
	apply(d *draft) error
}

// Apply does an operation: it returns the coverage after it and what it touched.
// c stays as it was. The error is a refusal, a *geo.Error with a reason and,
// where there is one, a place; it costs nothing but time.
func Apply(c *Coverage, n geo.Network, op Operation) (*Coverage, Diff, error) {
	d := newDraft(c, n)
	if err := op.disabled(d); err != nil {
		return nil, Diff{}, err
	}
	if err := op.apply(d); err != nil {
		return nil, Diff{}, err
	}
	if err := d.checkParts(); err != nil {
		return nil, Diff{}, err
	}
	now, diff := d.finish()
	return now, diff, nil
}

// Disabled says why an operation cannot be done, as far as that can be told
// before it is drawn: nil if it may be tried. Fields that are not known yet, the
// line of a split, say, may be empty.
func Disabled(c *Coverage, n geo.Network, op Operation) error {
	return op.disabled(newDraft(c, n))
}

// operations makes an empty one of each kind, by name.
var operations = byName(
	blank[SplitByLine], blank[Merge], blank[ReshapeArc], blank[MoveNode], blank[InsertVertex], blank[DeleteVertex],
	blank[MoveBuildings], blank[AssignGap], blank[Reparent], blank[Create], blank[Retire], blank[Rename], blank[SetLock])

func blank[T any, P interface {
	*T
	Operation
}]() Operation {
	return P(new(T))
}

func byName(kinds ...func() Operation) map[string]func() Operation {
	out := make(map[string]func() Operation, len(kinds))
	for _, empty := range kinds {
		out[empty().name()] = empty
	}
	return out
}

// MarshalOperation returns the JSON form of an operation.
func MarshalOperation(op Operation) ([]byte, error) {
	fields, err := json.Marshal(op)
	if err != nil {
		return nil, err
	}
	b := fmt.Appendf(nil, `{"op":%q`, op.name())
	if len(fields) > 2 {
		b = append(append(b, ','), fields[1:len(fields)-1]...)
	}
	return append(b, '}'), nil
}

// UnmarshalOperation is the inverse. It refuses what is not an operation, and
// fields that it does not have.
func UnmarshalOperation(data []byte) (Operation, error) {
	var tag struct {
		Op string `json:"op"`
	}
	if err := json.Unmarshal(data, &tag); err != nil {
		return nil, geo.Errorf(geo.Invalid, "an operation is a JSON object with a field op: %v", err)
	}
	empty, ok := operations[tag.Op]
	if !ok {
		return nil, geo.Errorf(geo.Invalid, "there is no operation %.40q", tag.Op).On("op", tag.Op)
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(data, &fields); err != nil {
		return nil, geo.Errorf(geo.Invalid, "operation %s: %v", tag.Op, err)
	}
	delete(fields, "op")
	rest, err := json.Marshal(fields)
	if err != nil {
		return nil, err
	}
	op := empty()
	dec := json.NewDecoder(bytes.NewReader(rest))
	dec.DisallowUnknownFields()
	if err := dec.Decode(op); err != nil {
		return nil, geo.Errorf(geo.Invalid, "operation %s: %v", tag.Op, err)
	}
	return op, nil
}

// What operations look up and refuse.

func denied(field, value, format string, args ...any) error {
	return geo.Errorf(geo.Conflict, format, args...).On(field, value)
}

// area finds the area of a code.
func (d *draft) area(field, code string) (int32, error) {
	a, ok := d.c.AreaByCode(code)
	if !ok {
		return NoArea, geo.Errorf(geo.NotFound, "there is no grid %.40q", code).On(field, code)
	}
	return a, nil
}

// finest finds the area of a code that has ground of its own and is not locked.
func (d *draft) finest(field, code string) (int32, error) {
	a, err := d.area(field, code)
	switch {
	case err != nil:
		return a, err
	case len(d.c.area(a).children) > 0:
		return a, denied(field, code, "%s has grids under it: its border is theirs", code)
	case d.locked(a):
		return a, denied(field, code, "%s is locked", code)
	case len(d.c.RegionsOf(a)) == 0:
		return a, denied(field, code, "%s has no ground", code)
	}
	return a, nil
}

// locked tells whether an area, or one above it, is locked.
func (d *draft) locked(a int32) bool {
	for ; a >= 0 && int(a) < d.c.areas.len(); a = d.c.area(a).Parent {
		if d.c.area(a).Locked {
			return true
		}
	}
	return false
}

// checkCode refuses a code that is taken, or that is none for a level.
func (d *draft) checkCode(field, code string, level uint8) error {
	if code == "" || len(code) > maxCode {
		return geo.Errorf(geo.Invalid, "a code has 1 to %d bytes", maxCode).On(field, code)
	}
	if _, taken := d.c.AreaByCode(code); taken {
		return denied(field, code, "there is a grid %s already", code)
	}
	if int(level) >= len(d.network.Levels) {
		return geo.Errorf(geo.Invalid, "network %s has no such level", d.network.ID).On(field, code)
	}
	l := d.network.Levels[level]
	if l.Code == "" {
		return nil
	}
	if re, err := regexp.Compile(l.Code); err != nil || !re.MatchString(code) {
		return geo.Errorf(geo.Invalid, "code %s does not match the pattern of level %s, %s", code, l.ID, l.Code).On(field, code)
	}
	return nil
}

// addArea adds an area.
func (d *draft) addArea(a Area) int32 {
	i := int32(d.areas.push(entry{Area: a}))
	d.changed[i] = true
	if a.Parent >= 0 {
		d.adopt(a.Parent, NoArea, i)
	}
	return i
}

// removeArea takes an area away that has neither ground nor children.
func (d *draft) removeArea(i int32) {
	if p := d.areas.at(int(i)).Parent; p >= 0 {
		d.adopt(p, i, NoArea)
	}
	d.free.areas = append(d.free.areas, int(i))
	d.changed[i] = true
}

// changeArea returns an area that may be changed.
func (d *draft) changeArea(i int32) *Area {
	d.changed[i] = true
	return &d.areas.change(int(i)).Area
}

// checkParts refuses a drawing that leaves nothing of an area, or that parts one
// which may not be.
func (d *draft) checkParts() error {
	for _, a := range slices.Sorted(maps.Keys(d.parts)) { // in order, so that the reason is always the same
		if a < 0 || slices.Contains(d.free.areas, int(a)) {
			continue
		}
		e := d.areas.at(int(a))
		was := 0
		if int(a) < d.c.areas.len() {
			was = len(d.c.RegionsOf(a))
		}
		switch n := len(e.regions); {
		case n == 0:
			return denied("grid", e.Code, "nothing would be left of %s", e.Code)
		case n > max(1, was) && !d.network.Levels[e.Level].Enclaves:
			return refused(d.placeOf(e.regions[n-1]), "%s would fall into %d parts", e.Code, n)
		}
	}
	return nil
}

// placeOf returns a vertex of a region.
func (d *draft) placeOf(r Region) lattice.Point {
	for _, ring := range d.regions.at(int(r)).rings {
		return d.now.pointsOf(uint32(ring[0] >> 1))[0]
	}
	return lattice.Point{}
}
