package vtile

import (
	"math"

	"onegrid/geo"
	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
	"onegrid/geo/world"
)

// Devices and incidents come and go all day, so nothing of theirs is made ready:
// a tile reads them from the world. From objectZoom on they are drawn one by
// one; before, they are counted by the areas that answer for them.
const objectZoom = 14

// StateAlert is a device's state when it raises an alert.
const StateAlert = "alert"

var deviceKeys = []string{"code", "name", "kind", "state"}
var viewKeys = []string{"code"}
var incidentKeys = []string{"code", "category", "urgency", "state", "at", "grid"}
var deviceCountKeys = []string{"level", "code", "devices", "cameras", "alerts"}
var incidentCountKeys = []string{"level", "code", "open", "urgent"}

// urgent tells the urgencies that are counted apart.
func urgent(urgency string) bool {
	switch urgency {
	case "urgent", "high", "critical", "emergency", "紧急":
		return true
	}
	return false
}

// drawDevices writes the devices.
func (d *drawer) drawDevices(w *world.World, t Tile) {
	d.w.begin("devices", deviceKeys, nil)
	inner := t.inner()
	for o := range w.Devices().Search(latticeBox(inner, t.Z)) {
		p := coverage.Project(o.Point).At(t.Z)
		if !t.holds(p) || !d.inSubtree(w.Devices(), o.ID) {
			continue
		}
		d.w.text(0, o.Code)
		d.w.text(1, o.Name.In("zh"))
		d.w.text(2, o.Kind)
		d.w.text(3, o.State)
		d.w.point(p)
		d.w.put(o.ID, pointType)
	}
	d.w.end()
}

// inSubtree tells that an object is in the part of the city that is looked at.
func (d *drawer) inSubtree(of interface{ Area(int64) int32 }, id int64) bool {
	return d.view.Whole() || d.view.InSubtree(of.Area(id))
}

// longestViewM bounds how far from a tile a camera is looked for that may see
// into it. A view that reaches farther is drawn as far.
const longestViewM = 1000

// drawViews writes what cameras see: a layer of its own, of a class of its own.
func (d *drawer) drawViews(w *world.World, t Tile) {
	d.w.begin("views", viewKeys, nil)
	f := t.frame()
	for o := range w.Devices().Search(farther(latticeBox(coverage.PixelBox(f), t.Z), longestViewM)) {
		if o.View == nil || !d.inSubtree(w.Devices(), o.ID) || !mayReach(f, o.Point, o.View, t.Z) || !d.sector(o.Point, o.View, t.Z) {
			continue
		}
		d.cutWhole(f)
		d.w.polygons(&d.faces)
		if len(d.w.geom) == 0 {
			continue
		}
		d.w.text(0, o.Code)
		d.w.put(o.ID, polygonType)
	}
	d.w.end()
}

// mayReach tells whether a view may be in a frame at a zoom: whether all around
// it might. Most that are looked through, up to longestViewM away, may not.
func mayReach(f frame, p lattice.Point, v *geo.View, z uint8) bool {
	middle, radius := coverage.Project(p), viewRadius(p, v)
	x, y := float64(middle.X), float64(middle.Y)
	circle := coverage.PixelBox{Min: coverage.BaseAt(x-radius, y-radius), Max: coverage.BaseAt(x+radius, y+radius)}
	return boxAt(circle, z).Plain().Intersects(coverage.PixelBox(f).Plain())
}

// viewRadius is how far a camera sees, in base units.
func viewRadius(p lattice.Point, v *geo.View) float64 {
	return min(v.RangeM, longestViewM) * perMetre(p)
}

// farther returns the box with so many metres more on each side.
func farther(b lattice.Box, metres float64) lattice.Box {
	const degree = 108_000.0 // metres: less than any degree of latitude is, so that the box is large enough
	lat := max(math.Abs(float64(b.Min.Y)), math.Abs(float64(b.Max.Y))) / lattice.Scale
	dy := metres / degree * lattice.Scale
	dx := dy / max(math.Cos(min(lat+1, 89)*math.Pi/180), 0.01)
	return lattice.Box{
		Min: lattice.Point{X: down(b.Min.X, dx), Y: down(b.Min.Y, dy)},
		Max: lattice.Point{X: down(b.Max.X, -dx), Y: down(b.Max.Y, -dy)},
	}
}

func down(v int32, by float64) int32 {
	return int32(max(math.MinInt32, min(math.MaxInt32, float64(v)-by)))
}

// sectorStepDeg is the angle between two places on a sector's arc.
const sectorStepDeg = 7.5

// sector leaves in whole the polygon that a camera sees at a zoom, valid there,
// and tells whether there is one.
func (d *drawer) sector(p lattice.Point, v *geo.View, z uint8) bool {
	d.faces.clear()
	d.whole.clear()
	radius := viewRadius(p, v)
	if !(radius > 0) || !(v.AngleDeg > 0) {
		return false
	}
	s := &d.shaper
	s.base.clear()
	s.base.begin()
	middle := coverage.Project(p)
	width := min(v.AngleDeg, 360)
	steps := int(math.Ceil(width / sectorStepDeg))
	if width < 360 {
		s.base.points = append(s.base.points, middle)
		steps++
	}
	for i := range steps {
		turn := width * float64(i) / math.Ceil(width/sectorStepDeg)
		sin, cos := math.Sincos((v.BearingDeg - width/2 + turn) * math.Pi / 180)
		s.base.points = append(s.base.points, coverage.BaseAt(float64(middle.X)+radius*sin, float64(middle.Y)-radius*cos))
	}
	s.base.rings[0].count, s.base.rings[0].outer = len(s.base.points), true
	s.polygonsAt(z, 0)
	for _, r := range s.out.rings {
		d.whole.add(s.out.of(r), r.outer)
	}
	return len(d.whole.rings) > 0
}

// drawIncidents writes the incidents of the networks that are seen.
func (d *drawer) drawIncidents(w *world.World, t Tile) {
	d.w.begin("incidents", incidentKeys, nil)
	for o := range w.Incidents().Search(latticeBox(t.inner(), t.Z)) {
		p := coverage.Project(o.Point).At(t.Z)
		if !t.holds(p) || !d.inSubtree(w.Incidents(), o.ID) || o.Network != "" && !d.sight.Network(o.Network) {
			continue
		}
		d.w.text(0, o.Code)
		d.w.text(1, o.Category)
		d.w.text(2, o.Urgency)
		d.w.text(3, o.State)
		d.w.int(4, o.At.Unix())
		d.w.text(5, o.Grid)
		d.w.point(p)
		d.w.put(o.ID, pointType)
	}
	d.w.end()
}
