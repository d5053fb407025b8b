package coverage

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/peterstace/simplefeatures/geom"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

func TestBirminghamAnswersAsGEOS(t *testing.T) {
	n, areas, shapes := birmingham(t)
	c, _, err := Build(n, areas, shapes, Policy{GapWidthM: 1})
	if err != nil {
		t.Fatal(err)
	}
	f := newFinder(c)
	for _, row := range table(t, "birmingham", "expected.csv")[1:] {
		p, err := lattice.ParsePoint(row[0], row[1])
		if err != nil {
			t.Fatal(err)
		}
		if got := f.code(p); got != row[2] {
			t.Errorf("%v is in %q, not %q", p, row[2], got)
		}
	}
}

// finder looks a point up by trying every area whose box holds it.
type finder struct {
	c     *Coverage
	shape []lattice.MultiPolygon
	box   []lattice.Box
}

func newFinder(c *Coverage) *finder {
	f := &finder{c: c}
	for a := range c.Areas() {
		var m lattice.MultiPolygon
		if len(c.RegionsOf(int32(a))) > 0 {
			m = c.Polygons(int32(a))
		}
		f.shape = append(f.shape, m)
		f.box = append(f.box, lattice.BoxOfShape(m))
	}
	return f
}

func (f *finder) code(p lattice.Point) string {
	for a, m := range f.shape {
		if f.box[a].Contains(p) && lattice.Side(m, p) > 0 {
			return f.c.Areas()[a].Code
		}
	}
	return ""
}

// geometry brings a shape to the second opinion's form, unchecked.
func geometry(m lattice.MultiPolygon) geom.MultiPolygon {
	var polygons []geom.Polygon
	for _, p := range m {
		var rings []geom.LineString
		for _, ring := range p {
			var xy []float64
			for i := range len(ring) + 1 {
				q := ring[i%len(ring)]
				xy = append(xy, float64(q.X), float64(q.Y))
			}
			rings = append(rings, geom.NewLineString(geom.NewSequence(xy, geom.DimXY)))
		}
		polygons = append(polygons, geom.NewPolygon(rings))
	}
	return geom.NewMultiPolygon(polygons)
}

// TestOutlinesAreValid asks simplefeatures whether every outline of every level
// is a valid polygon, and whether parents have their children's area.
func TestOutlinesAreValid(t *testing.T) {
	n, areas, shapes := birmingham(t)
	dirty, _ := jitter(rand.New(rand.NewPCG(5, 6)), shapes, 2, 0.01, 0.01, 5)
	for _, input := range [][]Shape{shapes, dirty} {
		c, _, err := Build(n, areas, input, Policy{GapWidthM: 5, WideGaps: VoidGaps})
		if err != nil {
			t.Fatal(err)
		}
		sum := make([]float64, len(c.Areas()))
		own := make([]float64, len(c.Areas()))
		for a := range c.Areas() {
			g := geometry(c.Polygons(int32(a)))
			if err := g.Validate(); err != nil {
				t.Errorf("%s: %v", c.Areas()[a].Code, err)
			}
			own[a] = g.Area()
			if p := c.Areas()[a].Parent; p >= 0 {
				sum[p] += own[a]
			}
		}
		first, _ := childrenOf(c.Areas())
		for a := range c.Areas() {
			if first[a] != first[a+1] && math.Abs(own[a]-sum[a]) > 1e-9*own[a] {
				t.Errorf("%s has area %v, its children %v", c.Areas()[a].Code, own[a], sum[a])
			}
		}
	}
}

// TestFarFromFaultsNothingMoves spoils a few shapes in many ways and looks at all
// borders farther than the tolerance from what was spoilt.
func TestFarFromFaultsNothingMoves(t *testing.T) {
	n, areas, shapes := birmingham(t)
	clean, _, err := Build(n, areas, shapes, Policy{GapWidthM: 5})
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(9, 9))
	dirty := append([]Shape(nil), shapes...)
	var spoilt []lattice.Box
	for range 60 {
		i := r.IntN(len(dirty))
		off, _ := jitter(r, dirty[i:i+1], 2, 0, 0.3, 5)
		dirty[i] = off[0]
		box := lattice.BoxOfShape(shapes[i].Shape)
		const far = 1000 // 10 m, over the 7 m that a vertex was moved
		box.Min.X, box.Min.Y, box.Max.X, box.Max.Y = box.Min.X-far, box.Min.Y-far, box.Max.X+far, box.Max.Y+far
		spoilt = append(spoilt, box)
	}
	c, _, err := Build(n, areas, dirty, Policy{GapWidthM: 5})
	if err != nil {
		t.Fatal(err)
	}
	sound(t, n, c)
	before, after := farSegments(clean, spoilt), farSegments(c, spoilt)
	if len(before) < clean.points/2 {
		t.Fatal("hardly anything lies far from the faults")
	}
	for s := range before {
		if !after[s] {
			t.Errorf("%v is no longer there", s)
		}
	}
	for s := range after {
		if !before[s] {
			t.Errorf("%v is new", s)
		}
	}
}

// farSegment is a segment with the areas beside it.
type farSegment struct {
	a, b        lattice.Point
	left, right string
}

func farSegments(c *Coverage, spoilt []lattice.Box) map[farSegment]bool {
	code := func(r Region) string {
		if a := c.AreaOf(r); a >= 0 {
			return c.Areas()[a].Code
		}
		return ""
	}
	out := map[farSegment]bool{}
	for i := range c.Arcs() {
		arc := c.Arc(i)
		for k := 1; k < len(arc.Points); k++ {
			s := farSegment{arc.Points[k-1], arc.Points[k], code(arc.Left), code(arc.Right)}
			if less(s.b, s.a) {
				s = farSegment{s.b, s.a, s.right, s.left}
			}
			near := false
			for _, b := range spoilt {
				near = near || b.Intersects(lattice.BoxOf(s.a, s.b))
			}
			if !near {
				out[s] = true
			}
		}
	}
	return out
}

// TestWardsOverAreas builds a network that cuts across the first.
func TestWardsBuild(t *testing.T) {
	n := geo.Network{ID: "wards", Kind: geo.Exclusive, Levels: []geo.Level{{ID: "ward"}}}
	var grids []geo.Grid
	shapes := readGeoJSON(t, testdata(t, "birmingham", "wards.geojson.gz"), "WD13CD")
	for _, s := range shapes {
		grids = append(grids, geo.Grid{Code: s.Code, Level: "ward"})
	}
	areas, err := AreasOf(n, grids)
	if err != nil {
		t.Fatal(err)
	}
	c, report, err := Build(n, areas, shapes, Policy{GapWidthM: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d regions, %d arcs, %d repairs", report.Regions, report.Arcs, len(report.Repairs))
	sound(t, n, c)
	same(t, c)
}
