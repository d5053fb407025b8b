package citygen

import (
	"math"
	"slices"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// survey finds a terrain whose water does not run into itself and maps it: in
// rare variants a river's bend touches the lake.
func survey(f *Figures) (t *terrain, m *planar, err error) {
	for variant := range 20 {
		t = newTerrain(f, variant)
		t.fit(f.Grids)
		if m, err = t.ground(newFrame(f.Centre[0], f.Centre[1])); err == nil {
			return t, m, nil
		}
	}
	return nil, nil, err
}

// ground makes the planar map of the terrain: the border and the water.
func (t *terrain) ground(fr frame) (*planar, error) {
	m := newPlanar(fr, fr.points(t.outline), line{class: border})
	if t.lake == nil {
		return m, t.groundStream(m)
	}
	return m, t.groundLake(m)
}

// find is the spot on a face's border of a given vertex.
func (m *planar) find(f int32, v vec) (s spot) {
	p := m.point(v)
	m.around(f, func(h half) {
		for i := range m.size(h) - 1 {
			if m.at(h, i) == p {
				s = spot{h, i}
			}
		}
	})
	return s
}

// set cuts a face by a chain given by its points, both ends vertices of its
// border.
func (m *planar) set(f int32, chain []vec, c class) (half, error) {
	w := &manner{free: true}
	a, b := m.find(f, chain[0]), m.find(f, chain[len(chain)-1])
	if !m.free(f, chain, w) {
		return 0, errWater(chain[0], m)
	}
	id := m.newLine(c)
	pts := m.points(chain)
	m.lines[id].pieces = [][]lattice.Point{pts}
	return m.cut(a, b, pts, id), nil
}

func (t *terrain) groundStream(m *planar) error {
	_, err := m.set(1, t.river, stream)
	return err
}

// groundLake cuts the land by river and north shore, then the south by the south
// shore, then the lake by the causeways over the island, then the island's other
// side.
func (t *terrain) groundLake(m *planar) error {
	k := len(t.lake)
	in, out := t.shores[1], t.shores[2]
	mouth := nearest(t.lake, in[len(in)-1])
	outlet := nearest(t.lake, out[0])
	arcOf := func(from, to int) []vec { // counter-clockwise
		path := []vec{t.lake[from]}
		for i := from; i != to; {
			i = (i + 1) % k
			path = append(path, t.lake[i])
		}
		return path
	}
	north := reversed(arcOf(outlet, mouth))
	whole := append(append(append([]vec{}, in...), north[1:]...), out[1:]...)
	h, err := m.set(1, whole, river)
	if err != nil {
		return err
	}
	// name the middle part shore, keeping the river one line
	riverLine := m.arcs[h.arc()].line
	shoreLine := m.newLine(shore)
	m.lines[riverLine].pieces = [][]lattice.Point{m.points(in), m.points(out)}
	_, h = m.breakAt(h, len(in)-1)
	h, _ = m.breakAt(h, len(north)-1)
	m.arcs[h.arc()].line = shoreLine
	south := m.face[h.twin()]
	sh, err := m.set(south, arcOf(mouth, outlet), shore)
	if err != nil {
		return err
	}
	m.faces[m.face[sh]].zone = water
	for _, isle := range t.isles {
		if err := t.groundIsland(m, isle); err != nil {
			return err
		}
	}
	return t.groundWaters(m, mouth, outlet)
}

// groundWaters cuts the surface of the lake by lines from shore to shore and
// along its middle, so that it can be shared out among the grids on its shores.
func (t *terrain) groundWaters(m *planar, mouth, outlet int) error {
	k := len(t.lake)
	north, south := (mouth-outlet+k)%k, (outlet-mouth+k)%k
	var mids []vec
	for _, s := range []float64{0.14, 0.46, 0.86} {
		a := t.lake[(mouth-int(s*float64(north))+k)%k]
		b := t.lake[(mouth+int(s*float64(south)))%k]
		line := walk([]vec{a, b}, pointEvery)
		f := m.faceAt(a.lerp(b, 0.4))
		if m.faces[f].zone != water {
			return errWater(a, m)
		}
		if _, err := m.set(f, line, waterline); err != nil {
			return err
		}
		mids = append(mids, line[len(line)/2])
	}
	for _, middle := range [][2]vec{{t.lake[mouth], mids[0]}, {mids[2], t.lake[outlet]}} {
		f := m.faceAt(middle[0].lerp(middle[1], 0.5))
		if _, err := m.set(f, walk(middle[:], pointEvery), waterline); err != nil {
			return err
		}
	}
	return nil
}

// groundIsland cuts the water along a causeway that leads over an island from
// shore to shore, around the island's one side, and then along its other side.
func (t *terrain) groundIsland(m *planar, isle []vec) error {
	c := vec{}
	for _, v := range isle {
		c = c.add(v.mul(1 / float64(len(isle))))
	}
	lake := m.faceAt(isle[0].add(isle[0].sub(c).unit().mul(pointEvery)))
	up := t.lakeAxis.left()
	far := 10 * t.radius
	n, s := nearest(isle, c.add(up.mul(far))), nearest(isle, c.add(up.mul(-far)))
	along := func(from, to int) []vec {
		out := []vec{isle[from]}
		for i := from; i != to; {
			i = (i + 1) % len(isle)
			out = append(out, isle[i])
		}
		return out
	}
	a, b := t.shoreBeyond(c, isle[n]), t.shoreBeyond(c, isle[s])
	in, west, out := walk([]vec{a, isle[n]}, pointEvery), along(n, s), walk([]vec{isle[s], b}, pointEvery)
	whole := append(append(slices.Clone(in), west[1:]...), out[1:]...)
	if m.faces[lake].zone != water || !m.onBorder(lake, a) || !m.onBorder(lake, b) {
		return errWater(a, m)
	}
	h, err := m.set(lake, whole, tertiary)
	if err != nil {
		return err
	}
	road := m.arcs[h.arc()].line
	m.lines[road].pieces = [][]lattice.Point{m.points(in), m.points(out)}
	_, h = m.breakAt(h, len(in)-1)
	h, _ = m.breakAt(h, len(west)-1)
	m.arcs[h.arc()].line = m.newLine(shore)
	east := m.face[h] // the chain runs from north to south: east is on its left
	h, err = m.set(east, reversed(along(s, n)), shore)
	if err != nil {
		return err
	}
	inner := m.face[h]
	if !m.contains(inner, c) {
		inner = m.face[h.twin()]
	}
	m.faces[inner].zone = island
	return nil
}

// onBorder tells whether v is a vertex of a face's border.
func (m *planar) onBorder(f int32, v vec) bool {
	s := m.find(f, v)
	return m.at(s.h, s.i) == m.point(v)
}

// shoreBeyond is the vertex of the lake's shore seen from c over v.
func (t *terrain) shoreBeyond(c, v vec) vec {
	dir := v.sub(c).unit()
	best, score := 0, math.Inf(-1)
	for i, p := range t.lake {
		d := p.sub(c)
		if s := d.unit().dot(dir); s > score {
			best, score = i, s
		}
	}
	return t.lake[best]
}

func reversed(vs []vec) []vec {
	out := make([]vec, len(vs))
	for i, v := range vs {
		out[len(vs)-1-i] = v
	}
	return out
}

func errWater(at vec, m *planar) error {
	return geo.Errorf(geo.Invalid, "with this seed the water runs into itself; choose another").On("seed", "").Where(m.point(at))
}
