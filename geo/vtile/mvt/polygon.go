package mvt

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// MaxWork bounds how many pairs of segments the checks of one tile compare, so
// that a hostile tile cannot take long: about a tenth of a second.
const MaxWork = 20_000_000

// far is how far from the tile a ring may go to be checked exactly in 64 bits.
const far = 1 << 28

var errWork = errors.New("the rings take too long to check")

// edge is a segment of a ring.
type edge struct {
	a, b    XY
	ring, i int
	n       int // segments in the ring
}

// checkPolygons refuses rings that are not polygons: of no area, a hole first,
// touching themselves, crossing, touching more than rings of a polygon may, or
// a hole outside of its outer ring.
//
// The rings of one polygon may touch at single places, as the simple features
// that vector tiles refer to allow, so long as the interior stays in one piece;
// so may those of two polygons of a feature, whose interiors must not meet.
func checkPolygons(rings [][]XY, work *int) error {
	owner := make([]int, len(rings)) // the outer ring that each belongs to
	for i, r := range rings {
		for _, p := range r {
			if max(p.X, -p.X, p.Y, -p.Y) > far {
				return fmt.Errorf("ring %d goes to %v, too far to be checked", i, p)
			}
		}
		switch area := Area2(r); {
		case area == 0:
			return fmt.Errorf("ring %d has no area", i)
		case area > 0:
			owner[i] = i
		case i == 0:
			return errors.New("the first ring is a hole")
		default:
			owner[i] = owner[i-1]
		}
	}
	var edges []edge
	for k, r := range rings {
		for i := range r {
			edges = append(edges, edge{a: r[i], b: r[(i+1)%len(r)], ring: k, i: i, n: len(r)})
		}
	}
	slices.SortFunc(edges, func(e, f edge) int { return cmp.Compare(min(e.a.X, e.b.X), min(f.a.X, f.b.X)) })
	touches := map[[2]int]map[XY]bool{}
	for i, e := range edges {
		for _, f := range edges[i+1:] {
			if min(f.a.X, f.b.X) > max(e.a.X, e.b.X) {
				break
			}
			if *work--; *work < 0 {
				return errWork
			}
			if max(e.a.Y, e.b.Y) < min(f.a.Y, f.b.Y) || max(f.a.Y, f.b.Y) < min(e.a.Y, e.b.Y) {
				continue
			}
			if err := meet(e, f, touches); err != nil {
				return err
			}
		}
	}
	if err := checkTouches(touches, owner, len(rings)); err != nil {
		return err
	}
	return checkNesting(rings, owner, work)
}

// meet judges how two segments meet. Rings that touch at a place are noted.
func meet(e, f edge, touches map[[2]int]map[XY]bool) error {
	ea, eb := orient(f.a, f.b, e.a), orient(f.a, f.b, e.b)
	fa, fb := orient(e.a, e.b, f.a), orient(e.a, e.b, f.b)
	if ea*eb < 0 && fa*fb < 0 {
		return fmt.Errorf("segments %v-%v and %v-%v cross", e.a, e.b, f.a, f.b)
	}
	var places []XY
	note := func(on int, p, a, b XY) {
		if on == 0 && between(p, a, b) && !slices.Contains(places, p) {
			places = append(places, p)
		}
	}
	note(ea, e.a, f.a, f.b)
	note(eb, e.b, f.a, f.b)
	note(fa, f.a, e.a, e.b)
	note(fb, f.b, e.a, e.b)
	if len(places) == 0 {
		return nil
	}
	if len(places) > 1 {
		return fmt.Errorf("segments %v-%v and %v-%v lie on each other", e.a, e.b, f.a, f.b)
	}
	if e.ring == f.ring {
		if (e.i+1)%e.n == f.i || (f.i+1)%f.n == e.i {
			return nil // their common end
		}
		return fmt.Errorf("ring %d touches itself at %v", e.ring, places[0])
	}
	pair := [2]int{min(e.ring, f.ring), max(e.ring, f.ring)}
	if touches[pair] == nil {
		touches[pair] = map[XY]bool{}
	}
	touches[pair][places[0]] = true
	return nil
}

// checkTouches refuses touching that takes the interior of a polygon apart: two
// of its rings at two places, or its rings in a circle.
func checkTouches(touches map[[2]int]map[XY]bool, owner []int, n int) error {
	// Rings that meet at one place hang together there; joining the same two
	// groups again, at another place, closes a circle around a part of the
	// interior. Rings and places are the two kinds of nodes of a graph that must
	// be a forest.
	group := map[any]any{}
	find := func(x any) any {
		for {
			up, ok := group[x]
			if !ok {
				return x
			}
			if over, ok := group[up]; ok {
				group[x] = over // halve the way for the next
			}
			x = up
		}
	}
	type spot struct {
		polygon int
		at      XY
	}
	type join struct {
		ring int
		at   spot
	}
	joined := map[join]bool{}
	for pair, places := range touches {
		if owner[pair[0]] != owner[pair[1]] {
			continue
		}
		for at := range places {
			s := spot{owner[pair[0]], at}
			for _, r := range pair {
				if joined[join{r, s}] {
					continue
				}
				joined[join{r, s}] = true
				a, b := find(r), find(s)
				if a == b {
					return fmt.Errorf("ring %d and others take the interior apart at %v", r, at)
				}
				group[a] = b
			}
		}
	}
	return nil
}

// checkNesting refuses a hole outside of its outer ring or inside another of its
// holes, and an outer ring inside another polygon. Rings do not cross here, so
// one place that is not on the other ring tells.
func checkNesting(rings [][]XY, owner []int, work *int) error {
	for i, r := range rings {
		for k, o := range rings {
			if i == k {
				continue
			}
			if *work -= len(o); *work < 0 {
				return errWork
			}
			in := inside(r, o)
			switch {
			case owner[i] == k && !in:
				return fmt.Errorf("hole %d is not inside ring %d", i, k)
			case owner[i] == owner[k] && owner[i] != i && owner[k] != k && in:
				return fmt.Errorf("hole %d is inside hole %d", i, k)
			case owner[i] == i && owner[k] == k && in && !inHole(r, k, rings, owner):
				return fmt.Errorf("ring %d lies in the polygon of ring %d", i, k)
			}
		}
	}
	return nil
}

// inHole tells that r lies in one of the holes of the polygon of ring k.
func inHole(r []XY, k int, rings [][]XY, owner []int) bool {
	for h := k + 1; h < len(rings) && owner[h] == k; h++ {
		if inside(r, rings[h]) {
			return true
		}
	}
	return false
}

// inside tells that r lies inside o. They may touch at places, so it asks for
// the middle of a segment of r that is not on o.
func inside(r, o []XY) bool {
	for i, a := range r {
		b := r[(i+1)%len(r)]
		mx, my := a.X+b.X, a.Y+b.Y
		if in, on := parity(mx, my, o); !on {
			return in
		}
	}
	return false
}

// parity tells whether a place in doubled coordinates is inside a ring, or on it.
func parity(mx, my int64, o []XY) (in, on bool) {
	for i, p := range o {
		q := o[(i+1)%len(o)]
		px, py, qx, qy := 2*p.X, 2*p.Y, 2*q.X, 2*q.Y
		s := sign(qx-px, my-py, qy-py, mx-px)
		if s == 0 && mx >= min(px, qx) && mx <= max(px, qx) && my >= min(py, qy) && my <= max(py, qy) {
			return false, true
		}
		if (py > my) != (qy > my) && (s > 0) == (qy > py) {
			in = !in
		}
	}
	return in, false
}

// orient is the sign of the area of the triangle a, b, p.
func orient(a, b, p XY) int {
	return sign(b.X-a.X, p.Y-a.Y, b.Y-a.Y, p.X-a.X)
}

// sign is the sign of a*b - c*d.
func sign(a, b, c, d int64) int { return cmp.Compare(a*b, c*d) }

func between(p, a, b XY) bool {
	return p.X >= min(a.X, b.X) && p.X <= max(a.X, b.X) && p.Y >= min(a.Y, b.Y) && p.Y <= max(a.Y, b.Y)
}
