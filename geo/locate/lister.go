package locate

import (
	"math"
	"slices"

	"onegrid/geo/lattice"
)

// lister makes the lists of one block after another.
//
// A segment is left off a square's list if there is a place v on another border
// that is nearer from wherever one stands in the square. To know that, it is
// enough to stand in its corners:
//
//	+-------+        The places nearer to v than to a place w of the segment are
//	|       |   w    a half-plane. If that holds all four corners it holds the
//	| v     |  /     square; and if at each corner v is nearer than the segment,
//	+-------+ w      it is nearer than every w of it.
//
// The v that are tried are the nearest places to the corners and to the middle.
//
// Distances differ a little from place to place, since a unit's metres do. The
// lister measures in the plane at the middle of the block, where a distance is
// at most k times longer or shorter than at any place of the block; so v must be
// nearer by k k. Places nearer to v by a factor are a disc, which is as good.
type lister struct {
	*Index
	level            uint8
	middleX, middleY int64   // of the block, relative to the grid's corner
	east, north      float64 // metres in a unit there
	stretched        float64 // k k
	width, height    float64 // of the block in metres
	reach2           float64 // square of how far from the middle there are candidates
	c0, c1, r0, r1   int     // columns and rows of cells that it reaches

	candidates []candidate
	fromMiddle []float64               // squares of distances to the middle of a square, of those on its list, and
	distances  [][corners]float64      // to its corners, of those not too far
	lists      [blockShift + 2][]int32 // by depth: numbers of candidates
	chosen     []int32                 // candidates, list by list
	ends       []int                   // of lists in chosen
	vertex     []int32                 // of a candidate in the block, at which it begins; 0 if it is on no list
}

// candidate is a segment that can be nearest to a place of the block.
type candidate struct {
	ax, ay, bx, by int64 // relative to the grid's corner
	arc            int
	x, y           float64 // a from the middle of the block, in metres
	dx, dy         float64 // from a to b
	perLength2     float64 // 1/(dx dx + dy dy)
}

// block makes the lists of a block, nil if its scale differs too much from place
// to place for them to be short.
func (l *lister) block(x *Index, t *shortlists, n int) *block {
	l.Index, l.level = x, t.level
	wide, high := t.wide+blockShift, t.high+blockShift
	l.middleX = int64(n%t.columns)<<wide + 1<<(wide-1)
	l.middleY = int64(n/t.columns)<<high + 1<<(high-1)
	if !l.measure(1<<(wide-1), 1<<(high-1)) {
		return nil
	}
	l.gather()
	all := l.lists[0][:0]
	for i := range l.candidates {
		all = append(all, int32(i))
	}
	l.lists[0], l.chosen, l.ends = all, l.chosen[:0], l.ends[:0]
	b := &block{x: l.middleX, y: l.middleY}
	l.divide(b, 0, 0, 0, 0)
	l.write(b)
	l.Index = nil // a lister waits for its next block and keeps nothing alive
	return b
}

// measure finds the scale at the middle and how far it differs in the block,
// which reaches so far each way. It says no near the poles, or if the block is
// as large as a country.
func (l *lister) measure(wide, high int64) bool {
	const most = 85 * lattice.Scale
	y := l.middleY + l.south
	if y-high < -most || y+high > most {
		return false
	}
	l.east, l.north = lattice.ScaleAt(int32(y))
	k := 1.0
	// It is greatest or least at the ends, or at the equator.
	for _, at := range [...]int64{y - high, y + high, max(y-high, min(0, y+high))} {
		east, north := lattice.ScaleAt(int32(at))
		k = max(k, east/l.east, l.east/east, north/l.north, l.north/north)
	}
	l.stretched = k * k * (1 + 1e-9) // and whatever rounding takes away
	l.width, l.height = 2*float64(wide)*l.east, 2*float64(high)*l.north
	return k < 1.05
}

// reach is how far from the middle of a square what is nearest to one of its
// places can be, if half of the square's diagonal is r and the nearest border is
// m from its middle. From no place of the square that border is farther than
// k (m + r). So what is nearest there is no farther, which is k k (m + r) in the
// lister's plane, and no more than r more from the middle.
func (l *lister) reach(m, r float64) float64 { return l.stretched*(m+r) + r }

// gather finds the block's candidates, in the order of cells.
func (l *lister) gather() {
	l.candidates = l.candidates[:0]
	s := search{Index: l.Index, asked: l.Index, level: l.level, own: unknown, px: l.middleX, py: l.middleY, east: l.east, north: l.north}
	s.best.square = math.Inf(1)
	s.run()
	if !s.found {
		return
	}
	reach := l.reach(math.Sqrt(s.best.square), math.Hypot(l.width, l.height)/2)
	l.reach2 = reach * reach
	x, y := int64(reach/l.east)+1, int64(reach/l.north)+1
	l.c0, l.c1 = clamp((l.middleX-x)>>l.wide, l.cols), clamp((l.middleX+x)>>l.wide, l.cols)
	l.r0, l.r1 = clamp((l.middleY-y)>>l.high, l.rows), clamp((l.middleY+y)>>l.high, l.rows)
	l.from(len(l.tiers)-1, 0, 0)
}

// from gathers from a block of a tier.
func (l *lister) from(tier, col, row int) {
	t := &l.tiers[tier]
	if t.least[row*t.cols+col] > l.level {
		return
	}
	if tier == 0 {
		l.cell(col, row)
		return
	}
	shift := uint8((tier - 1) * tierShift)
	for r := max(row<<tierShift, l.r0>>shift); r <= min((row+1)<<tierShift-1, l.r1>>shift); r++ {
		for c := max(col<<tierShift, l.c0>>shift); c <= min((col+1)<<tierShift-1, l.c1>>shift); c++ {
			l.from(tier-1, c, r)
		}
	}
}

// cell gathers from a cell. A segment lies in several cells: it is taken in the
// one where it starts, or if that is not among those gathered from, in any.
func (l *lister) cell(col, row int) {
	for s := range l.segments(int64(col)<<l.wide, int64(row)<<l.high) {
		if l.arcs[s.arc].level > l.level {
			continue
		}
		x, y := int64(col)<<l.wide, int64(row)<<l.high
		c := candidate{ax: s.ax + x, ay: s.ay + y, bx: s.bx + x, by: s.by + y, arc: s.arc}
		home, line := int(c.ax>>l.wide), int(c.ay>>l.high)
		if (home != col || line != row) && home >= l.c0 && home <= l.c1 && line >= l.r0 && line <= l.r1 {
			continue
		}
		c.x, c.y = float64(c.ax-l.middleX)*l.east, float64(c.ay-l.middleY)*l.north
		c.dx, c.dy = float64(c.bx-c.ax)*l.east, float64(c.by-c.ay)*l.north
		c.perLength2 = 1 / (c.dx*c.dx + c.dy*c.dy)
		if c.distance2(place{}) <= l.reach2 {
			l.candidates = append(l.candidates, c)
		}
	}
}

// place is a place in metres from the middle of the block.
type place struct{ x, y float64 }

const corners = 4

// at is the place on the segment that is nearest to another.
func (c *candidate) at(p place) place {
	t := ((p.x-c.x)*c.dx + (p.y-c.y)*c.dy) * c.perLength2
	t = max(0, min(1, t))
	return place{c.x + t*c.dx, c.y + t*c.dy}
}

// distance2 is the square of the distance to a place.
func (c *candidate) distance2(p place) float64 {
	at := c.at(p)
	return (p.x-at.x)*(p.x-at.x) + (p.y-at.y)*(p.y-at.y)
}

// enough segments for one list: to look at as many costs no more than the miss
// of the cache that a list of its own may cost.
const enough = 10

// divide chooses the lists of a square of the block, of which there are 2^depth
// by 2^depth, out of the list at that depth.
func (l *lister) divide(b *block, depth, col, row, number int) {
	list := l.undominated(depth, col, row)
	l.lists[depth+1] = list
	if depth == blockShift || len(list) <= enough {
		squares := blockSquares >> (2 * depth)
		for i := range squares {
			b.at[number*squares+i] = uint32(len(l.ends))
		}
		l.chosen = append(l.chosen, list...)
		l.ends = append(l.ends, len(l.chosen))
		return
	}
	for i := range 4 {
		l.divide(b, depth+1, 2*col+i&1, 2*row+i>>1, 4*number+i)
	}
}

// undominated returns those of the list at a depth that can be nearest to a place
// of a square.
func (l *lister) undominated(depth, col, row int) []int32 {
	width, height := math.Ldexp(l.width, -depth), math.Ldexp(l.height, -depth)
	west, south := float64(col)*width-l.width/2, float64(row)*height-l.height/2
	stands := [...]place{
		{west, south}, {west + width, south}, {west, south + height}, {west + width, south + height},
		{west + width/2, south + height/2},
	}
	// Most are too far from the middle to be looked at from the corners.
	middle := stands[corners]
	least := math.Inf(1)
	l.fromMiddle = l.fromMiddle[:0]
	for _, i := range l.lists[depth] {
		d := l.candidates[i].distance2(middle)
		l.fromMiddle = append(l.fromMiddle, d)
		least = min(least, d)
	}
	reach := l.reach(math.Sqrt(least), math.Hypot(width, height)/2)
	out := l.lists[depth+1][:0]
	l.distances = l.distances[:0]
	nearest, squares := [len(stands)]int32{}, [len(stands)]float64{}
	for n, i := range l.lists[depth] {
		if l.fromMiddle[n] > reach*reach {
			continue
		}
		var d [len(stands)]float64
		for k, corner := range stands[:corners] {
			d[k] = l.candidates[i].distance2(corner)
		}
		d[corners] = l.fromMiddle[n]
		for k := range d {
			if len(out) == 0 || d[k] < squares[k] {
				squares[k], nearest[k] = d[k], i
			}
		}
		out = append(out, i)
		l.distances = append(l.distances, [corners]float64(d[:corners]))
	}
	if len(out) == 0 {
		return out
	}
	// How far it is from the corners to each v, and a little more.
	var far [len(stands)][corners]float64
	for k, from := range stands {
		v := l.candidates[nearest[k]].at(from)
		for j, corner := range stands[:corners] {
			far[k][j] = ((corner.x-v.x)*(corner.x-v.x) + (corner.y-v.y)*(corner.y-v.y)) * l.stretched * l.stretched
		}
	}
	kept := out[:0]
	for n, i := range out {
		d, dominated := &l.distances[n], false
		for k := range far {
			f := &far[k]
			if f[0] < d[0] && f[1] < d[1] && f[2] < d[2] && f[3] < d[3] {
				dominated = true
				break
			}
		}
		if !dominated {
			kept = append(kept, i)
		}
	}
	return kept
}

// write puts the lists into the block: first the vertices of all that is on any
// list, then the lists, and last where each begins, of which so far the number is
// known.
func (l *lister) write(b *block) {
	b.width = 1
	if !l.vertices(b) {
		b.width = 2
		l.vertices(b)
	}
	b.pieces = make([]piece, 0, len(l.chosen))
	begins := make([]uint32, len(l.ends))
	from := 0
	for n, end := range l.ends {
		begins[n] = uint32(len(b.pieces))
		b.pieces = l.pieces(b.pieces, l.chosen[from:end])
		from = end
	}
	b.pieces, b.vertices = slices.Clone(b.pieces), slices.Clone(b.vertices) // as large as need be
	for i, n := range b.at {
		b.at[i] = begins[n]
	}
}

// vertices writes the vertices of all candidates on a list, those that follow
// upon each other as one stretch. It says no if one does not fit into a word.
func (l *lister) vertices(b *block) bool {
	l.vertex = append(l.vertex[:0], make([]int32, len(l.candidates))...)
	for _, i := range l.chosen {
		l.vertex[i] = 1
	}
	b.vertices = b.vertices[:0]
	fits := true
	add := func(x, y int64) {
		x, y = x-b.x, y-b.y
		if b.width == 2 {
			b.vertices = append(b.vertices, uint32(int32(x)), uint32(int32(y)))
			return
		}
		fits = fits && int64(int16(x)) == x && int64(int16(y)) == y
		b.vertices = append(b.vertices, uint32(uint16(x))|uint32(uint16(y))<<16)
	}
	var last *candidate
	for i := range l.candidates {
		if l.vertex[i] == 0 {
			continue
		}
		c := &l.candidates[i]
		if last == nil || last.arc != c.arc || last.bx != c.ax || last.by != c.ay {
			add(c.ax, c.ay)
		}
		l.vertex[i] = int32(len(b.vertices)/b.width - 1)
		add(c.bx, c.by)
		last = c
	}
	return fits
}

// pieces appends a list, segments that follow upon each other as one piece.
func (l *lister) pieces(out []piece, list []int32) []piece {
	begin := len(out)
	next := int32(-1) // the vertex at which the last segment ends
	for _, i := range list {
		last := len(out) - 1
		if l.vertex[i] == next && out[last].arc&maxStretch < maxStretch {
			out[last].arc++
		} else {
			out = append(out, piece{uint32(l.vertex[i]) | more, uint32(l.candidates[i].arc)<<8 | 2})
		}
		next = l.vertex[i] + 1
	}
	if len(out) > begin {
		out[len(out)-1].first &^= more
	}
	return out
}
