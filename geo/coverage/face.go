package coverage

import (
	"slices"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// faces is the planar map that noded linework makes. Face 0 is the unbounded
// one. Each face knows which labels it lies in.
type faces struct {
	*chains
	count   int
	left    []uint32        // face on the left of each half-chain
	area2   []int64         // twice the area of each face, its holes taken off; 0 for face 0
	anchor  []lattice.Point // a vertex of each face: the smallest of its outer ring
	inFirst []uint32        // labels of face f: in[inFirst[f]:inFirst[f+1]], ascending
	in      []int32

	aroundFirst []uint32 // half-chains around face f: around[aroundFirst[f]:aroundFirst[f+1]]
	around      []uint32
}

// labelsIn returns the labels that a face lies in.
func (f *faces) labelsIn(face uint32) []int32 { return f.in[f.inFirst[face]:f.inFirst[face+1]] }

// halvesOf returns the half-chains around a face, which lies on their left.
func (f *faces) halvesOf(face uint32) []uint32 {
	return f.around[f.aroundFirst[face]:f.aroundFirst[face+1]]
}

// arrange makes the faces of linework whose segments meet only at their ends.
func arrange(lw *linework) (*faces, error) {
	f, err := planar(lw)
	if err != nil {
		return nil, err
	}
	return f, f.label()
}

// planar does that without looking at labels.
func planar(lw *linework) (*faces, error) {
	f := &faces{chains: trace(lw)}
	next := f.rotate()
	walk, start := cycles(next)
	return f, f.nest(walk, start, f.areas(walk, start))
}

// rotate links the half-chains around every node.
func (f *faces) rotate() []uint32 {
	halves := uint32(2 * f.len())
	// Half-chains by the vertex that they leave.
	count := make([]uint32, len(f.lw.points)+1)
	for h := range halves {
		count[f.tail(h)+1]++
	}
	for i := 1; i < len(count); i++ {
		count[i] += count[i-1]
	}
	spokes := make([]spoke, halves)
	fill := slices.Clone(count)
	for h := range halves {
		v := f.tail(h)
		spokes[fill[v]] = newSpoke(h, f.lw.points[v], f.lw.points[f.second(h)])
		fill[v]++
	}
	next := make([]uint32, halves)
	for v := range f.lw.points {
		if fan := spokes[count[v]:count[v+1]]; len(fan) > 0 {
			link(fan, func(h, g uint32) { next[h] = g })
		}
	}
	return next
}

// areas returns twice the signed area inside each walk, by sums that may wrap on
// the way: see lattice.TwiceArea.
func (f *faces) areas(walk, start []uint32) []int64 {
	area := make([]int64, len(start))
	if len(start) == 0 {
		return area
	}
	o := f.lw.points[0]
	for k := range uint32(f.len()) {
		sum := int64(0)
		verts := f.of(k)
		a := f.lw.points[verts[0]]
		for _, v := range verts[1:] {
			b := f.lw.points[v]
			sum += lattice.Cross(o, a, b)
			a = b
		}
		area[walk[k<<1]] += sum
		area[walk[k<<1|1]] -= sum
	}
	return area
}

// nest makes a face of every walk that runs counter-clockwise and gives every
// other, the outside of a connected piece of linework, to the face around it.
func (f *faces) nest(walk, start []uint32, area []int64) error {
	face := make([]uint32, len(start))
	f.area2, f.anchor = []int64{0}, []lattice.Point{{}}
	var outsides []outside
	for w, h := range start {
		if area[w] > 0 {
			face[w] = uint32(len(f.area2))
			f.area2 = append(f.area2, area[w])
		} else {
			outsides = append(outsides, outside{walk: uint32(w), chain: h >> 1})
		}
	}
	f.count = len(f.area2)
	f.anchors(walk, face, area, outsides)
	if len(outsides) > 1 && !f.locate(outsides, walk, face) {
		return tooDense(outsides[0].least)
	}
	for _, o := range outsides {
		f.area2[face[o.walk]] += area[o.walk]
	}
	f.area2[0] = 0
	f.left = walk
	for h, w := range walk {
		f.left[h] = face[w]
	}
	return nil
}

// tooDense refuses linework whose boxes lie over each other everywhere.
func tooDense(p lattice.Point) error {
	return geo.Errorf(geo.TooLarge, "outlines lie over each other too densely around %v: that is no map", p).Where(p)
}

// outside is the walk around a connected piece of linework.
type outside struct {
	walk, chain uint32
	least       lattice.Point // the smallest vertex
}

// anchors finds the smallest vertex of every face's outer walk and of every
// outside.
func (f *faces) anchors(walk, face []uint32, area []int64, outsides []outside) {
	least := make([]uint32, len(area))
	for w := range least {
		least[w] = unset
	}
	for k := range uint32(f.len()) {
		best := f.of(k)[0]
		for _, v := range f.of(k)[1:] {
			if less(f.lw.points[v], f.lw.points[best]) {
				best = v
			}
		}
		for _, w := range [...]uint32{walk[k<<1], walk[k<<1|1]} {
			if least[w] == unset || less(f.lw.points[best], f.lw.points[least[w]]) {
				least[w] = best
			}
		}
	}
	f.anchor = make([]lattice.Point, f.count)
	for w := range area {
		if area[w] > 0 {
			f.anchor[face[w]] = f.lw.points[least[w]]
		}
	}
	for i := range outsides {
		outsides[i].least = f.lw.points[least[outsides[i].walk]]
	}
}

// locate finds the face around each piece, by the segment just below its
// smallest vertex. That segment's piece reaches farther to the left or lower,
// so in the order of smallest vertices its own surroundings are known. It says no
// where that is too much to look through.
func (f *faces) locate(outsides []outside, walk, face []uint32) bool {
	slices.SortFunc(outsides, func(a, b outside) int { return lattice.Compare(a.least, b.least) })
	from := make([]lattice.Point, len(outsides))
	for i, o := range outsides {
		from[i] = o.least
	}
	segments, ok := below(f.lw, from)
	for i, s := range segments {
		if s == unset {
			continue // nothing below: the unbounded face
		}
		h := f.half[s]
		if less(f.lw.points[f.lw.segs[s].v], f.lw.points[f.lw.segs[s].u]) {
			h ^= 1 // now it runs eastwards, and what lies above is on its left
		}
		face[outsides[i].walk] = face[walk[h]]
	}
	return ok
}

// gather lists the half-chains around every face.
func (f *faces) gather() {
	f.aroundFirst = make([]uint32, f.count+1)
	for _, l := range f.left {
		f.aroundFirst[l+1]++
	}
	for i := 1; i < len(f.aroundFirst); i++ {
		f.aroundFirst[i] += f.aroundFirst[i-1]
	}
	f.around = make([]uint32, len(f.left))
	fill := slices.Clone(f.aroundFirst)
	for h, l := range f.left {
		f.around[fill[l]] = uint32(h)
		fill[l]++
	}
}

// label finds the labels of every face, outwards from the unbounded one, which
// has none: crossing a chain enters or leaves its labels. Outlines that lie
// thousands deep over each other are refused before they fill the memory.
func (f *faces) label() error {
	f.gather()
	type span struct{ from, to uint32 }
	spans := make([]span, f.count)
	done := make([]bool, f.count)
	in := make([]int32, 0, f.count+f.count/4)
	limit := 1<<22 + 16*len(f.lw.segs)
	done[0] = true
	for queue := []uint32{0}; len(queue) > 0; queue = queue[1:] {
		face := queue[0]
		for _, h := range f.halvesOf(face) {
			g := f.left[h^1]
			if done[g] {
				continue
			}
			done[g] = true
			from := uint32(len(in))
			in = toggled(in, in[spans[face].from:spans[face].to], f.lw.labelsOf(f.segs[h>>1]))
			spans[g] = span{from, uint32(len(in))}
			queue = append(queue, g)
			if len(in) > limit {
				return geo.Errorf(geo.TooLarge, "too many outlines lie over each other at %v", f.anchor[g]).Where(f.anchor[g])
			}
		}
	}
	f.inFirst = make([]uint32, f.count+1)
	f.in = make([]int32, 0, len(in))
	for g, s := range spans {
		f.in = append(f.in, in[s.from:s.to]...)
		f.inFirst[g+1] = uint32(len(f.in))
	}
	return nil
}

// toggled appends to dst the symmetric difference of two ascending lists.
func toggled(dst, a, b []int32) []int32 {
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0] < b[0]:
			dst, a = append(dst, a[0]), a[1:]
		case a[0] > b[0]:
			dst, b = append(dst, b[0]), b[1:]
		default:
			a, b = a[1:], b[1:]
		}
	}
	return append(append(dst, a...), b...)
}
