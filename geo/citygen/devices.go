package citygen

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// junction is a node where streets meet.
type junction struct {
	at    lattice.Point
	ways  []half // the halves that begin here
	rank  class  // of the second greatest street
	water float64
}

// junctions lists the nodes at which at least three ways meet, two of them
// streets, within the jurisdiction, greatest first.
func (b *builder) junctions() []junction {
	seen := make([]bool, len(b.next))
	var out []junction
	for h := range half(len(b.next)) {
		if seen[h] {
			continue
		}
		ways := b.outOf(h)
		inner := true
		var classes []class
		j := junction{at: b.origin(h)}
		for _, w := range ways {
			seen[w] = true
			inner = inner && b.face[w] != outside && b.face[w.twin()] != outside && b.class(w) >= rail
			if c := b.class(w); c.street() {
				j.ways = append(j.ways, w)
				classes = append(classes, c)
			}
		}
		if slices.Sort(classes); inner && len(ways) > 2 && len(classes) > 1 {
			j.rank = classes[1]
			out = append(out, j)
		}
	}
	slices.SortFunc(out, func(a, b junction) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), lattice.Compare(a.at, b.at))
	})
	return out
}

const videoLink = "https://video.example/play/{code}"

// addDevices sets up cameras, access gates and sensors.
func (b *builder) addDevices(blocks []block, js []junction) error {
	if err := b.addCameras(js); err != nil {
		return err
	}
	b.addGates(blocks)
	b.addWaterLevels()
	return b.addWaterlogging(js)
}

func (b *builder) device(kind, letter string, p lattice.Point, name geo.Text, view *geo.View, link string) {
	b.count[kind]++
	r := chanceOf(b.f.Seed, 61, uint64(len(b.city.Devices)))
	state := "ok"
	if r.odds(0.015) {
		state = "off"
	}
	b.city.Devices = append(b.city.Devices, geo.Device{
		Code: b.f.objectCode(letter, 6, b.count[kind]), Name: name, Kind: kind, Point: p, State: state, View: view, Link: link,
	})
}

// addCameras hangs cameras at junctions, one over each approach, the greatest
// junctions first, then along the streets between them, until there are as many
// as the figures ask for.
func (b *builder) addCameras(js []junction) error {
	left := b.f.Cameras
	for _, j := range js {
		for _, w := range j.ways {
			if left > 0 && b.class(w) != service {
				b.camera(w, 13, "路口", "junction")
				left--
			}
		}
	}
	for _, every := range []int{22, 11, 6} { // points of about ten metres
		for h := half(0); left > 0 && int(h) < len(b.next); h += 2 {
			c := b.class(h)
			if !c.street() || c == motorway || b.face[h] == outside || b.face[h.twin()] == outside {
				continue
			}
			for i := every; i < b.size(h)-3 && left > 0; i += every {
				if b.inWater(h, i) {
					continue
				}
				dir := b.vec(b.at(h, i+1)).sub(b.vec(b.at(h, i)))
				b.cameraAt(b.vec(b.at(h, i)).add(dir.unit().left().mul(5+float64(every)/10)), dir, b.lines[b.arcs[h.arc()].line].name, "路段", "midway")
				left--
			}
		}
	}
	if left > 0 {
		return geo.Errorf(geo.Invalid, "there is no place for %d of %d cameras", left, b.f.Cameras).On("cameras", "")
	}
	return nil
}

// inWater tells whether the i-th point of an arc lies on a bridge.
func (b *builder) inWater(h half, i int) bool {
	p := b.vec(b.at(h, i))
	for _, end := range []lattice.Point{b.at(h, 0), b.at(h, b.size(h)-1)} {
		if c, wet := b.wet[end]; wet && b.vec(end).dist(p) < traits[c].halfWidth+12 {
			return true
		}
	}
	return false
}

// camera looks along a street from a junction.
func (b *builder) camera(w half, off float64, zh, en string) {
	o := b.vec(b.origin(w))
	dir := b.ahead(spot{w, 0}, 25)
	b.cameraAt(o.add(dir.mul(off)).sub(dir.left().mul(off*0.5)), dir, b.lines[b.arcs[w.arc()].line].name, zh, en)
}

func (b *builder) cameraAt(p, dir vec, street geo.Text, zh, en string) {
	n := len(b.city.Devices) + 1
	r := chanceOf(b.f.Seed, 62, uint64(n))
	bearing := math.Mod(450-math.Atan2(dir.y, dir.x)*180/math.Pi, 360)
	view := &geo.View{
		BearingDeg: math.Mod(math.Round(bearing*10)/10, 360),
		AngleDeg:   float64(46 + 4*r.intn(7)),
		RangeM:     float64(50 + 5*r.intn(9)),
	}
	name := geo.Text{"zh": fmt.Sprintf("%s%s%d号", street["zh"], zh, n), "en": fmt.Sprintf("%s %s %d", street["en"], en, n)}
	if street == nil {
		name = geo.Text{"zh": fmt.Sprintf("%s%d号", zh, n), "en": fmt.Sprintf("Lane %s %d", en, n)}
	}
	b.device("camera", "C", b.point(p), name, view, videoLink)
}

// addGates puts access gates at the entrances of estates: in the middle of their
// best sides.
func (b *builder) addGates(blocks []block) {
	for i := range blocks {
		bl := &blocks[i]
		e := b.estateOf[bl.face]
		if e < 0 {
			continue
		}
		sides := make([]int, len(bl.plot.ring))
		length := func(i int) float64 {
			return bl.plot.ring[i].dist(bl.plot.ring[(i+1)%len(bl.plot.ring)])
		}
		for k := range sides {
			sides[k] = k
		}
		value := func(k int) float64 {
			if c := bl.plot.sides[k].class; !c.street() || c == motorway {
				return -1
			}
			return min(60, length(k)) - 4*float64(service-bl.plot.sides[k].class)
		}
		slices.SortFunc(sides, func(x, y int) int { return cmp.Or(cmp.Compare(value(y), value(x)), x-y) })
		for n, k := range sides[:min(len(sides), 1+int(bl.plot.area/9000))] {
			if value(k) < 0 && n > 0 || n > 3 {
				break
			}
			p := bl.plot.ring[k].lerp(bl.plot.ring[(k+1)%len(bl.plot.ring)], 0.5)
			name := b.city.Estates[e].Name
			b.device("gate", "G", b.point(p), geo.Text{"zh": fmt.Sprintf("%s%d号门", name["zh"], n+1), "en": fmt.Sprintf("%s gate %d", name["en"], n+1)}, nil, "")
		}
	}
}
