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
	vs     []vertex // of the arcs, one arc after the other
	goes   []float32
	weight latitudeWeight

	queue    *queue
	grid     pointGrid
	live     int                // vertices in the grid that are not gone
	waiting  map[int32][]int32  // by vertex: who waits for it to go
	straight map[[2]int32]bool  // pairs of nodes that a segment joins
	standsAt map[int32]struct{} // nodes of which a vertex is in the grid

	until []float32 // by vertex: when it goes by what was decided before; nil if nothing was
	now   float32   // the importance of what goes now
}

// newRanker makes a ranker for so many vertices of a coverage.
func newRanker(c *Coverage, vertices int) *ranker {
	return &ranker{
		vs:       make([]vertex, 0, vertices),
		weight:   newLatitudeWeight(c.Bounds()),
		waiting:  map[int32][]int32{},
		straight: map[[2]int32]bool{},
		standsAt: map[int32]struct{}{},
	}
}

// vertex is a point of an arc with its live neighbours on it. The first vertex of
// an arc has the complement of its node as prev, the last one as next: these
// stay. All that is asked of a vertex lies in one place, as most of the time goes
// into fetching it.
type vertex struct {
	at         lattice.Point
	prev, next int32
}

const gone = math.MinInt32 // as prev

func (v *vertex) isEnd() bool { return v.prev < 0 || v.next < 0 }

// addArc adds an arc's vertices.
func (r *ranker) addArc(a Arc) {
	first := int32(len(r.vs))
	for i, p := range a.Points {
		v := first + int32(i)
		r.vs = append(r.vs, vertex{p, v - 1, v + 1})
	}
	r.vs[first].prev = ^a.From
	r.vs[len(r.vs)-1].next = ^a.To
	if len(a.Points) == 2 {
		r.straight[pair(a.From, a.To)] = true
	}
}

// rank returns the importance of each vertex.
func (r *ranker) rank() []float32 {
	r.prepare()
	least := float32(0)
	for {
		first, ok := r.queue.pop()
		if !ok {
			return r.goes
		}
		b := first.v
		if r.stays(b) {
			continue
		}
		r.now = max(least, first.key)
		if w := r.blocker(b); w >= 0 {
			switch {
			case !r.vs[w].isEnd():
				r.waiting[w] = append(r.waiting[w], b)
			case r.until != nil && !math.IsInf(float64(r.until[w]), 1):
				r.queue.put(b, r.until[w])
			}
			continue
		}
		least = r.now
		r.goes[b] = least
		r.remove(b)
	}
}

// prepare fills the queue and the grid.
func (r *ranker) prepare() {
	r.queue = newQueue(r.vs)
	r.goes = make([]float32, len(r.vs))
	for v := range r.vs {
		r.goes[v] = float32(math.Inf(1))
		if !r.vs[v].isEnd() {
			r.queue.put(int32(v), r.size(int32(v)))
		}
	}
	r.sort()
}

// sort builds the grid anew from what is live, each node once. It is called
// whenever half has gone, so that a cell keeps holding a few points while
// triangles grow.
func (r *ranker) sort() {
	clear(r.standsAt)
	items := make([]uint32, 0, len(r.grid.items)/2+1)
	places := make([]lattice.Point, 0, len(r.grid.items)/2+1)
	for i := range r.vs {
		v := &r.vs[i]
		if v.prev == gone || v.prev < 0 && !r.stands(^v.prev) || v.next < 0 && !r.stands(^v.next) {
			continue
		}
		items, places = append(items, uint32(i)), append(places, v.at)
	}
	r.grid.fill(items, places)
	r.live = len(items)
}

// stands tells whether a node is not yet in the grid, and notes that it will be.
func (r *ranker) stands(node int32) bool {
	_, there := r.standsAt[node]
	r.standsAt[node] = struct{}{}
	return !there
}

// stays tells that b can not go whatever lies around it: its arc would be an
// island of two points, or a second segment between two nodes.
func (r *ranker) stays(b int32) bool {
	v := &r.vs[b]
	a, c := &r.vs[v.prev], &r.vs[v.next]
	switch {
	case a.prev >= 0 && c.next >= 0:
		return false // at least four points more
	case a.prev < 0 && c.next < 0: // the last one between the ends
		return a.prev == c.next || r.straight[pair(^a.prev, ^c.next)]
	case a.prev < 0:
		return r.vs[c.next].next == a.prev // two in a closed arc
	default:
		return r.vs[a.prev].prev == c.next
	}
}

// remove takes b out of its arc.
func (r *ranker) remove(b int32) {
	v := &r.vs[b]
	a, c := &r.vs[v.prev], &r.vs[v.next]
	a.next, c.prev = v.next, v.prev
	if a.prev < 0 && c.next < 0 {
		r.straight[pair(^a.prev, ^c.next)] = true
	}
	for _, n := range [2]int32{v.prev, v.next} {
		if !r.vs[n].isEnd() {
			r.queue.put(n, r.size(n))
		}
	}
	v.prev = gone
	for _, w := range r.waiting[b] {
		if r.vs[w].prev != gone {
			r.queue.put(w, r.size(w))
		}
	}
	delete(r.waiting, b)
	if r.live--; r.live < len(r.grid.items)/2 && r.live > 32 {
		r.sort()
	}
}

// size is the area of b's triangle in square pixels of MaxPixelZoom.
func (r *ranker) size(b int32) float32 {
	v := &r.vs[b]
	area := lattice.Cross(r.vs[v.prev].at, v.at, r.vs[v.next].at)
	return float32(math.Abs(float64(area)) * r.weight.at(v.at.Y))
}

// blocker returns a live vertex other than v and its neighbours in the closed
// triangle of the three, -1 when there is none.
func (r *ranker) blocker(v int32) int32 {
	a, b, c := r.vs[r.vs[v].prev].at, r.vs[v].at, r.vs[r.vs[v].next].at
	if lattice.Cross(a, b, c) < 0 {
		a, c = c, a
	}
	g := &r.grid
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
				lattice.Cross(a, b, p) >= 0 && lattice.Cross(b, c, p) >= 0 && lattice.Cross(c, a, p) >= 0 &&
				r.isLive(items[i]) {
				return int32(items[i])
			}
		}
	}
	return -1
}

// isLive tells whether a vertex is there now.
func (r *ranker) isLive(v uint32) bool {
	return r.vs[v].prev != gone && (r.until == nil || r.until[v] > r.now)
}

// between tells whether p lies in a box. It spares most points the rest, and a
// triangle without area needs it: there the three turns are zero all along the
// line.
func between(p lattice.Point, left, right, lo, hi int64) bool {
	x, y := int64(p.X), int64(p.Y)
	return left <= x && x <= right && lo <= y && y <= hi
}

func pair(a, b int32) [2]int32 { return [2]int32{min(a, b), max(a, b)} }

// latitudeWeight turns twice an area of the lattice, in which a degree of
// longitude is as wide as one of latitude, into the square pixels of MaxPixelZoom
// that Mercator shows it on: heights are stretched by the secant of the latitude.
// Steps of 2^16 units (some 700 m) are fine enough to compare triangles by, and
// whole 1024ths of the secant make the result the same on every machine.
type latitudeWeight struct {
	lowest int32
	pixels []float64
}

const pixelsAcross = float64(PixelExtent<<MaxPixelZoom) / (360 * lattice.Scale) // a lattice unit, at the equator

func newLatitudeWeight(b lattice.Box) latitudeWeight {
	w := latitudeWeight{lowest: b.Min.Y}
	for band := int64(0); band <= b.Height()>>16; band++ {
		lat := float64(int64(b.Min.Y)+band<<16) / lattice.Scale
		lat = max(-maxLatitude, min(maxLatitude, lat))
		secant := math.Round(1024/math.Cos(lat*math.Pi/180)) / 1024
		w.pixels = append(w.pixels, secant*pixelsAcross*pixelsAcross/2)
	}
	return w
}

func (w latitudeWeight) at(y int32) float64 {
	return w.pixels[(int64(y)-int64(w.lowest))>>16]
}
