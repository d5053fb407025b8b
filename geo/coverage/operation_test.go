package coverage

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// planner makes up operations, most of which can be done.
type planner struct {
	*rand.Rand
	c    *Coverage
	n    geo.Network
	made int
}

// kinds are the operations that a planner makes up, by name.
var kinds = map[string]func(p *planner) Operation{
	"splitByLine":  (*planner).split,
	"merge":        (*planner).merge,
	"reshapeArc":   (*planner).reshape,
	"moveNode":     (*planner).moveNode,
	"insertVertex": (*planner).insert,
	"deleteVertex": (*planner).deleteVertex,
	"assignGap":    (*planner).assign,
	"reparent":     (*planner).reparent,
	"create":       (*planner).create,
	"retire":       (*planner).retire,
	"rename":       (*planner).rename,
	"setLock":      (*planner).setLock,
}

func (p *planner) code() string {
	p.made++
	return fmt.Sprint("n", p.made)
}

// grounds counts the areas with ground.
func (p *planner) grounds() (n int) {
	for a := range p.c.Areas() {
		if len(p.c.RegionsOf(int32(a))) > 0 {
			n++
		}
	}
	return n
}

// finest picks an area with ground.
func (p *planner) finest() int32 {
	for {
		if a := int32(p.IntN(p.c.areas.len())); len(p.c.RegionsOf(a)) > 0 {
			return a
		}
	}
}

// half picks a half-arc around an area.
func (p *planner) half(a int32) HalfArc {
	rings := p.c.Boundary(p.c.RegionsOf(a)[p.IntN(len(p.c.RegionsOf(a)))])
	ring := rings[p.IntN(len(rings))]
	return ring[p.IntN(len(ring))]
}

// vertex picks a vertex of an area's border.
func (p *planner) vertex(a int32) lattice.Point {
	chain := p.c.Chain(p.half(a))
	return chain[p.IntN(len(chain))]
}

// beside picks a place near another.
func (p *planner) beside(q lattice.Point, far int) lattice.Point {
	return lattice.Point{X: q.X + int32(p.IntN(2*far+1)-far), Y: q.Y + int32(p.IntN(2*far+1)-far)}
}

func (p *planner) split() Operation {
	a := p.finest()
	from, to := p.vertex(a), p.vertex(a)
	if p.IntN(2) == 0 {
		from, to = p.beside(from, 300), p.beside(to, 300)
	}
	line := []lattice.Point{from, to}
	if p.IntN(2) == 0 {
		line = slices.Insert(line, 1, p.beside(lattice.Point{X: (from.X + to.X) / 2, Y: (from.Y + to.Y) / 2}, 150))
	}
	op := &SplitByLine{Grid: p.c.Areas()[a].Code, Line: line, Left: p.code(), Right: p.code()}
	switch p.IntN(4) {
	case 0:
		op.Left = op.Grid
	case 1, 2:
		op.Right = op.Grid
	}
	return op
}

func (p *planner) merge() Operation {
	a := p.finest()
	grids := []string{p.c.Areas()[a].Code}
	for _, b := range p.c.Neighbours(a) {
		if len(grids) < 2+p.IntN(2) {
			grids = append(grids, p.c.Areas()[b].Code)
		}
	}
	if len(grids) > 1 && p.IntN(3) > 0 {
		return &Merge{Grids: grids, Into: grids[p.IntN(len(grids))]}
	}
	return &Merge{Grids: grids, Into: p.code()}
}

func (p *planner) reshape() Operation {
	a := p.finest()
	chain := p.c.Chain(p.half(a))
	i, j := p.IntN(len(chain)), p.IntN(len(chain))
	op := &ReshapeArc{Grid: p.c.Areas()[a].Code, From: chain[min(i, j)], To: chain[max(i, j)]}
	for range p.IntN(4) {
		op.Path = append(op.Path, p.beside(lattice.Point{X: (op.From.X + op.To.X) / 2, Y: (op.From.Y + op.To.Y) / 2}, 200))
	}
	return op
}

func (p *planner) moveNode() Operation {
	a := p.finest()
	at := p.vertex(a)
	return &MoveNode{Grid: p.c.Areas()[a].Code, At: at, To: p.beside(at, 150)}
}

func (p *planner) insert() Operation {
	a := p.finest()
	chain := p.c.Chain(p.half(a))
	k := 1 + p.IntN(len(chain)-1)
	u, v := chain[k-1], chain[k]
	return &InsertVertex{Grid: p.c.Areas()[a].Code, A: u, B: v, At: p.beside(lattice.Point{X: (u.X + v.X) / 2, Y: (u.Y + v.Y) / 2}, 60)}
}

func (p *planner) deleteVertex() Operation {
	a := p.finest()
	return &DeleteVertex{Grid: p.c.Areas()[a].Code, At: p.vertex(a)}
}

func (p *planner) assign() Operation {
	for range 100 {
		r := Region(p.IntN(p.c.Regions()))
		if r == Exterior || p.c.AreaOf(r) >= 0 {
			continue
		}
		at, _ := lattice.Interior(lattice.MultiPolygon{p.c.ringsAsPolygon(r)})
		op := &AssignGap{At: at}
		for h := range p.c.halvesOf(r) {
			if b := p.c.AreaOf(p.c.leftOf(h ^ 1)); b >= 0 && (op.To == "" || p.IntN(3) == 0) {
				op.To = p.c.Areas()[b].Code
			}
		}
		if p.IntN(4) == 0 {
			op.To = ""
		}
		return op
	}
	return p.retire()
}

// ringsAsPolygon returns a region as a polygon.
func (c *Coverage) ringsAsPolygon(r Region) (out lattice.Polygon) {
	for _, ring := range c.Boundary(r) {
		var points lattice.Ring
		for _, h := range ring {
			points = c.appendChain(points, h)
		}
		out = append(out, points)
	}
	return out
}

func (p *planner) reparent() Operation {
	areas := p.c.Areas()
	a, b := p.IntN(len(areas)), p.IntN(len(areas))
	for range 20 {
		if areas[b].Level+1 != areas[a].Level {
			a, b = p.IntN(len(areas)), p.IntN(len(areas))
		}
	}
	return &Reparent{Grid: areas[a].Code, Parent: areas[b].Code}
}

func (p *planner) create() Operation {
	areas := p.c.Areas()
	parent := p.IntN(len(areas))
	op := &Create{Code: p.code(), Level: p.n.Levels[min(2, areas[parent].Level+1)].ID, Parent: areas[parent].Code}
	if op.Level == "street" && p.IntN(3) > 0 {
		return p.create()
	}
	if op.Level == "grid" {
		// A square outside, or in a gap, at a corner or not.
		at := p.beside(lattice.Point{X: p.c.Bounds().Min.X, Y: p.c.Bounds().Min.Y}, 1500)
		for r := Region(1); int(r) < p.c.Regions() && p.IntN(2) == 0; r++ {
			if p.c.AreaOf(r) < 0 {
				at, _ = lattice.Interior(lattice.MultiPolygon{p.c.ringsAsPolygon(r)})
			}
		}
		s := int32(3 + p.IntN(200))
		op.Shape = lattice.MultiPolygon{{{at, {X: at.X + s, Y: at.Y}, {X: at.X + s, Y: at.Y + s}, {X: at.X, Y: at.Y + s}}}}
		if p.IntN(3) == 0 {
			op.Shape[0] = append(op.Shape[0], lattice.Ring{{X: at.X + 1, Y: at.Y + 1}, {X: at.X + s - 1, Y: at.Y + s - 1}, {X: at.X + s - 1, Y: at.Y + 1}})
		}
	}
	return op
}

func (p *planner) retire() Operation {
	return &Retire{Grid: p.c.Areas()[p.IntN(p.c.areas.len())].Code, Void: p.IntN(2) == 0}
}

func (p *planner) rename() Operation {
	return &Rename{Grid: p.c.Areas()[p.IntN(p.c.areas.len())].Code, Code: p.code()}
}

func (p *planner) setLock() Operation {
	a := p.c.Areas()[p.finest()]
	for _, b := range p.c.Areas() {
		if b.Locked {
			a = b // few stay locked
		}
	}
	return &SetLock{Grid: a.Code, Locked: !a.Locked}
}

// TestOperations lets planners loose on made towns. Whatever they do, the state
// is sound, its figures are those of a state made from scratch, and the states
// before it stay as they were.
func TestOperations(t *testing.T) {
	names := slices.Sorted(maps.Keys(kinds))
	accepted, refusals := map[string]int{}, map[string]int{}
	for seed := range uint64(rounds(40, 2000)) {
		r := rand.New(rand.NewPCG(seed, 3))
		p := &planner{Rand: r, c: someMosaic(t, seed), n: mosaicNetwork}
		simplified, measured := p.c.Simplify(), p.c.Measure()
		for step := range 50 {
			if p.grounds() < 3 {
				break
			}
			name := names[r.IntN(len(names))]
			op := kinds[name](p)
			before := p.c.Hash()
			now, diff, err := Apply(p.c, p.n, op)
			if p.c.hash = (once[[32]byte]{}); p.c.Hash() != before {
				t.Fatalf("seed %d step %d: %s changed the state before it", seed, step, describe(op))
			}
			if err != nil {
				refusals[name+": "+err.Error()]++
				continue
			}
			accepted[op.name()]++
			if again, _, err := Apply(p.c, p.n, op); err != nil || again.Hash() != now.Hash() {
				t.Fatalf("seed %d step %d: %s gives another state the second time", seed, step, describe(op))
			}
			if fault := wrong(p.c, now, p.n, diff); fault != "" {
				t.Fatalf("seed %d step %d: after %s: %s", seed, step, describe(op), fault)
			}
			p.c = now
			if measured = measured.Patched(now, diff); !slices.Equal(tallies(measured), tallies(now.Measure())) {
				t.Fatalf("seed %d step %d: after %s the measures are not those of a full recount:\n%v\n%v", seed, step, describe(op), tallies(measured), tallies(now.Measure()))
			}
			if simplified = simplified.Patched(now, diff); step%5 == 0 {
				soundSimplified(t, fmt.Sprintf("seed %d step %d, after %s", seed, step, describe(op)), simplified, p.n)
			}
		}
	}
	t.Log(accepted)
	if testing.Verbose() {
		for why, n := range refusals {
			t.Log(n, why)
		}
	}
	for name := range kinds {
		if accepted[name] == 0 {
			t.Errorf("no %s was accepted", name)
		}
	}
}

func tallies(m *Measured) (out []tally) {
	for i := range m.tallies.len() {
		out = append(out, *m.tallies.at(i))
	}
	return out
}

// soundSimplified fails unless every zoom is sound and looks as the whole does.
func soundSimplified(t *testing.T, when string, s *Simplified, n geo.Network) {
	t.Helper()
	for z := uint8(0); z <= MaxPixelZoom; z++ {
		for _, v := range s.At(z).Check(n) {
			if v.Kind != Gap && v.Kind != NoRegion && v.Kind != Unhealed {
				t.Fatalf("%s: zoom %d: %+v", when, z, v)
			}
		}
	}
}

func describe(op Operation) string {
	b, _ := MarshalOperation(op)
	return string(b)
}

// wrong says what is wrong after an operation.
func wrong(before, c *Coverage, n geo.Network, diff Diff) string {
	for _, v := range c.Check(n) {
		if v.Kind != Gap && v.Kind != NoRegion {
			return fmt.Sprintf("%+v", v)
		}
	}
	back, err := Decode(c.Encode())
	switch {
	case err != nil:
		return err.Error()
	case back.Hash() != c.Hash():
		return "the hash is not that of the same state, read back"
	}
	if fault := strays(before, c, diff); fault != "" {
		return fault
	}
	return rebuilt(c, n)
}

// strays says what changed and is not in the diff. What a locked area looks like
// never changes.
func strays(before, c *Coverage, diff Diff) string {
	was := diff.Arcs.inverse(before.Arcs(), c.Arcs())
	for i, old := range was {
		if old < 0 {
			continue
		}
		a, b := c.arcs.at(i), before.arcs.at(old)
		if !slices.Equal(a.points, b.points) {
			return fmt.Sprintf("arc %d runs elsewhere and is not in the diff", i)
		}
	}
	was = diff.Regions.inverse(before.Regions(), c.Regions())
	for r, old := range was {
		if old < 0 {
			continue
		}
		if !cmp.Equal(drawn(c, Region(r)), drawn(before, Region(old))) {
			return fmt.Sprintf("region %d looks otherwise and is not in the diff", r)
		}
	}
	was = diff.Areas.inverse(len(before.Areas()), len(c.Areas()))
	for i, old := range was {
		if old < 0 {
			continue
		}
		a, b := c.Areas()[i], before.Areas()[old]
		if a.Code != b.Code || a.Level != b.Level || a.Locked != b.Locked || parentCode(c, a) != parentCode(before, b) {
			return fmt.Sprintf("%s changed and is not in the diff", a.Code)
		}
	}
	for i, a := range before.Areas() {
		if !a.Locked {
			continue
		}
		now, ok := c.AreaByCode(a.Code)
		if !ok || !cmp.Equal(ground(before, int32(i)), ground(c, now)) {
			return fmt.Sprintf("%s is locked and changed", a.Code)
		}
	}
	return ""
}

// inverse returns for every number now the one before, -1 where the thing is new
// or changed. What the diff does not name is where it was.
func (t *Touched) inverse(before, now int) []int {
	gone := map[int]bool{}
	for _, i := range t.Before {
		gone[i] = true
	}
	out := make([]int, now)
	for i := range out {
		if out[i] = i; i >= before || gone[i] {
			out[i] = -1
		}
	}
	for _, i := range t.After {
		out[i] = -1
	}
	for _, m := range t.Moved {
		out[m.To] = m.From
	}
	return out
}

// drawn is the set of directed segments around a region, and its area.
func drawn(c *Coverage, r Region) any {
	out := map[[2]lattice.Point]bool{}
	for h := range c.halvesOf(r) {
		p := c.Chain(h)
		for k := 1; k < len(p); k++ {
			out[[2]lattice.Point{p[k-1], p[k]}] = true
		}
	}
	return struct {
		Segments map[[2]lattice.Point]bool
		Idle     int32
	}{out, min(c.AreaOf(r), 0)}
}

// ground is what an area looks like: its outline's segments.
func ground(c *Coverage, area int32) map[[2]lattice.Point]bool {
	out := map[[2]lattice.Point]bool{}
	for _, r := range c.appendRegions(nil, area) {
		for h := range c.halvesOf(r) {
			p := c.Chain(h)
			for k := 1; k < len(p); k++ {
				back := [2]lattice.Point{p[k], p[k-1]}
				if out[back] {
					delete(out, back)
				} else {
					out[[2]lattice.Point{p[k-1], p[k]}] = true
				}
			}
		}
	}
	return out
}

func parentCode(c *Coverage, a Area) string {
	if a.Parent < 0 {
		return ""
	}
	return c.Areas()[a.Parent].Code
}

// rebuilt says whether a state is built again from what it exports. What is
// nobody's has no polygon: gaps and voids cannot be told from each other then.
func rebuilt(c *Coverage, n geo.Network) string {
	gaps, voids := 0, 0
	for r := Region(1); int(r) < c.Regions(); r++ {
		switch c.AreaOf(r) {
		case NoArea:
			gaps++
		case Void:
			voids++
		}
	}
	policy := Policy{}
	switch {
	case gaps > 0 && voids > 0:
		return ""
	case voids > 0:
		policy.WideGaps = VoidGaps
	}
	var shapes []Shape
	for i, a := range c.Areas() {
		if len(c.RegionsOf(int32(i))) > 0 {
			shapes = append(shapes, Shape{Code: a.Code, Shape: c.Polygons(int32(i))})
		}
	}
	areas := slices.Clone(c.Areas())
	again, _, err := Build(n, areas, shapes, policy)
	switch {
	case err != nil:
		return "what is exported cannot be built: " + err.Error()
	case again.Hash() != c.Hash():
		return "what is exported builds another state"
	}
	return ""
}
