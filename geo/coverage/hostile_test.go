package coverage

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// TestHostileShapes: input that is no map ends soon, in a result or in an error
// that says so. The limit is wide: it tells seconds from hours.
func TestHostileShapes(t *testing.T) {
	n := rounds(5000, 20_000)
	r := rand.New(rand.NewPCG(1, 1))
	far := func() lattice.Point {
		return lattice.Point{X: int32(r.IntN(lattice.MaxSpan)) - lattice.MaxSpan/2, Y: int32(r.IntN(lattice.MaxSpan)) - lattice.MaxSpan/2}
	}
	var scribble, comb, cluster lattice.Ring
	for i := range n {
		scribble = append(scribble, far())
		comb = append(comb, lattice.Point{X: int32(i), Y: int32(i%2) * 1_000_000_000})
		cluster = append(cluster, lattice.Point{X: int32(r.IntN(300)), Y: int32(r.IntN(300))})
	}
	cluster = append(cluster, far(), far())
	var nested, stairs lattice.Polygon
	for i := range int32(1500) {
		nested = append(nested, block(i, i, 3500-2*i, 3500-2*i))
		stairs = append(stairs, lattice.Ring{{X: 0, Y: 2 * i}, {X: 1_000_000, Y: 1_000_000 + 2*i}, {X: 1_000_000, Y: 1_000_001 + 2*i}})
	}
	for name, m := range map[string]lattice.MultiPolygon{
		"scribble": {{scribble}}, "comb": {{comb}}, "cluster": {{cluster}}, "nested": {nested}, "stairs": {stairs},
		"a point many times": {{make(lattice.Ring, 100_000)}},
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			c, report, err := Build(flat(geo.Basic), []Area{{Code: "a", Parent: NoArea}}, []Shape{{Code: "a", Shape: m}}, Policy{GapWidthM: 1})
			took := time.Since(start)
			var e *geo.Error
			switch {
			case err == nil:
				t.Log(took, c.Arcs(), "arcs", len(report.Repairs), "repairs")
			case errors.As(err, &e) && e.Kind == geo.TooLarge && e.At != nil:
				t.Log(took, err)
			default:
				t.Error(err)
			}
			if took > 30*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
	// Thousands of areas over each other, each reaching out a little farther.
	var areas []Area
	var shapes []Shape
	for i := range int32(1500) {
		code := fmt.Sprintf("%04d", i)
		areas = append(areas, Area{Code: code, Parent: NoArea})
		shapes = append(shapes, Shape{Code: code, Shape: lattice.MultiPolygon{{block(0, 0, 10_000+i, 10_000+i)}}})
	}
	start := time.Now()
	_, report, err := Build(flat(geo.Basic), areas, shapes, Policy{})
	t.Log(time.Since(start), err, report != nil)
	if err != nil && geo.KindOf(err) != geo.TooLarge {
		t.Error(err)
	}
}
