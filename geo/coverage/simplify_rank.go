package coverage

import (
	"math"

	"onegrid/geo/lattice"
)

// ranker takes the vertices of a coverage away one by one, always the one whose
// triangle with its two neighbours is the smallest (Visvalingam), and notes the
// size at which each went.
//
// A vertex b between a and c may go only when the closed triangle abc holds no
// other live vertex. Then nothing can cross the new segment a-c: whatever
// entered the triangle through it would have to end inside, or leave through
// a-b or b-c, which nothing crosses. What is left to forbid is a second segment
// between the same two nodes, and an island of fewer than three points.
//
//	    b                 A blocked vertex waits for one that blocks it. When
//	  / w \               that one goes, it is looked at again; when the last
//	a-------c             one has gone, it goes next.
type ranker struct {
	pts        []lattice.Point // the arcs' points, one arc after the other
	prev, next []int32         // live neighbours along the arc, -1 at its ends
	arcOf      []int32
	arcs       []rankedArc
	goes       []float32 // importance: see Simplified
	weight     latitudeWeight

	queue    *queue
	grid     *pointGrid
	node     []bool  // by vertex: an end of an arc, which stays
	gone     []bool  // by vertex
	nodeAt   []int32 // by node: the one vertex that stands for it in the grid
	live     int     // vertices in the grid that are not gone
	inGrid   int
	waiting  map[int32][]int32 // by vertex: who waits for it to go
	straight map[[2]int32]bool // pairs of nodes that a segment joins
}

// rankedArc is what the ranker knows of an arc.
type rankedArc struct {
	from, to int32 // nodes
	inner    int32 // live points between its ends
}

// rank returns the importance of each point of pts.
func (r *ranker) rank() []float32 {
	r.prepare()
	least := 0.0
	for len(r.queue.heap) > 0 {
		first := r.queue.pop()
		b := first.v
		if r.stays(b) {
			continue
		}
		if w := r.blocker(b); w >= 0 {
			if !r.node[w] {
				r.waiting[w] = append(r.waiting[w], b)
			}
			continue
		}
		least = max(least, first.key)
		r.goes[b] = float32(least * latticeToPixels)
		r.remove(b)
	}
	return r.goes
}

// prepare fills the queue and the grid.
func (r *ranker) prepare() {
	n := len(r.pts)
	r.queue = newQueue(r.pts)
	r.goes = make([]float32, n)
	r.gone = make([]bool, n)
	r.waiting = map[int32][]int32{}
	r.straight = map[[2]int32]bool{}
	inner := make([]queued, 0, n)
	for v := range r.pts {
		r.goes[v] = float32(math.Inf(1))
		if !r.node[v] {
			inner = append(inner, queued{r.size(int32(v)), int32(v)})
		}
	}
	r.queue.fill(inner)
	for _, a := range r.arcs {
		if a.inner == 0 {
			r.straight[a.ends()] = true
		}
	}
	r.sort()
}

// sort builds the grid anew from what is live. It is called whenever half has
// gone, so that a cell keeps holding a few points while triangles grow.
func (r *ranker) sort() {
	var index []uint32
	for _, v := range r.nodeAt {
		index = append(index, uint32(v))
	}
	for v := range r.pts {
		if !r.node[v] && !r.gone[v] {
			index = append(index, uint32(v))
		}
	}
	r.grid = newPointGrid(r.pts, index, r.grid)
	r.live, r.inGrid = len(index), len(index)
}

// stays tells that b can not go whatever lies around it: its arc would be an
// island of two points, or a second segment between two nodes.
func (r *ranker) stays(b int32) bool {
	a := &r.arcs[r.arcOf[b]]
	if a.inner > 2 {
		return false
	}
	if a.from == a.to {
		return true
	}
	return a.inner == 1 && r.straight[a.ends()]
}

// remove takes b out of its arc.
func (r *ranker) remove(b int32) {
	a, c := r.prev[b], r.next[b]
	r.next[a], r.prev[c] = c, a
	r.gone[b] = true
	arc := &r.arcs[r.arcOf[b]]
	if arc.inner--; arc.inner == 0 {
		r.straight[arc.ends()] = true
	}
	for _, v := range [2]int32{a, c} {
		if !r.node[v] {
			r.queue.put(v, r.size(v))
		}
	}
	for _, v := range r.waiting[b] {
		if !r.gone[v] {
			r.queue.put(v, r.size(v))
		}
	}
	delete(r.waiting, b)
	if r.live--; r.live < r.inGrid/2 && r.inGrid > 64 {
		r.sort()
	}
}

// size is the area of b's triangle as the map shows it.
func (r *ranker) size(b int32) float64 {
	p := r.pts[b]
	area := lattice.Cross(r.pts[r.prev[b]], p, r.pts[r.next[b]])
	return math.Abs(float64(area)) * r.weight.at(p.Y)
}

// blocker returns a live vertex other than b and its neighbours in the closed
// triangle of the three, -1 when there is none.
func (r *ranker) blocker(v int32) int32 {
	a, b, c := r.pts[r.prev[v]], r.pts[v], r.pts[r.next[v]]
	if lattice.Cross(a, b, c) < 0 {
		a, c = c, a
	}
	g := r.grid
	lo, hi := int64(min(a.Y, b.Y, c.Y)), int64(max(a.Y, b.Y, c.Y))
	left, right := int64(min(a.X, b.X, c.X)), int64(max(a.X, b.X, c.X))
	first, last := g.rows(lo, hi)
	for row := first; row <= last; row++ {
		within := reach{left, right}
		if last-first > 1 && right-left > 1<<(g.shift+1) {
			within = noReach()
			bottom := g.bottom(row)
			top := bottom + 1<<g.shift - 1
			within.cross(a, b, bottom, top)
			within.cross(b, c, bottom, top)
			within.cross(c, a, bottom, top)
		}
		items, places := g.span(row, within.lo, within.hi)
		for i, p := range places {
			if between(p, left, right, lo, hi) && p != a && p != b && p != c &&
				lattice.Cross(a, b, p) >= 0 && lattice.Cross(b, c, p) >= 0 && lattice.Cross(c, a, p) >= 0 && !r.gone[items[i]] {
				return int32(items[i])
			}
		}
	}
	return -1
}

// between tells whether p lies in a box. It spares most points the rest, and a
// triangle without area needs it: there the three turns are zero all along the
// line.
func between(p lattice.Point, left, right, lo, hi int64) bool {
	x, y := int64(p.X), int64(p.Y)
	return left <= x && x <= right && lo <= y && y <= hi
}

func (a rankedArc) ends() [2]int32 { return [2]int32{min(a.from, a.to), max(a.from, a.to)} }

// latticeToPixels turns twice an area of the lattice into the square pixels of
// MaxPixelZoom that it takes at the equator.
const latticeToPixels = pixelsAcross * pixelsAcross / 2

const pixelsAcross = float64(PixelExtent<<MaxPixelZoom) / (360 * lattice.Scale) // a lattice unit

// latitudeWeight turns an area of the lattice, in which a degree of longitude is
// as wide as one of latitude, into what Mercator shows: heights stretched by the
// secant of the latitude. Steps of 2^16 units (some 700 m) are fine enough to
// compare triangles by, and whole 1024ths make the result the same on every
// machine.
type latitudeWeight struct {
	lowest int32
	secant []float64
}

func newLatitudeWeight(b lattice.Box) latitudeWeight {
	if b.Empty() {
		return latitudeWeight{secant: []float64{1}}
	}
	w := latitudeWeight{lowest: b.Min.Y}
	for band := int64(0); band <= b.Height()>>16; band++ {
		lat := float64(int64(b.Min.Y)+band<<16) / lattice.Scale
		lat = max(-maxLatitude, min(maxLatitude, lat))
		w.secant = append(w.secant, math.Round(1024/math.Cos(lat*math.Pi/180))/1024)
	}
	return w
}

func (w latitudeWeight) at(y int32) float64 {
	return w.secant[(int64(y)-int64(w.lowest))>>16]
}
