package coverage

// outside is the owner of faces that join the exterior.
const outsideOwner int32 = -3

// dissolve joins faces of one owner into regions and the chains between
// different owners into borders from node to node. owner is by face: an area,
// NoArea for a gap, Void, or outsideOwner.
func dissolve(f *faces, owner []int32) (borders []border, areaOf []int32) {
	d := &dissolver{faces: f, owner: owner}
	d.join()
	d.keep()
	used := make([]bool, f.len())
	for h := range uint32(2 * f.len()) {
		if !used[h>>1] && d.kept(h) && d.degree[d.tail(h)] != 2 {
			borders = append(borders, d.border(h, used))
		}
	}
	for k := range uint32(f.len()) {
		if !used[k] && d.kept(k<<1) {
			borders = append(borders, d.border(k<<1, used))
		}
	}
	return borders, d.areaOf
}

type dissolver struct {
	*faces
	owner  []int32
	region []Region // by face
	areaOf []int32  // by region
	degree []uint8  // by vertex, how many kept half-chains leave it; 3 means more than two
	pair   [][2]uint32
}

func (d *dissolver) kept(h uint32) bool { return d.region[d.left[h]] != d.region[d.left[h^1]] }

// join numbers the regions: faces of one owner on both sides of a chain are one.
func (d *dissolver) join() {
	one := newSets[uint32](d.count)
	for k := range uint32(d.len()) {
		a, b := d.left[k<<1], d.left[k<<1|1]
		if d.owner[a] == d.owner[b] {
			one.join(a, b)
		}
	}
	d.region = make([]Region, d.count)
	d.areaOf = []int32{NoArea}
	of := make([]Region, d.count)
	for face := range uint32(d.count) {
		if d.owner[face] == outsideOwner {
			continue
		}
		root := one.root(face)
		if of[root] == Exterior {
			of[root] = Region(len(d.areaOf))
			d.areaOf = append(d.areaOf, d.owner[face])
		}
		d.region[face] = of[root]
	}
}

// keep notes, for every vertex, the kept half-chains that leave it, as far as
// two.
func (d *dissolver) keep() {
	d.degree = make([]uint8, len(d.lw.points))
	d.pair = make([][2]uint32, len(d.lw.points))
	for h := range uint32(2 * d.len()) {
		if !d.kept(h) {
			continue
		}
		v := d.tail(h)
		if n := d.degree[v]; n < 2 {
			d.pair[v][n] = h
		}
		d.degree[v] = min(d.degree[v]+1, 3)
	}
	for v, pinned := range d.lw.pinned {
		if pinned {
			d.degree[v] = 3
		}
	}
}

// border follows kept chains from h through vertices that are no longer nodes.
func (d *dissolver) border(h uint32, used []bool) border {
	b := border{left: d.region[d.left[h]], right: d.region[d.left[h^1]]}
	for {
		used[h>>1] = true
		b.points = d.appendPoints(b.points, h)
		head := d.tail(h ^ 1)
		next := d.pair[head][0]
		if next == h^1 {
			next = d.pair[head][1]
		}
		if d.degree[head] != 2 || used[next>>1] {
			b.points = append(b.points, d.lw.points[head])
			return b
		}
		h = next
	}
}
