package main

import (
	"cmp"
	"math"
	"slices"

	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
)

// cluster is changed ground in one place.
type cluster struct {
	box    lattice.Box
	events []int
}

// cluster gathers events whose ground lies side by side.
func (g *drawing) cluster() {
	for i, e := range g.events {
		box := g.extent(e)
		if box.Empty() {
			continue
		}
		one := cluster{box, []int{i}}
		for k := 0; k < len(g.clusters); {
			if c := g.clusters[k]; c.box.Intersects(one.box) {
				one = cluster{one.box.Union(c.box), append(one.events, c.events...)}
				g.clusters = slices.Delete(g.clusters, k, k+1)
				k = 0
			} else {
				k++
			}
		}
		g.clusters = append(g.clusters, one)
	}
	slices.SortStableFunc(g.clusters, func(a, b cluster) int {
		return cmp.Or(cmp.Compare(len(b.events), len(a.events)), cmp.Compare(b.box.Width()*b.box.Height(), a.box.Width()*a.box.Height()))
	})
	// Of each fate one goes first, so that each is shown.
	seen := map[coverage.Fate]bool{}
	var first, rest []cluster
	for _, c := range g.clusters {
		fresh := false
		for _, i := range c.events {
			fresh = fresh || !seen[g.events[i].Fate]
			seen[g.events[i].Fate] = true
		}
		if fresh {
			first = append(first, c)
		} else {
			rest = append(rest, c)
		}
	}
	g.clusters = append(first, rest...)
}

// extent is the box of what an event is about: its areas, or the ground that
// changed hands, where that is so small beside them that it would not be seen.
func (g *drawing) extent(e coverage.Event) lattice.Box {
	box := lattice.EmptyBox()
	for _, code := range e.Old {
		box = box.Union(lattice.BoxOfShape(g.shape(g.overlay.Old, code)))
	}
	for _, code := range e.New {
		box = box.Union(lattice.BoxOfShape(g.shape(g.overlay.New, code)))
	}
	if e.Fate != coverage.FateReshaped || box.Empty() {
		return box
	}
	changed := lattice.EmptyBox()
	for _, s := range e.Shares {
		if s.Old != s.New && s.WidthM > 0 {
			// Twice the ground by its width is its perimeter, and half of that is as
			// far as it can reach.
			reachM := s.AreaM2 / s.WidthM
			changed = changed.Union(lattice.BoxOf(lattice.Offset(s.At, -reachM, -reachM), lattice.Offset(s.At, reachM, reachM)))
		}
	}
	const unseen = 8
	if side := max(changed.Width(), changed.Height()); !changed.Empty() && side*unseen < max(box.Width(), box.Height()) {
		return changed
	}
	return box
}

// windows returns the boxes of the places to be shown larger; none where a picture
// of everything shows them as well.
func (g *drawing) windows(all lattice.Box) []lattice.Box {
	var out []lattice.Box
	for _, c := range g.clusters {
		if c.box.Width()*c.box.Height()*3 > all.Width()*all.Height() {
			return nil
		}
		if len(out) < mostWindows {
			out = append(out, padded(c.box, 4))
		}
	}
	return out
}

// padded grows a box on all sides, by a part of its longer side.
func padded(b lattice.Box, parts int64) lattice.Box {
	by := int32(max(b.Width(), b.Height())/parts + 1)
	return lattice.Box{Min: lattice.Point{X: b.Min.X - by, Y: b.Min.Y - by}, Max: lattice.Point{X: b.Max.X + by, Y: b.Max.Y + by}}
}

// layOut returns how many columns and rows so many windows take.
func layOut(n int) (columns, rows int) {
	columns = int(math.Ceil(math.Sqrt(float64(n))))
	return columns, (n + columns - 1) / columns
}
