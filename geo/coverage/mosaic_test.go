package coverage

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

var mosaicNetwork = geo.Network{ID: "basic", Kind: geo.Basic, Levels: []geo.Level{
	{ID: "district"}, {ID: "street"}, {ID: "grid", Code: `^[a-z]\d*$`}, {ID: "unit", Kind: geo.UnitLevel}}}

// mosaic draws a town of wide x high blocks with crooked borders: pieces of the
// edge are missing, some blocks hold a lake-side enclave, some a group of two
// areas away from their own border, one area lies on an island.
func mosaic(r *rand.Rand, wide, high int) ([]Area, []Shape) {
	const side = 1000
	jig := func() int32 { return int32(r.IntN(601)) - 300 }
	corner := make(map[[2]int]lattice.Point)
	middle := make(map[[4]int][]lattice.Point)
	at := func(x, y int) lattice.Point {
		k := [2]int{x, y}
		if _, ok := corner[k]; !ok {
			corner[k] = lattice.Point{X: int32(x)*side + jig(), Y: int32(y)*side + jig()}
		}
		return corner[k]
	}
	// way returns the points from one corner to the next, without the last.
	way := func(x, y, u, v int) []lattice.Point {
		a, b := at(x, y), at(u, v)
		k, turned := [4]int{x, y, u, v}, false
		if u < x || v < y {
			k, turned = [4]int{u, v, x, y}, true
		}
		if _, ok := middle[k]; !ok {
			p := lattice.Point{X: (a.X + b.X) / 2, Y: (a.Y + b.Y) / 2}
			q := lattice.Point{X: (a.X + p.X) / 2, Y: (a.Y + p.Y) / 2}
			if turned {
				q = lattice.Point{X: (b.X + p.X) / 2, Y: (b.Y + p.Y) / 2}
			}
			middle[k] = []lattice.Point{q, p}[r.IntN(2):]
		}
		out := []lattice.Point{a}
		m := middle[k]
		for i := range m {
			if turned {
				out = append(out, m[len(m)-1-i])
			} else {
				out = append(out, m[i])
			}
		}
		return out
	}
	box := func(x, y, w, h int32) lattice.Ring {
		return lattice.Ring{{X: x, Y: y}, {X: x + w, Y: y}, {X: x + w, Y: y + h}, {X: x, Y: y + h}}
	}
	var grids []geo.Grid
	var shapes []Shape
	add := func(code, street string, p ...lattice.Ring) {
		grids = append(grids, geo.Grid{Code: code, Level: "grid", Parent: street})
		shapes = append(shapes, Shape{Code: code, Shape: lattice.MultiPolygon{p}, Row: len(shapes) + 1})
	}
	grids = append(grids, geo.Grid{Code: "D", Level: "district"})
	for y := range high {
		grids = append(grids, geo.Grid{Code: fmt.Sprint("S", y), Level: "street", Parent: "D"})
		for x := range wide {
			street := fmt.Sprint("S", y)
			var ring lattice.Ring
			ring = append(ring, way(x, y, x+1, y)...)
			ring = append(ring, way(x+1, y, x+1, y+1)...)
			ring = append(ring, way(x+1, y+1, x, y+1)...)
			ring = append(ring, way(x, y+1, x, y)...)
			cx, cy := int32(x)*side+side/2, int32(y)*side+side/2
			switch n := y*wide + x; {
			case n == 0: // cut out of the corner
				grids = append(grids, geo.Grid{Code: "g0", Level: "grid", Parent: street})
				shapes = append(shapes, Shape{Code: "g0", Shape: lattice.MultiPolygon{{box(-9000, -9000, 500, 500)}}, Row: len(shapes) + 1})
			case n%7 == 3: // an enclave
				add(fmt.Sprint("g", n), street, ring, backwards(box(cx-50, cy-50, 100, 100)))
				add(fmt.Sprint("e", n), street, box(cx-50, cy-50, 100, 100))
			case n%7 == 5: // two areas within another
				add(fmt.Sprint("g", n), street, ring, backwards(box(cx-50, cy-50, 100, 100)))
				add(fmt.Sprint("h", n), street, box(cx-50, cy-50, 50, 100))
				add(fmt.Sprint("k", n), street, box(cx, cy-50, 50, 100))
			default:
				add(fmt.Sprint("g", n), street, ring)
			}
		}
	}
	r.Shuffle(len(shapes), func(i, j int) { shapes[i], shapes[j] = shapes[j], shapes[i] })
	areas, err := AreasOf(mosaicNetwork, grids)
	if err != nil {
		panic(err)
	}
	return areas, shapes
}

// sound fails on any violation or repair.
func sound(t testing.TB, n geo.Network, c *Coverage) {
	t.Helper()
	for _, v := range c.Check(n) {
		t.Errorf("%s at %v: %s", v.Kind, v.At, v.Message)
	}
	if t.Failed() {
		t.FailNow()
	}
}

func TestMosaicIsSound(t *testing.T) {
	for seed := range uint64(rounds(50, 5000)) {
		r := rand.New(rand.NewPCG(seed, 1))
		areas, shapes := mosaic(r, 1+r.IntN(8), 1+r.IntN(8))
		c, report, err := Build(mosaicNetwork, areas, shapes, Policy{})
		if err != nil {
			t.Fatal(err)
		}
		if len(report.Repairs) > 0 {
			t.Fatalf("seed %d: %+v", seed, report.Repairs)
		}
		sound(t, mosaicNetwork, c)
		same(t, c)
	}
}

func someMosaic(t testing.TB, seed uint64) *Coverage {
	r := rand.New(rand.NewPCG(seed, 4))
	areas, shapes := mosaic(r, 1+r.IntN(7), 1+r.IntN(7))
	c, _, err := Build(mosaicNetwork, areas, shapes, Policy{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}
