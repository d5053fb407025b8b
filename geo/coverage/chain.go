package coverage

import (
	"slices"

	"onegrid/geo/lattice"
)

// chains are the paths of a linework between its nodes, the vertices where not
// exactly two segments meet. A closed path without a node starts at its smallest
// vertex. Labels do not change along a chain: the edges of each label form
// closed walks, so a vertex with two segments has the same labels on both.
//
// A half-chain is a chain in one of its directions: index<<1, the low bit set
// when it runs backwards; what lies beside it is on its left.
type chains struct {
	lw    *linework
	verts []uint32 // vertices of chain k: verts[first[k]:first[k+1]]
	first []uint32
	segs  []uint32 // one segment of each chain
	half  []uint32 // of each segment, the half-chain that runs from u to v
}

func (c *chains) len() int { return len(c.first) - 1 }

// of returns the vertices of chain k from its start to its end.
func (c *chains) of(k uint32) []uint32 { return c.verts[c.first[k]:c.first[k+1]] }

// appendPoints appends the points of a half-chain without its last.
func (c *chains) appendPoints(dst []lattice.Point, h uint32) []lattice.Point {
	verts := c.of(h >> 1)
	if h&1 == 0 {
		for _, v := range verts[:len(verts)-1] {
			dst = append(dst, c.lw.points[v])
		}
		return dst
	}
	for i := len(verts) - 1; i > 0; i-- {
		dst = append(dst, c.lw.points[verts[i]])
	}
	return dst
}

// tail returns the vertex at which a half-chain starts.
func (c *chains) tail(h uint32) uint32 {
	if h&1 == 0 {
		return c.verts[c.first[h>>1]]
	}
	return c.verts[c.first[h>>1+1]-1]
}

// second returns the vertex after the tail.
func (c *chains) second(h uint32) uint32 {
	if h&1 == 0 {
		return c.verts[c.first[h>>1]+1]
	}
	return c.verts[c.first[h>>1+1]-2]
}

const unset = ^uint32(0)

// trace finds the chains of a linework.
func trace(lw *linework) *chains {
	t := &tracer{chains: chains{lw: lw, half: make([]uint32, len(lw.segs))}}
	t.verts = make([]uint32, 0, len(lw.segs)+len(lw.segs)/8)
	for i := range t.half {
		t.half[i] = unset
	}
	t.fans()
	for v := range uint32(len(lw.points)) {
		if t.degree(v) != 2 {
			for _, s := range t.fan[t.at[v]:t.at[v+1]] {
				if t.half[s] == unset {
					t.follow(v, s)
				}
			}
		}
	}
	for s, h := range t.half {
		if h == unset {
			v := t.smallest(uint32(s))
			t.follow(v, t.fan[t.at[v]])
		}
	}
	t.first = append(t.first, uint32(len(t.verts)))
	return &t.chains
}

type tracer struct {
	chains
	at  []uint32 // segments at vertex v: fan[at[v]:at[v+1]]
	fan []uint32
}

// degree is how many segments meet at a vertex; a pinned one counts as a node.
func (t *tracer) degree(v uint32) uint32 {
	if t.lw.pinned != nil && t.lw.pinned[v] {
		return 1
	}
	return t.at[v+1] - t.at[v]
}

func (t *tracer) fans() {
	t.at = make([]uint32, len(t.lw.points)+1)
	for _, s := range t.lw.segs {
		t.at[s.u+1]++
		t.at[s.v+1]++
	}
	for i := 1; i < len(t.at); i++ {
		t.at[i] += t.at[i-1]
	}
	t.fan = make([]uint32, 2*len(t.lw.segs))
	fill := slices.Clone(t.at)
	for i, s := range t.lw.segs {
		t.fan[fill[s.u]], t.fan[fill[s.v]] = uint32(i), uint32(i)
		fill[s.u]++
		fill[s.v]++
	}
}

// follow appends the chain that leaves v by segment s, up to the next node or
// round to v.
func (t *tracer) follow(v, s uint32) {
	k := uint32(len(t.first))
	t.first = append(t.first, uint32(len(t.verts)))
	t.segs = append(t.segs, s)
	t.verts = append(t.verts, v)
	for start := v; ; {
		v = t.step(v, s, k)
		t.verts = append(t.verts, v)
		if v == start || t.degree(v) != 2 {
			return
		}
		s = t.other(v, s)
	}
}

// step marks segment s as walked from v by chain k, and returns its far end.
func (t *tracer) step(v, s, k uint32) uint32 {
	seg := t.lw.segs[s]
	if seg.u == v {
		t.half[s] = k << 1
		return seg.v
	}
	t.half[s] = k<<1 | 1
	return seg.u
}

// other returns the second segment of a vertex that has two.
func (t *tracer) other(v, s uint32) uint32 {
	if i := t.at[v]; t.fan[i] != s {
		return t.fan[i]
	}
	return t.fan[t.at[v]+1]
}

// smallest returns the smallest vertex of the closed path without nodes that
// segment s is part of.
func (t *tracer) smallest(s uint32) uint32 {
	start := t.lw.segs[s].u
	best, v := start, start
	for {
		if seg := t.lw.segs[s]; seg.u == v {
			v = seg.v
		} else {
			v = seg.u
		}
		if v == start {
			return best
		}
		if less(t.lw.points[v], t.lw.points[best]) {
			best = v
		}
		s = t.other(v, s)
	}
}
