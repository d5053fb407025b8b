package locate_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"onegrid/geo"
	"onegrid/geo/coverage"
	"onegrid/geo/coveragetest"
	"onegrid/geo/lattice"
	"onegrid/geo/locate"
)

// After whatever planners do, exactly one region answers for every point: index
// and brute-force parity agree.
func TestIndexAgreesAfterOperations(t *testing.T) {
	towns := 30
	if long() {
		towns = 1_000
	}
	for seed := range uint64(towns) {
		rng := rand.New(rand.NewPCG(seed, 7))
		p := &coveragetest.Planner{Rand: rng, Coverage: board(t, rng, 5), Network: boardNetwork}
		for range 60 {
			if p.Grounds() < 3 {
				break
			}
			p.Step()
		}
		x, err := locate.New(p.Coverage, locate.Options{})
		if err != nil {
			t.Fatal(err)
		}
		part := partitionOf(p.Coverage)
		o := newOracle(part)
		for range 2_000 {
			agree(t, x, o, draw(rng, part))
		}
	}
}

var boardNetwork = geo.Network{ID: "basic", Kind: geo.Basic, Levels: []geo.Level{{ID: "district"}, {ID: "street"}, {ID: "grid"}}}

// board draws a chessboard with crooked corners.
func board(t *testing.T, rng *rand.Rand, side int) *coverage.Coverage {
	const step = 1000
	corner := map[[2]int]lattice.Point{}
	for y := range side + 1 {
		for x := range side + 1 {
			corner[[2]int{x, y}] = lattice.Point{X: int32(x*step + rng.IntN(700)), Y: int32(y*step + rng.IntN(700))}
		}
	}
	areas := []coverage.Area{{Code: "D", Parent: coverage.NoArea}}
	var shapes []coverage.Shape
	for y := range side {
		street := int32(len(areas))
		areas = append(areas, coverage.Area{Code: fmt.Sprint("S", y), Level: 1, Parent: 0})
		for x := range side {
			code := fmt.Sprintf("g%d-%d", x, y)
			areas = append(areas, coverage.Area{Code: code, Level: 2, Parent: street})
			ring := lattice.Ring{corner[[2]int{x, y}], corner[[2]int{x + 1, y}], corner[[2]int{x + 1, y + 1}], corner[[2]int{x, y + 1}]}
			shapes = append(shapes, coverage.Shape{Code: code, Shape: lattice.MultiPolygon{{ring}}})
		}
	}
	c, _, err := coverage.Build(boardNetwork, areas, shapes, coverage.Policy{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}
