package citygen

import (
	"math"

	"onegrid/geo/lattice"
)

// manner is how streets of one level are laid.
type manner struct {
	class    class
	step     float64                          // between points, metres
	snap     float64                          // an end this near to a junction moves there
	gap      float64                          // least distance between junctions
	clear    float64                          // least distance to what it does not meet
	minAngle float64                          // at which streets may meet, radians
	steer    func(p vec, heading vec) vec     // the direction to take at p
	balanced func(f int32, part float64) bool // whether a face may be cut so that the new part has this area
	free     bool                             // may wind (a ring road), so its pieces are not held to one direction
}

// reach is how a trace ends on a face's border.
type reach struct {
	points []vec // from the start to the end, both included
	end    spot
}

// trace goes from start through the inside of a face until it meets the face's
// border, and ends there at a vertex at which a junction may be. from, if not
// nil, is the border vertex that it leaves.
//
// Like a ray that marches through open space, it asks for its distance to the
// border and then walks that far without asking again.
func (m *planar) trace(f int32, start, heading vec, from *lattice.Point, w *manner) (reach, bool) {
	pts := []vec{start}
	p, lp := start, m.point(start)
	open := 0.0
	limit := int(6*math.Sqrt(m.faces[f].area)/w.step) + 200
	for range limit {
		heading = w.steer(p, heading)
		lq := m.point(p.add(heading.mul(w.step)))
		q := m.vec(lq)
		if open < w.step+1 {
			if open = m.clearance(f, p) - 1; open < w.step+1 {
				except := from
				if len(pts) > 1 {
					except = nil
				}
				if at, ok := m.hit(f, lp, lq, except); ok {
					return m.arrive(f, pts, heading, at, w)
				}
			}
		}
		open -= w.step + 0.05
		pts = append(pts, q)
		p, lp = q, lq
	}
	return reach{}, false
}

// arrive ends a trace that met the border between the vertices i and i+1 of a
// half: at a junction near by, else at the nearer vertex, bending the last
// stretch towards it.
func (m *planar) arrive(f int32, pts []vec, heading vec, at spot, w *manner) (reach, bool) {
	p := pts[len(pts)-1]
	met := p.add(heading.mul(w.step * min(1, max(0, m.along(m.point(p), m.point(p.add(heading.mul(w.step))), m.at(at.h, at.i), m.at(at.h, at.i+1))))))
	last := m.size(at.h) - 1
	toStart, toEnd := m.stretch(at.h, 0, at.i), m.stretch(at.h, at.i+1, last)
	var choices []spot
	if toStart < w.snap && toStart <= toEnd {
		choices = append(choices, spot{at.h, 0})
	} else if toEnd < w.snap {
		choices = append(choices, spot{at.h, last})
	}
	i := at.i
	if m.vec(m.at(at.h, i+1)).dist(met) < m.vec(m.at(at.h, i)).dist(met) {
		i++
	}
	if m.stretch(at.h, 0, i) >= w.gap && m.stretch(at.h, i, last) >= w.gap {
		choices = append(choices, spot{at.h, i})
	}
	for _, s := range choices {
		if !m.opens(s, heading.mul(-1), w.minAngle) {
			continue
		}
		if bent, ok := bend(pts, met, m.vec(m.at(s.h, s.i)), w.step); ok {
			return reach{bent, s}, true
		}
	}
	return reach{}, false
}

// stretch is the length of a half between two of its points, as far as it is
// short: beyond 400 m nobody asks.
func (m *planar) stretch(h half, i, j int) float64 {
	l := 0.0
	a := m.vec(m.at(h, i))
	for i++; i <= j && l < 400; i++ {
		b := m.vec(m.at(h, i))
		l += a.dist(b)
		a = b
	}
	return l
}

// opens tells whether a line may leave a spot in a direction: with at least an
// angle to the border on both sides.
func (m *planar) opens(s spot, dir vec, angle float64) bool {
	limit := math.Cos(angle)
	return m.ahead(s, 28).dot(dir) < limit && m.behind(s, 28).dot(dir) < limit
}

// ahead is the direction from a spot along the border over about a distance;
// behind the same against the border's direction.
func (m *planar) ahead(s spot, over float64) vec {
	h, i := s.h, s.i
	if i == m.size(h)-1 {
		h, i = m.next[h], 0
	}
	o := m.vec(m.at(h, i))
	for i++; i < m.size(h)-1 && m.vec(m.at(h, i)).dist(o) < over; i++ {
	}
	return m.vec(m.at(h, i)).sub(o).unit()
}

func (m *planar) behind(s spot, over float64) vec {
	h, i := s.h, s.i
	if i == 0 {
		h = m.prev[h]
		i = m.size(h) - 1
	}
	o := m.vec(m.at(h, i))
	for i--; i > 0 && m.vec(m.at(h, i)).dist(o) < over; i-- {
	}
	return m.vec(m.at(h, i)).sub(o).unit()
}

// bend moves the end of a trace from where it met the border to target, the
// points before it less and less.
func bend(pts []vec, met, target vec, step float64) ([]vec, bool) {
	off := target.sub(met)
	length := float64(len(pts)) * step
	ramp := min(3*off.len()+40, length*0.8)
	if off.len() > 0.4*ramp {
		return nil, false
	}
	out := make([]vec, 0, len(pts)+1)
	out = append(out, pts...)
	for k := len(out) - 1; k > 0; k-- {
		d := out[k].dist(met)
		if d >= ramp {
			break
		}
		out[k] = out[k].add(off.mul(smooth(1 - d/ramp)))
	}
	for len(out) > 1 && out[len(out)-1].dist(target) < step*0.6 {
		out = out[:len(out)-1]
	}
	return append(out, target), true
}
