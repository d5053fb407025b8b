package citygen

import (
	"testing"

	"onegrid/data/fixtures"
	"onegrid/geo"
	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
)

type edge struct{ a, b lattice.Point }

// mosaic judges the basic grids by their rings alone: plain code that shares
// nothing with the planar map.
type mosaic struct {
	city  *City
	left  map[edge]int // grid on the left of a directed edge
	cells map[[2]int32][]edge
	grids map[[2]int32][]int // by cell of their boxes
}

// cellOf gives cells of 4,096 lattice units, about 45 m.
func cellOf(p lattice.Point) [2]int32 { return [2]int32{p.X >> 12, p.Y >> 12} }

// cellsOf calls visit with every cell that the box around points touches.
func cellsOf(visit func(c [2]int32), points ...lattice.Point) {
	b := lattice.BoxOf(points...)
	lo, hi := cellOf(b.Min), cellOf(b.Max)
	for y := lo[1]; y <= hi[1]; y++ {
		for x := lo[0]; x <= hi[0]; x++ {
			visit([2]int32{x, y})
		}
	}
}

// mosaicOf makes the mosaic of a reference city once.
func mosaicOf(t *testing.T, name string) *mosaic {
	t.Helper()
	_, c := open(t, name)
	made.Lock()
	defer made.Unlock()
	if made.mosaics[name] == nil {
		made.mosaics[name] = newMosaic(t, c)
	}
	return made.mosaics[name]
}

func newMosaic(t *testing.T, c *City) *mosaic {
	t.Helper()
	m := &mosaic{c, map[edge]int{}, map[[2]int32][]edge{}, map[[2]int32][]int{}}
	for g, shape := range c.Shapes {
		if c.Grids[g].Network != basicNetwork || shape == nil {
			continue
		}
		for _, p := range shape {
			for _, r := range p {
				for i, a := range r {
					e := edge{a, r[(i+1)%len(r)]}
					if other, twice := m.left[e]; twice {
						t.Fatalf("the edge %v is in %s and in %s", e, c.Grids[g].Code, c.Grids[other].Code)
					}
					m.left[e] = g
					if e.a == e.b {
						t.Fatalf("%s has an edge without length at %v", c.Grids[g].Code, a)
					}
				}
			}
			cellsOf(func(k [2]int32) { m.grids[k] = append(m.grids[k], g) }, p[0]...)
		}
	}
	for e := range m.left {
		if _, both := m.left[edge{e.b, e.a}]; !both || lattice.Compare(e.a, e.b) < 0 {
			cellsOf(func(k [2]int32) { m.cells[k] = append(m.cells[k], e) }, e.a, e.b)
		}
	}
	return m
}

// gridAt finds the grid that holds p strictly, -1 if there is none or several.
func (m *mosaic) gridAt(p lattice.Point) int {
	found := -1
	for _, g := range m.grids[cellOf(p)] {
		if s := lattice.Side(m.city.Shapes[g], p); s == 0 || s > 0 && found >= 0 && found != g {
			return -1
		} else if s > 0 {
			found = g
		}
	}
	return found
}

// double is twice the signed area of a ring, exactly: a city is small enough.
func double(r lattice.Ring) (sum int64) {
	for i, a := range r {
		b := r[(i+1)%len(r)]
		sum += int64(a.X-r[0].X)*int64(b.Y-r[0].Y) - int64(a.Y-r[0].Y)*int64(b.X-r[0].X)
	}
	return sum
}

// The grids partition the jurisdiction: every edge belongs to one grid on each
// side, except on the outer border; no two edges meet but at their ends; and the
// areas add up to the last unit.
func TestGridsPartition(t *testing.T) {
	for _, name := range fixtures.Names() {
		checkPartition(t, mosaicOf(t, name))
	}
	for seed := range int64(6) {
		f := scaled(60, 0, seed)
		t.Logf("seed %d", seed)
		checkPartition(t, newMosaic(t, generate(t, f)))
	}
}

func checkPartition(t *testing.T, m *mosaic) {
	t.Helper()
	c := m.city
	land := c.Base[0]
	if land.Kind != "land" {
		t.Fatal("the base map does not begin with the land")
	}
	outer := map[edge]bool{}
	ring := land.Shape.Polygons[0][0]
	for i, a := range ring {
		outer[edge{a, ring[(i+1)%len(ring)]}] = true
	}
	unpaired := 0
	for e, g := range m.left {
		if _, ok := m.left[edge{e.b, e.a}]; !ok {
			unpaired++
			if !outer[e] {
				t.Fatalf("nobody is beyond the edge %v of %s", e, c.Grids[g].Code)
			}
		}
	}
	if unpaired != len(outer) {
		t.Errorf("%d edges on the outer border of %d", unpaired, len(outer))
	}
	for _, es := range m.cells {
		for i, e := range es {
			for _, o := range es[:i] {
				if lattice.SegmentsMeet(e.a, e.b, o.a, o.b) && e.a != o.a && e.a != o.b && e.b != o.a && e.b != o.b {
					t.Fatalf("the edges %v and %v meet", e, o)
				}
			}
		}
	}
	sum := int64(0)
	for g, shape := range c.Shapes {
		if c.Grids[g].Network != basicNetwork {
			continue
		}
		for _, p := range shape {
			for k, r := range p {
				if d := double(r); (d > 0) != (k == 0) {
					t.Errorf("ring %d of %s runs the wrong way", k, c.Grids[g].Code)
				} else {
					sum += d
				}
			}
		}
	}
	if want := double(ring); sum != want {
		t.Errorf("the grids' areas sum to %d half units, the land's is %d", sum, want)
	}
}

// Communities and streets hang together, and every grid is in one piece.
func TestContiguous(t *testing.T) {
	for _, name := range fixtures.Names() {
		_, c := open(t, name)
		m := mosaicOf(t, name)
		near := map[int]map[int]bool{}
		for e, g := range m.left {
			if o, ok := m.left[edge{e.b, e.a}]; ok && o != g {
				if near[g] == nil {
					near[g] = map[int]bool{}
				}
				near[g][o] = true
			}
		}
		for _, digits := range []int{12, 9} {
			members := map[string][]int{}
			for g, grid := range c.Grids {
				if grid.Level == "grid" && grid.Network == basicNetwork {
					members[grid.Code[:digits]] = append(members[grid.Code[:digits]], g)
					if len(c.Shapes[g]) != 1 {
						t.Errorf("%s: %s has %d pieces", name, grid.Code, len(c.Shapes[g]))
					}
				}
			}
			for code, set := range members {
				seen := map[int]bool{set[0]: true}
				for queue := []int{set[0]}; len(queue) > 0; queue = queue[1:] {
					for o := range near[queue[0]] {
						if !seen[o] && c.Grids[o].Code[:digits] == code {
							seen[o] = true
							queue = append(queue, o)
						}
					}
				}
				if len(seen) != len(set) {
					t.Errorf("%s: %s is not in one piece: %d of %d grids hang together", name, code, len(seen), len(set))
				}
			}
		}
	}
}

// The lake's islands are holes in the grids around them, to exercise the engine.
func TestIslandsAreHoles(t *testing.T) {
	_, c := open(t, "lakeside")
	holes := 0
	for _, m := range c.Shapes {
		for _, p := range m {
			holes += len(p) - 1
		}
	}
	if holes < 2 {
		t.Errorf("%d holes in the grids, want those of two islands", holes)
	}
}

// Buildings lie in one grid each, clear of its borders, of each other and of
// their estate's wall; the interior point is strictly inside.
func TestBuildingsLieWell(t *testing.T) {
	for _, name := range fixtures.Names() {
		_, c := open(t, name)
		m := mosaicOf(t, name)
		estates := map[string]*geo.Estate{}
		for i := range c.Estates {
			estates[c.Estates[i].Code] = &c.Estates[i]
		}
		type wall struct {
			e     edge
			owner int
		}
		walls := map[[2]int32][]wall{}
		boxes := map[[2]int32][]int{}
		for i := range c.Buildings {
			b := &c.Buildings[i]
			if lattice.Side(b.Shape, b.Interior) != 1 || m.gridAt(b.Interior) < 0 {
				t.Fatalf("%s: the interior point of %s", name, b.Code)
			}
			home := m.gridAt(b.Shape[0][0][0])
			for k, r := range b.Shape[0] {
				if (double(r) > 0) != (k == 0) {
					t.Fatalf("%s: ring %d of %s runs the wrong way", name, k, b.Code)
				}
				for j, p := range r {
					e := edge{p, r[(j+1)%len(r)]}
					if m.gridAt(p) != home || home < 0 {
						t.Fatalf("%s: %s lies in two grids or on a border", name, b.Code)
					}
					if b.Estate != "" && lattice.Side(estates[b.Estate].Shape, p) != 1 {
						t.Fatalf("%s: %s reaches over the wall of its estate", name, b.Code)
					}
					cellsOf(func(k [2]int32) {
						for _, o := range m.cells[k] {
							if lattice.SegmentsMeet(e.a, e.b, o.a, o.b) {
								t.Fatalf("%s: %s stands across the border %v", name, b.Code, o)
							}
						}
						for _, o := range walls[k] {
							if o.owner != i && lattice.SegmentsMeet(e.a, e.b, o.e.a, o.e.b) {
								t.Fatalf("%s: %s and %s overlap", name, b.Code, c.Buildings[o.owner].Code)
							}
						}
						walls[k] = append(walls[k], wall{e, i})
					}, e.a, e.b)
				}
			}
			cellsOf(func(k [2]int32) { boxes[k] = append(boxes[k], i) }, b.Shape[0][0]...)
		}
		for i := range c.Buildings { // none inside another
			p := c.Buildings[i].Interior
			for _, o := range boxes[cellOf(p)] {
				if o != i && lattice.Side(c.Buildings[o].Shape, p) >= 0 {
					t.Fatalf("%s: %s stands in %s", name, c.Buildings[i].Code, c.Buildings[o].Code)
				}
			}
		}
	}
}

// Devices and sites lie within the jurisdiction; shops and stations too.
func TestObjectsWithin(t *testing.T) {
	for _, name := range fixtures.Names() {
		_, c := open(t, name)
		land := c.Base[0].Shape.Polygons
		var wet []lattice.MultiPolygon
		for _, b := range c.Base {
			if b.Kind == "water" {
				wet = append(wet, b.Shape.Polygons)
			}
		}
		for _, d := range c.Devices {
			if lattice.Side(land, d.Point) != 1 {
				t.Errorf("%s: device %s lies outside", name, d.Code)
			}
			if d.Kind == "gate" || d.Kind == "waterlogging" {
				for _, w := range wet {
					if lattice.Side(w, d.Point) > 0 {
						t.Errorf("%s: device %s %s stands in the water", name, d.Kind, d.Code)
					}
				}
			}
			if (d.Kind == "camera") != (d.View != nil) || d.View != nil && (d.View.BearingDeg < 0 || d.View.BearingDeg >= 360 || d.View.AngleDeg <= 0 || d.View.RangeM <= 0) {
				t.Errorf("%s: the view of %s: %+v", name, d.Code, d.View)
			}
		}
		for _, s := range c.Sites {
			if lattice.Side(land, s.Point) != 1 {
				t.Errorf("%s: site %s lies outside", name, s.Code)
			}
		}
	}
}

// The boundary engine has nothing to repair and nothing to object to.
func TestCoverageIsClean(t *testing.T) {
	for _, name := range fixtures.Names() {
		_, c := open(t, name)
		for _, n := range c.Scheme.Networks {
			if n.Kind == geo.Stacked {
				continue
			}
			var grids []geo.Grid
			var shapes []coverage.Shape
			drawn := 0
			for i, g := range c.Grids {
				if g.Network == n.ID {
					grids = append(grids, g)
					if c.Shapes[i] != nil {
						shapes = append(shapes, coverage.Shape{Code: g.Code, Shape: c.Shapes[i]})
						drawn++
					}
				}
			}
			areas, err := coverage.AreasOf(n, grids)
			if err != nil {
				t.Fatal(err)
			}
			cov, report, err := coverage.Build(n, areas, shapes, coverage.Policy{})
			if err != nil {
				t.Fatal(err)
			}
			if len(report.Repairs) > 0 {
				t.Errorf("%s, %s: %d repairs; the first: %+v", name, n.ID, len(report.Repairs), report.Repairs[0])
			}
			if v := cov.Check(n); len(v) > 0 {
				t.Errorf("%s, %s: %d violations; the first: %+v", name, n.ID, len(v), v[0])
			}
			if cov.Regions()-1 != drawn {
				t.Errorf("%s, %s: %d regions for %d grids", name, n.ID, cov.Regions()-1, drawn)
			}
		}
	}
}
