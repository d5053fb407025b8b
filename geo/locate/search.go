package locate

import (
	"math"

	"onegrid/geo/lattice"
)

// search finds the segment nearest to a place: in squares of cells around it,
// each one ring larger than the last, until the next ring is farther than what
// was found; and after some rings of cells, in rings of blocks of cells.
//
// It measures in the plane at the place, where a unit is east by north metres.
// That plane decides only which of two places is nearer, a matter for people.
type search struct {
	*Index              // that is looked through
	asked       *Index  // the same one, or the patched one of which it is a part
	px, py      int64   // relative to the grid's corner
	east, north float64 // metres in a unit, and
	perEast     float64 // units in a metre
	perNorth    float64
	reachX      int64 // how far it is worth looking: as far as the best, in units
	reachY      int64
	level       uint8
	own         int64 // region of the place, or unknown
	best        nearest
	found       bool
}

// nearest is the best so far. Ends are relative to the place searched from.
type nearest struct {
	square         float64 // of the distance
	t              float64 // how far along from a to b: 0 and 1 are the vertices
	ax, ay, bx, by int64
	arc            int
}

// place is where on the segment, relative to the place searched from.
func (n *nearest) place() (x, y float64) {
	return float64(n.ax) + n.t*float64(n.bx-n.ax), float64(n.ay) + n.t*float64(n.by-n.ay)
}

// rings is how many rings of cells, and then of blocks of each size, are looked
// through before larger blocks are. Four rings of blocks of eight go as far as
// thirty-two rings of cells.
const rings = 4

func (s *search) run() {
	s.perEast, s.perNorth = 1/s.east, 1/s.north
	s.reach()
	for i := range s.tiers {
		t := &s.tiers[i]
		// A place outside starts from the block nearest to it.
		col, row := clamp(s.px>>s.wideAt(i), t.cols), clamp(s.py>>s.highAt(i), t.rows)
		most := rings
		if i == len(s.tiers)-1 {
			most = max(t.cols, t.rows)
		} else if !s.promising(i+1, col, row) {
			continue
		}
		for r := 0; r <= most; r++ {
			if s.ring(i, col, row, r) {
				return
			}
		}
	}
}

// promising says whether the rings of blocks around may hold a border of the
// level, going by the larger blocks of tier i: if not, only these are worth
// looking at.
func (s *search) promising(i, col, row int) bool {
	t := &s.tiers[i]
	for r := max(0, row-rings) >> tierShift; r <= min(t.rows-1, (row+rings)>>tierShift); r++ {
		for c := max(0, col-rings) >> tierShift; c <= min(t.cols-1, (col+rings)>>tierShift); c++ {
			if t.least[r*t.cols+c] <= s.level {
				return true
			}
		}
	}
	return false
}

func (s *search) wideAt(tier int) uint8 { return s.wide + uint8(tier*tierShift) }
func (s *search) highAt(tier int) uint8 { return s.high + uint8(tier*tierShift) }

func clamp(v int64, n int) int { return int(max(0, min(v, int64(n-1)))) }

// ring visits the blocks r away from a block, and says whether all that are
// farther are too far, or none.
func (s *search) ring(t, col, row, r int) bool {
	cols, rows := s.tiers[t].cols, s.tiers[t].rows
	west, east, south, north := col-r, col+r, row-r, row+r
	for c := max(0, west); c <= min(cols-1, east); c++ {
		if south >= 0 {
			s.visit(t, c, south)
		}
		if north < rows && r > 0 {
			s.visit(t, c, north)
		}
	}
	for w := max(0, south+1); w <= min(rows-1, north-1); w++ {
		if west >= 0 {
			s.visit(t, west, w)
		}
		if east < cols {
			s.visit(t, east, w)
		}
	}
	// How far it is to the outside of the square visited, on the sides beyond
	// which there is anything.
	next := math.Inf(1)
	wide, high := s.wideAt(t), s.highAt(t)
	if west > 0 {
		next = min(next, float64(s.px-int64(west)<<wide)*s.east)
	}
	if east < cols-1 {
		next = min(next, float64(int64(east+1)<<wide-s.px)*s.east)
	}
	if south > 0 {
		next = min(next, float64(s.py-int64(south)<<high)*s.north)
	}
	if north < rows-1 {
		next = min(next, float64(int64(north+1)<<high-s.py)*s.north)
	}
	return next > 0 && next*next > s.best.square
}

// visit looks into a block of tier i if it may hold something nearer, and there
// into what is nearest first.
func (s *search) visit(i, col, row int) {
	t := &s.tiers[i]
	if t.least[row*t.cols+col] > s.level {
		return
	}
	wide, high := s.wideAt(i), s.highAt(i)
	west, south := int64(col)<<wide-s.px, int64(row)<<high-s.py
	if west > s.reachX || south > s.reachY || -west-1<<wide >= s.reachX || -south-1<<high >= s.reachY {
		return
	}
	// The box in reach has corners that are not.
	x, y := float64(max(0, west, -west-1<<wide))*s.east, float64(max(0, south, -south-1<<high))*s.north
	if x*x+y*y > s.best.square {
		return
	}
	if i == 0 {
		if h := s.head(uint32(row*s.cols + col)); h.look&s.window(west, south) != 0 {
			s.cell(h, west, south)
		}
		return
	}
	below := &s.tiers[i-1]
	c, cEnd, cStep := inward(col, below.cols, west < 0)
	r, rEnd, rStep := inward(row, below.rows, south < 0)
	for ; r != rEnd; r += rStep {
		for c := c; c != cEnd; c += cStep {
			s.visit(i-1, c, r)
		}
	}
}

// inward gives the columns (or rows) of a block in order from the side on which
// the place is: from its far end if the block starts before the place.
func inward(block, limit int, backwards bool) (from, end, step int) {
	from, end = block<<tierShift, min(limit, (block+1)<<tierShift)
	if backwards {
		return end - 1, from - 1, -1
	}
	return from, end, 1
}

// window has a bit for each square of a cell that is in reach; the cell's
// south-west corner is given relative to the place. Somewhere in the cell is.
func (s *search) window(west, south int64) uint64 {
	wide, high := s.wide-squareShift, s.high-squareShift
	c0, c1 := max(0, (-s.reachX-west)>>wide), min(7, (s.reachX-west)>>wide)
	r0, r1 := max(0, (-s.reachY-south)>>high), min(7, (s.reachY-south)>>high)
	columns := uint64(0xff) << c0 & (0xff >> (7 - c1)) * 0x0101010101010101
	return columns & (^uint64(0) << (8 * r0)) & (^uint64(0) >> (56 - 8*r1))
}

// cell measures the segments of a mixed cell.
func (s *search) cell(h *head, west, south int64) {
	mx, my := west+1<<(s.wide-1), south+1<<(s.high-1)
	words, width := s.words[h.words&^wide:], 1
	if h.words&wide != 0 {
		width = 2
	}
	for {
		label, arc, n := words[0], int(words[1]>>8), int(words[1]&maxStretch)
		if s.arcs[arc].level <= s.level {
			if arc = s.number(arc); arc != gone && s.stretch(words[2:2+n*width], width, mx, my, arc) {
				s.reach()
			}
		}
		if label < more {
			return
		}
		words = words[2+n*width:]
	}
}

// number is an arc's in the coverage that is asked about.
func (s *search) number(arc int) int {
	if s.asked.patch == nil {
		return arc
	}
	return s.asked.patch.number(s.Index, arc)
}

// sides of an arc of the coverage that is asked about.
func (s *search) sides(arc int) sides {
	if s.asked.patch == nil {
		return s.arcs[arc]
	}
	return s.asked.patch.sides(arc)
}

// stretch measures consecutive segments of an arc, and says whether one of them
// now is the nearest.
func (s *search) stretch(vertices []uint32, width int, mx, my int64, arc int) (nearer bool) {
	var ax, ay int64
	var afx, afy, aSquare float64
	for i := 0; i < len(vertices); i += width {
		var bx, by int64
		if width == 1 {
			bx, by = int64(int16(vertices[i]))+mx, int64(int32(vertices[i])>>16)+my
		} else {
			bx, by = int64(int32(vertices[i]))+mx, int64(int32(vertices[i+1]))+my
		}
		bfx, bfy := float64(bx)*s.east, float64(by)*s.north
		bSquare := bfx*bfx + bfy*bfy
		if i > 0 {
			ux, uy := bfx-afx, bfy-afy
			along, length := -(afx*ux + afy*uy), ux*ux+uy*uy
			square, t, within := aSquare, 0.0, true
			switch {
			case along >= length:
				square, t = bSquare, 1
			case along > 0:
				// Exact, so that it is 0 on the border and nowhere else.
				cross := float64(ax*by-ay*bx) * s.east * s.north
				// Most segments are too far away to be worth a division.
				if within = cross*cross <= s.best.square*length*(1+1e-9); within {
					square, t = cross*cross/length, along/length
				}
			}
			if within && square <= s.best.square &&
				(square < s.best.square || !s.found || s.better(&nearest{square, t, ax, ay, bx, by, arc})) {
				// Number by number: as a whole it would be put together elsewhere, and
				// wait there to be copied.
				n := &s.best
				n.square, n.t, n.ax, n.ay, n.bx, n.by, n.arc = square, t, ax, ay, bx, by, arc
				s.found, nearer = true, true
			}
		}
		ax, ay, afx, afy, aSquare = bx, by, bfx, bfy, bSquare
	}
	return nearer
}

// reach sets how far it is worth looking each way: as far as the best.
func (s *search) reach() {
	m := math.Sqrt(s.best.square)
	// Beyond the Earth's size a bound is none, and would not fit.
	s.reachX = int64(min(m*s.perEast, 1<<33)) + 1
	s.reachY = int64(min(m*s.perNorth, 1<<33)) + 1
}

// better decides between segments equally far, which mostly means: that meet in
// the vertex v nearest to the place p. On which side of the border p is then
// shows only in the segment that leans most towards p, for no border lies
// between the two; another may have p on its other side:
//
//	    p          p lies right of the line through v-b, as if beyond the
//	   .           border, but left of a-v, which is right
//	  v---a
//	 /
//	b
//
// On the border itself a border of the owner is wanted.
func (s *search) better(n *nearest) bool {
	if n.square == 0 {
		p := lattice.Point{X: int32(s.px + s.west), Y: int32(s.py + s.south)}
		own := s.owner(p)
		mine := func(arc int) bool { sides := s.sides(arc); return sides.left == own || sides.right == own }
		if mine(n.arc) != mine(s.best.arc) {
			return mine(n.arc)
		}
	}
	if mine, theirs := s.lean(n), s.lean(&s.best); mine != theirs {
		return mine > theirs
	}
	if n.arc != s.best.arc {
		return n.arc < s.best.arc
	}
	// Of one arc, whichever starts farther south or else west: so that the order
	// in which segments are measured does not matter.
	return n.ay < s.best.ay || n.ay == s.best.ay && n.ax < s.best.ax
}

// lean is the cosine of the angle at the nearest vertex between the segment and
// the way to the place, not divided by the latter's length, which is common to
// all that are compared. Inside of a segment it is as good as can be.
func (s *search) lean(n *nearest) float64 {
	vx, vy, wx, wy := n.ax, n.ay, n.bx, n.by
	switch n.t {
	case 0:
	case 1:
		vx, vy, wx, wy = wx, wy, vx, vy
	default:
		return math.Inf(1)
	}
	x, y := float64(wx-vx)*s.east, float64(wy-vy)*s.north
	return -(x*float64(vx)*s.east + y*float64(vy)*s.north) / math.Hypot(x, y)
}
