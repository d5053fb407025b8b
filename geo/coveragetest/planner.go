// Package coveragetest makes up changes of coverages, for the tests of all who
// live with them.
package coveragetest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"

	"onegrid/geo"
	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
)

// Planner makes up operations on a coverage, most of which can be done. Who does
// what Make made up puts what comes of it back into Coverage; Step does so itself.
type Planner struct {
	*rand.Rand
	Coverage *coverage.Coverage
	Network  geo.Network
	Made     int // codes so far
}

// Kinds are the names of the operations that a Planner makes up, sorted.
var Kinds = slices.Sorted(maps.Keys(kinds))

// Make makes up an operation of a kind. It is another one where the coverage
// offers no opportunity.
func (p *Planner) Make(kind string) coverage.Operation { return kinds[kind](p) }

// Step does an operation of any kind and puts what comes of it into Coverage; done
// is false if it was refused.
func (p *Planner) Step() (diff coverage.Diff, done bool) {
	now, diff, err := coverage.Apply(p.Coverage, p.Network, p.Make(Kinds[p.IntN(len(Kinds))]))
	if err != nil {
		return diff, false
	}
	p.Coverage = now
	return diff, true
}

var kinds = map[string]func(p *Planner) coverage.Operation{
	"splitByLine":   (*Planner).split,
	"merge":         (*Planner).merge,
	"reshapeArc":    (*Planner).reshape,
	"moveNode":      (*Planner).moveNode,
	"insertVertex":  (*Planner).insert,
	"deleteVertex":  (*Planner).deleteVertex,
	"moveBuildings": (*Planner).moveBuildings,
	"assignGap":     (*Planner).assign,
	"reparent":      (*Planner).reparent,
	"create":        (*Planner).create,
	"retire":        (*Planner).retire,
	"rename":        (*Planner).rename,
	"setLock":       (*Planner).setLock,
}

func (p *Planner) code() string {
	p.Made++
	return fmt.Sprint("n", p.Made)
}

// Grounds counts the areas with ground.
func (p *Planner) Grounds() (n int) {
	for a := range p.Coverage.Areas() {
		if len(p.Coverage.RegionsOf(int32(a))) > 0 {
			n++
		}
	}
	return n
}

// finest picks an area with ground.
func (p *Planner) finest() int32 {
	for {
		if a := int32(p.IntN(len(p.Coverage.Areas()))); len(p.Coverage.RegionsOf(a)) > 0 {
			return a
		}
	}
}

// half picks a half-arc around an area.
func (p *Planner) half(a int32) coverage.HalfArc {
	rings := p.Coverage.Boundary(p.Coverage.RegionsOf(a)[p.IntN(len(p.Coverage.RegionsOf(a)))])
	ring := rings[p.IntN(len(rings))]
	return ring[p.IntN(len(ring))]
}

// vertex picks a vertex of an area's border.
func (p *Planner) vertex(a int32) lattice.Point {
	chain := p.Coverage.Chain(p.half(a))
	return chain[p.IntN(len(chain))]
}

// beside picks a place near another.
func (p *Planner) beside(q lattice.Point, far int) lattice.Point {
	return lattice.Point{X: q.X + int32(p.IntN(2*far+1)-far), Y: q.Y + int32(p.IntN(2*far+1)-far)}
}

func (p *Planner) split() coverage.Operation {
	a := p.finest()
	from, to := p.vertex(a), p.vertex(a)
	if p.IntN(2) == 0 {
		from, to = p.beside(from, 300), p.beside(to, 300)
	}
	line := []lattice.Point{from, to}
	if p.IntN(2) == 0 {
		line = slices.Insert(line, 1, p.beside(lattice.Point{X: (from.X + to.X) / 2, Y: (from.Y + to.Y) / 2}, 150))
	}
	op := &coverage.SplitByLine{Grid: p.Coverage.Areas()[a].Code, Line: line, Left: p.code(), Right: p.code()}
	switch p.IntN(4) {
	case 0:
		op.Left = op.Grid
	case 1, 2:
		op.Right = op.Grid
	}
	return op
}

func (p *Planner) merge() coverage.Operation {
	a := p.finest()
	grids := []string{p.Coverage.Areas()[a].Code}
	for _, b := range p.Coverage.Neighbours(a) {
		if len(grids) < 2+p.IntN(2) {
			grids = append(grids, p.Coverage.Areas()[b].Code)
		}
	}
	if len(grids) > 1 && p.IntN(3) > 0 {
		return &coverage.Merge{Grids: grids, Into: grids[p.IntN(len(grids))]}
	}
	return &coverage.Merge{Grids: grids, Into: p.code()}
}

func (p *Planner) reshape() coverage.Operation {
	a := p.finest()
	chain := p.Coverage.Chain(p.half(a))
	i, j := p.IntN(len(chain)), p.IntN(len(chain))
	op := &coverage.ReshapeArc{Grid: p.Coverage.Areas()[a].Code, From: chain[min(i, j)], To: chain[max(i, j)]}
	for range p.IntN(4) {
		op.Path = append(op.Path, p.beside(lattice.Point{X: (op.From.X + op.To.X) / 2, Y: (op.From.Y + op.To.Y) / 2}, 200))
	}
	return op
}

func (p *Planner) moveNode() coverage.Operation {
	a := p.finest()
	at := p.vertex(a)
	return &coverage.MoveNode{Grid: p.Coverage.Areas()[a].Code, At: at, To: p.beside(at, 150)}
}

func (p *Planner) insert() coverage.Operation {
	a := p.finest()
	chain := p.Coverage.Chain(p.half(a))
	k := 1 + p.IntN(len(chain)-1)
	u, v := chain[k-1], chain[k]
	return &coverage.InsertVertex{Grid: p.Coverage.Areas()[a].Code, A: u, B: v, At: p.beside(lattice.Point{X: (u.X + v.X) / 2, Y: (u.Y + v.Y) / 2}, 60)}
}

func (p *Planner) deleteVertex() coverage.Operation {
	a := p.finest()
	return &coverage.DeleteVertex{Grid: p.Coverage.Areas()[a].Code, At: p.vertex(a)}
}

func (p *Planner) assign() coverage.Operation {
	var gaps []coverage.Region
	for r := coverage.Region(1); int(r) < p.Coverage.Regions(); r++ {
		if p.Coverage.AreaOf(r) < 0 {
			gaps = append(gaps, r)
		}
	}
	if len(gaps) == 0 {
		return p.retire()
	}
	r := gaps[p.IntN(len(gaps))]
	at, _ := lattice.Interior(lattice.MultiPolygon{PolygonOf(p.Coverage, r)})
	op := &coverage.AssignGap{At: at}
	for _, h := range around(p.Coverage, r) {
		if b := p.Coverage.AreaOf(beyond(p.Coverage, h)); b >= 0 && (op.To == "" || p.IntN(3) == 0) {
			op.To = p.Coverage.Areas()[b].Code
		}
	}
	if p.IntN(4) == 0 {
		op.To = ""
	}
	return op
}

// around lists the half-arcs around a region.
func around(c *coverage.Coverage, r coverage.Region) []coverage.HalfArc {
	return slices.Concat(c.Boundary(r)...)
}

// beyond returns the region on the right of a half-arc.
func beyond(c *coverage.Coverage, h coverage.HalfArc) coverage.Region {
	if a := c.Arc(int(h >> 1)); h&1 == 0 {
		return a.Right
	} else {
		return a.Left
	}
}

// PolygonOf returns a region as a polygon.
func PolygonOf(c *coverage.Coverage, r coverage.Region) (out lattice.Polygon) {
	for _, ring := range c.Boundary(r) {
		var points lattice.Ring
		for _, h := range ring {
			chain := c.Chain(h)
			points = append(points, chain[:len(chain)-1]...)
		}
		out = append(out, points)
	}
	return out
}

// moveBuildings puts a few small buildings on the ground of an area and lets a
// neighbour take some.
func (p *Planner) moveBuildings() coverage.Operation {
	a := p.finest()
	neighbours := p.Coverage.Neighbours(a)
	if len(neighbours) == 0 {
		return p.moveNode()
	}
	code := p.Coverage.Areas()[a].Code
	to := p.Coverage.Areas()[neighbours[p.IntN(len(neighbours))]].Code
	shape := lattice.MultiPolygon{PolygonOf(p.Coverage, p.Coverage.RegionsOf(a)[0])}
	box := lattice.BoxOfShape(shape)
	size := int32(max(2, min(box.Width(), box.Height())/30))
	var site coverage.Site
	for try := 0; try < 60 && len(site.Buildings) < 4; try++ {
		at := lattice.Point{X: box.Min.X + int32(p.Int64N(box.Width()+1)), Y: box.Min.Y + int32(p.Int64N(box.Height()+1))}
		footprint := lattice.Ring{at, {X: at.X + size, Y: at.Y}, {X: at.X + size, Y: at.Y + size}, {X: at.X, Y: at.Y + size}}
		if !slices.ContainsFunc(footprint, func(q lattice.Point) bool { return !Inside(shape, q) }) {
			site.Buildings = append(site.Buildings, coverage.Building{Code: fmt.Sprint("b", len(site.Buildings)), Grid: code, Footprint: lattice.MultiPolygon{{footprint}}})
		}
	}
	if p.IntN(2) == 0 {
		at := box.Center()
		site.Guides = append(site.Guides, coverage.Guide{Line: []lattice.Point{{X: at.X, Y: box.Min.Y - 10}, at, {X: box.Max.X + 10, Y: at.Y}}, Cost: 1})
	}
	var goes []string
	for _, b := range site.Buildings {
		if len(goes) == 0 || p.IntN(3) == 0 {
			goes = append(goes, b.Code)
		}
	}
	op, err := coverage.Propose(p.Coverage, p.Network, goes, to, site)
	if err != nil {
		return &coverage.MoveBuildings{Buildings: goes, To: to} // refused: no border was found
	}
	return op
}

// Inside tells whether a place is in a shape, by parity.
func Inside(shape lattice.MultiPolygon, q lattice.Point) bool {
	in := false
	for _, polygon := range shape {
		for _, ring := range polygon {
			for i, a := range ring {
				b := ring[(i+1)%len(ring)]
				if a.Y > b.Y {
					a, b = b, a
				}
				if a.Y <= q.Y && q.Y < b.Y && lattice.Cross(a, b, q) > 0 {
					in = !in
				}
			}
		}
	}
	return in
}

func (p *Planner) reparent() coverage.Operation {
	areas := p.Coverage.Areas()
	a, b := p.IntN(len(areas)), p.IntN(len(areas))
	for range 20 {
		if areas[b].Level+1 != areas[a].Level {
			a, b = p.IntN(len(areas)), p.IntN(len(areas))
		}
	}
	return &coverage.Reparent{Grid: areas[a].Code, Parent: areas[b].Code}
}

// create adds a grid of the finest level with a small square of ground, outside
// or in a gap, or one above it without any.
func (p *Planner) create() coverage.Operation {
	areas, levels := p.Coverage.Areas(), p.Network.DrawnLevels()
	level := uint8(len(levels) - 1)
	if level > 1 && p.IntN(3) == 0 {
		level--
	}
	op := &coverage.Create{Code: p.code(), Level: levels[level].ID}
	for range 100 {
		if a := areas[p.IntN(len(areas))]; a.Level+1 == level {
			op.Parent = a.Code
			break
		}
	}
	if int(level) < len(levels)-1 {
		return op
	}
	at := p.beside(p.Coverage.Bounds().Min, 1500)
	for r := coverage.Region(1); int(r) < p.Coverage.Regions() && p.IntN(2) == 0; r++ {
		if p.Coverage.AreaOf(r) < 0 {
			at, _ = lattice.Interior(lattice.MultiPolygon{PolygonOf(p.Coverage, r)})
		}
	}
	s := int32(3 + p.IntN(200))
	op.Shape = lattice.MultiPolygon{{{at, {X: at.X + s, Y: at.Y}, {X: at.X + s, Y: at.Y + s}, {X: at.X, Y: at.Y + s}}}}
	if p.IntN(3) == 0 {
		op.Shape[0] = append(op.Shape[0], lattice.Ring{{X: at.X + 1, Y: at.Y + 1}, {X: at.X + s - 1, Y: at.Y + s - 1}, {X: at.X + s - 1, Y: at.Y + 1}})
	}
	return op
}

func (p *Planner) retire() coverage.Operation {
	return &coverage.Retire{Grid: p.Coverage.Areas()[p.IntN(len(p.Coverage.Areas()))].Code, Void: p.IntN(2) == 0}
}

func (p *Planner) rename() coverage.Operation {
	return &coverage.Rename{Grid: p.Coverage.Areas()[p.IntN(len(p.Coverage.Areas()))].Code, Code: p.code()}
}

func (p *Planner) setLock() coverage.Operation {
	a := p.Coverage.Areas()[p.finest()]
	for _, b := range p.Coverage.Areas() {
		if b.Locked {
			a = b // few stay locked
		}
	}
	return &coverage.SetLock{Grid: a.Code, Locked: !a.Locked}
}
