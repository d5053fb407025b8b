package coverage

import (
	"cmp"
	"slices"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// Overlay is the ground of two coverages laid over each other: patches, each with
// one owner before and one after.
//
// Regions that both coverages draw alike are patches as they are, without a look at
// their ground (overlay_same.go). The borders of all others are noded together and
// parted into faces, as Build does it, on a lattice so much finer than ours that
// where borders cross moves by less than a tenth of a millimetre. What is drawn
// alike coincides exactly, so a shared border leaves no sliver.
type Overlay struct {
	Old, New *Coverage

	patches []patch
	seams   []seam
}

// patch is connected ground that has one owner in each coverage. The first is what
// lies around everything.
type patch struct {
	old, new int32 // finest areas, NoArea where the ground is nobody's
	areaM2   float64
	at       lattice.Point // a vertex of it, to half a unit
}

// seam is a border between two patches.
type seam struct {
	a, b    int32
	lengthM float64
}

// Shared is the ground that an old and a new area have in common.
type Shared struct {
	Old, New int32 // by number; NoArea where the ground is nobody's, or outside
	AreaM2   float64
	WidthM   float64       // twice the area by the perimeter: what a strip is wide
	At       lattice.Point // a vertex of the largest patch, to half a lattice unit
}

// Lay lays two coverages over each other. The time depends on what differs. The
// error is for borders that lie over each other so densely that they are no map.
func Lay(old, new *Coverage) (*Overlay, error) {
	o := &Overlay{Old: old, New: new, patches: []patch{{old: NoArea, new: NoArea}}}
	m := match(old, new)
	o.addSame(m)
	return o, o.addOthers(m)
}

// finestLattice is how much finer than ours the lattice is on which borders are
// noded, where the ground that differs is small enough for it.
const finestLattice = 256

// addOthers adds the ground of the regions that differ. Those of the old coverage
// cover together exactly what those of the new one do: the rest of the plane is the
// same. So a face that lies in an old region and in no new one is nobody's now.
func (o *Overlay) addOthers(m *matching) error {
	f := lattice.FineFor(m.box(), finestLattice)
	edges := m.edges(m.old, m.alikeOld, f, 0, nil)
	edges = m.edges(m.new, m.alikeNew, f, int32(o.Old.Regions()), edges)
	if len(edges) == 0 {
		return nil
	}
	lw, err := noded(edges)
	if err != nil {
		return inPlace(f, err)
	}
	lw.notices = nil
	faces, err := arrange(lw)
	if err != nil {
		return inPlace(f, err)
	}
	o.addFaces(faces, f)
	return nil
}

// inPlace brings the place of an error back to our lattice.
func inPlace(f lattice.Fine, err error) error {
	if e, ok := err.(*geo.Error); ok && e.At != nil {
		return e.Where(f.Out(*e.At))
	}
	return err
}

// edges appends what bounds the regions of a coverage that are not alike in both,
// labelled by their numbers from first on.
func (m *matching) edges(c *Coverage, alike []bool, f lattice.Fine, first int32, edges []edge) []edge {
	for i := range c.Arcs() {
		a := c.arcs.at(i)
		for _, r := range [...]Region{a.left, a.right} {
			if r == Exterior || alike[r] {
				continue
			}
			p := f.In(a.points[0])
			for _, q := range a.points[1:] {
				q = f.In(q)
				edges = append(edges, edge{p, q, first + int32(r)})
				p = q
			}
		}
	}
	return edges
}

// addFaces adds every bounded face as a patch.
func (o *Overlay) addFaces(f *faces, fine lattice.Fine) {
	base := int32(len(o.patches)) - 1
	number := func(face uint32) int32 {
		if face == 0 {
			return 0
		}
		return base + int32(face)
	}
	for face := uint32(1); face < uint32(f.count); face++ {
		p := patch{old: NoArea, new: NoArea, at: fine.Out(f.anchor[face])}
		for _, label := range f.labelsIn(face) {
			if n := label - int32(o.Old.Regions()); n < 0 {
				p.old = max(NoArea, o.Old.AreaOf(Region(label)))
			} else {
				p.new = max(NoArea, o.New.AreaOf(Region(n)))
			}
		}
		o.patches = append(o.patches, p)
	}
	var line []lattice.Point
	for k := range uint32(f.len()) {
		line = line[:0]
		for _, v := range f.of(k) {
			line = append(line, f.lw.points[v])
		}
		o.sew(number(f.left[k<<1]), number(f.left[k<<1|1]), line, fine)
	}
}

// sew adds a border between two patches: what lies left and right of it.
func (o *Overlay) sew(left, right int32, line []lattice.Point, f lattice.Fine) {
	stripM2 := f.StripM2(line)
	o.patches[left].areaM2 += stripM2
	o.patches[right].areaM2 -= stripM2
	o.seams = append(o.seams, seam{left, right, f.LengthM(line)})
}

// Shared returns what the areas of a level share, by old and new area, those of
// nobody first. Ground that is nobody's in both is left out. What the old areas
// share sums to each one's ground, and likewise for the new ones.
func (o *Overlay) Shared(level uint8) []Shared {
	up, down := o.Old.climbing(level), o.New.climbing(level)
	type pair struct{ old, new int32 }
	at := map[pair]int32{}
	pairs := []Shared{{Old: NoArea, New: NoArea}}
	at[pair{NoArea, NoArea}] = 0
	slot := make([]int32, len(o.patches))
	most := []float64{0}
	for i, p := range o.patches {
		k := pair{climbed(up, p.old), climbed(down, p.new)}
		n, ok := at[k]
		if !ok {
			n = int32(len(pairs))
			at[k] = n
			pairs, most = append(pairs, Shared{Old: k.old, New: k.new}), append(most, 0)
		}
		slot[i] = n
		pairs[n].AreaM2 += p.areaM2
		if p.areaM2 > most[n] || p.areaM2 == most[n] && less(p.at, pairs[n].At) {
			most[n], pairs[n].At = p.areaM2, p.at
		}
	}
	perimeterM := make([]float64, len(pairs))
	for _, s := range o.seams {
		if a, b := slot[s.a], slot[s.b]; a != b {
			perimeterM[a] += s.lengthM
			perimeterM[b] += s.lengthM
		}
	}
	for n := range pairs {
		if perimeterM[n] > 0 {
			pairs[n].WidthM = 2 * pairs[n].AreaM2 / perimeterM[n]
		}
	}
	pairs = pairs[1:]
	slices.SortFunc(pairs, func(a, b Shared) int { return cmp.Or(cmp.Compare(a.Old, b.Old), cmp.Compare(a.New, b.New)) })
	return pairs
}
