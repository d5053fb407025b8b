package coverage

import (
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"onegrid/geo/lattice"
)

func TestBirmingham(t *testing.T) {
	n, areas, shapes := birmingham(t)
	start := time.Now()
	c, report, err := Build(n, areas, shapes, Policy{GapWidthM: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Log(time.Since(start), report.Shapes, report.Areas, report.Regions, report.Arcs, report.Points)
	for _, r := range report.Repairs {
		t.Logf("%+v", r)
	}
	same(t, c)
}

// same fails unless the coverage survives being exported and built again, in
// another order, and being stored and read back.
func same(t testing.TB, c *Coverage) {
	t.Helper()
	back, err := Decode(c.Encode())
	if err != nil {
		t.Fatal(err)
	}
	if back.Hash() != c.Hash() || hashOf(c.Encode()) != c.Hash() {
		t.Fatal("the hash changes by storing")
	}
	if !reflect.DeepEqual(plain(back), plain(c)) {
		t.Fatal("the coverage changes by storing")
	}
}

// plain leaves the hash out, which is found when it is first asked for.
func plain(c *Coverage) *Coverage {
	return &Coverage{areas: c.areas, points: c.points, arcs: c.arcs, nodes: c.nodes, bounds: c.bounds, levels: c.levels,
		areaOf: c.areaOf, regions: c.regions, regionFirst: c.regionFirst, childFirst: c.childFirst, children: c.children,
		next: c.next, halves: c.halves, ringFirst: c.ringFirst, rings: c.rings}
}

func TestExportBuildsTheSame(t *testing.T) {
	n, areas, shapes := birmingham(t)
	c, _, err := Build(n, areas, shapes, Policy{})
	if err != nil {
		t.Fatal(err)
	}
	var again []Shape
	for i, a := range c.Areas() {
		if len(c.RegionsOf(int32(i))) > 0 {
			again = append(again, Shape{Code: a.Code, Shape: c.Polygons(int32(i))})
		}
	}
	rand.Shuffle(len(again), func(i, j int) { again[i], again[j] = again[j], again[i] })
	for _, s := range again {
		for _, polygon := range s.Shape {
			for i, ring := range polygon {
				k := rand.IntN(len(ring))
				polygon[i] = append(append(lattice.Ring{}, ring[k:]...), ring[:k]...)
			}
		}
	}
	d, _, err := Build(n, areas, again, Policy{})
	if err != nil {
		t.Fatal(err)
	}
	if c.Hash() != d.Hash() {
		t.Fatal("the coverage changes by being exported and built again")
	}
	_ = d.Neighbours(0)
}
