package coverage

import (
	"cmp"
	"slices"

	"onegrid/geo/lattice"
)

// boxed is something with a number and a box around it.
type boxed struct {
	min, max lattice.Point
	id       uint32
}

func boxOf(a, b lattice.Point, id uint32) boxed {
	return boxed{
		lattice.Point{X: min(a.X, b.X), Y: min(a.Y, b.Y)},
		lattice.Point{X: max(a.X, b.X), Y: max(a.Y, b.Y)}, id}
}

// join finds pairs whose boxes share a point by halving the ground: whatever
// reaches into a half goes there, so a box may lie in several parts, and the
// part that holds the lower left corner of what a pair shares reports it, once.
// It needs no tree and no bound on sizes, and where the data is sparse or only
// one side has any it stops at once.
type join struct {
	visit func(a, b uint32) (more bool)
	work  int     // how much may still be tried
	arena []boxed // a stack: the lists of the parts on the way down
}

// workFor bounds a join of so many boxes: far more than any map needs, while what
// is drawn in order to lie over itself everywhere is given up in time.
func workFor(boxes int) int { return 1<<25 + 1024*boxes }

// part is where a join is looking: the corner of a pair must be above lo, and
// not above hi.
type part struct{ lo, hi [2]int64 }

var everywhere = part{[2]int64{-1 << 40, -1 << 40}, [2]int64{1 << 40, 1 << 40}}

// joinSelf visits every pair of items whose boxes share a point, once. It stops,
// and says no, when a visit does or when there are too many to look at.
func joinSelf(items []boxed, visit func(a, b uint32) (more bool)) (all bool) {
	j := &join{visit: visit, work: workFor(len(items))}
	j.self(items, everywhere, 0)
	return j.work >= 0
}

// joinTwo visits every pair of one of a and one of b likewise.
func joinTwo(a, b []boxed, visit func(a, b uint32) (more bool)) (all bool) {
	j := &join{visit: visit, work: workFor(len(a) + len(b))}
	j.two(a, b, everywhere, 0)
	return j.work >= 0
}

// A part with few boxes, or one that halving does not thin out, is searched by
// a sweep. The depth is a second guard against data that defeats halving.
const (
	fewBoxes = 20
	maxDepth = 48
)

func (j *join) self(items []boxed, p part, depth int) {
	if j.work -= len(items); len(items) < 2 || j.work < 0 {
		return
	}
	axis, mid, ok := halve(items, nil, len(items) <= fewBoxes || depth == maxDepth)
	if !ok {
		j.sweepSelf(items, p)
		return
	}
	base := len(j.arena)
	for side := range 2 {
		q, from := p.half(axis, mid, side), len(j.arena)
		j.choose(items, axis, mid, side)
		j.self(j.arena[from:], q, depth+1)
		j.arena = j.arena[:base]
	}
}

func (j *join) two(a, b []boxed, p part, depth int) {
	if j.work -= len(a) + len(b); len(a) == 0 || len(b) == 0 || j.work < 0 {
		return
	}
	axis, mid, ok := halve(a, b, min(len(a), len(b)) <= fewBoxes/4 || depth == maxDepth)
	if !ok {
		j.sweepTwo(a, b, p)
		return
	}
	base := len(j.arena)
	for side := range 2 {
		q := p.half(axis, mid, side)
		j.choose(a, axis, mid, side)
		cut := len(j.arena)
		j.choose(b, axis, mid, side)
		j.two(j.arena[base:cut:cut], j.arena[cut:], q, depth+1)
		j.arena = j.arena[:base]
	}
}

// choose stacks the items that reach into one half.
func (j *join) choose(items []boxed, axis int, mid int32, side int) {
	switch {
	case axis == 0 && side == 0:
		for i := range items {
			if items[i].min.X <= mid {
				j.arena = append(j.arena, items[i])
			}
		}
	case axis == 0:
		for i := range items {
			if items[i].max.X > mid {
				j.arena = append(j.arena, items[i])
			}
		}
	case side == 0:
		for i := range items {
			if items[i].min.Y <= mid {
				j.arena = append(j.arena, items[i])
			}
		}
	default:
		for i := range items {
			if items[i].max.Y > mid {
				j.arena = append(j.arena, items[i])
			}
		}
	}
}

// halve chooses where to cut: across the longer side of where the boxes' middles
// lie, at their mean, both judged by a sample. Not ok when that would hardly thin
// them out.
func halve(a, b []boxed, few bool) (axis int, mid int32, ok bool) {
	if few {
		return 0, 0, false
	}
	const sample = 64
	n := len(a) + len(b)
	step := max(1, n/sample)
	var taken [2 * sample]*boxed
	count := 0
	for i := step / 2; i < n && count < len(taken); i += step {
		if taken[count] = &a[min(i, len(a)-1)]; i >= len(a) {
			taken[count] = &b[i-len(a)]
		}
		count++
	}
	lo, hi := [2]int64{1 << 40, 1 << 40}, [2]int64{-1 << 40, -1 << 40}
	var sum [2]int64
	for _, t := range taken[:count] {
		x := int64(t.min.X) + int64(t.max.X)
		y := int64(t.min.Y) + int64(t.max.Y)
		lo[0], hi[0], sum[0] = min(lo[0], x), max(hi[0], x), sum[0]+x
		lo[1], hi[1], sum[1] = min(lo[1], y), max(hi[1], y), sum[1]+y
	}
	if hi[1]-lo[1] > hi[0]-lo[0] {
		axis = 1
	}
	mid = int32(sum[axis] / int64(2*count))
	both := 0
	for _, t := range taken[:count] {
		from, to := t.min.X, t.max.X
		if axis == 1 {
			from, to = t.min.Y, t.max.Y
		}
		if from <= mid && to > mid {
			both++
		}
	}
	return axis, mid, both*3 < count && hi[axis] > lo[axis]
}

func (p part) half(axis int, mid int32, side int) part {
	if side == 0 {
		p.hi[axis] = int64(mid)
	} else {
		p.lo[axis] = int64(mid)
	}
	return p
}

// sweepSelf tries the pairs of a part in the order of their left sides.
func (j *join) sweepSelf(items []boxed, p part) {
	if len(items) > fewBoxes {
		items = slices.Clone(items)
		slices.SortFunc(items, byLeft)
		for i := 0; i < len(items) && j.work >= 0; i++ {
			for k := i + 1; k < len(items) && items[k].min.X <= items[i].max.X; k++ {
				j.try(&items[i], &items[k], &p)
			}
		}
		return
	}
	for i := range items {
		for k := i + 1; k < len(items); k++ {
			j.try(&items[i], &items[k], &p)
		}
	}
}

func (j *join) sweepTwo(a, b []boxed, p part) {
	if len(a)*len(b) <= fewBoxes*fewBoxes {
		for i := range a {
			for k := range b {
				j.try(&a[i], &b[k], &p)
			}
		}
		return
	}
	a, b = slices.Clone(a), slices.Clone(b)
	slices.SortFunc(a, byLeft)
	slices.SortFunc(b, byLeft)
	// Whichever starts first meets those of the other list that start within it.
	for i, k := 0, 0; i < len(a) && k < len(b) && j.work >= 0; {
		if a[i].min.X <= b[k].min.X {
			for m := k; m < len(b) && b[m].min.X <= a[i].max.X; m++ {
				j.try(&a[i], &b[m], &p)
			}
			i++
		} else {
			for m := i; m < len(a) && a[m].min.X <= b[k].max.X; m++ {
				j.try(&a[m], &b[k], &p)
			}
			k++
		}
	}
}

func byLeft(a, b boxed) int {
	return cmp.Or(cmp.Compare(a.min.X, b.min.X), cmp.Compare(a.id, b.id))
}

func (j *join) try(a, b *boxed, p *part) {
	if j.work--; j.work < 0 {
		return
	}
	x, y := max(a.min.X, b.min.X), max(a.min.Y, b.min.Y)
	if x > a.max.X || x > b.max.X || y > a.max.Y || y > b.max.Y {
		return
	}
	if int64(x) > p.lo[0] && int64(x) <= p.hi[0] && int64(y) > p.lo[1] && int64(y) <= p.hi[1] {
		if !j.visit(a.id, b.id) {
			j.work = -1
		}
	}
}
