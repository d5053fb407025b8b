package follow_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"onegrid/geo"
	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
	"onegrid/geo/record"
	"onegrid/geo/sqlite"
	"onegrid/geo/storetest"
)

// bigCity writes a store of side by side grids whose borders have bends points
// a side, with buildings and devices spread over them.
func bigCity(b *testing.B, side, bends, buildings, devices int) string {
	b.Helper()
	ctx := context.Background()
	path := filepath.Join(b.TempDir(), "city.db")
	s, err := sqlite.Create(ctx, path, storetest.Scheme())
	check(b, err)
	defer s.Close()
	start := time.Now()
	pub := board(b, side, bends)
	b.Logf("coverage of %d grids built in %v", side*side, time.Since(start))
	start = time.Now()
	_, err = s.Publish(ctx, geo.By("planner"), "", []geo.Publication{pub})
	check(b, err)
	b.Logf("published in %v", time.Since(start))
	rnd := rand.New(rand.NewPCG(1, 2))
	anywhere := func() lattice.Point {
		return storetest.At(0, 0, rnd.IntN(side*storetest.Step), rnd.IntN(side*storetest.Step))
	}
	o := record.Objects{Layer: geo.Buildings}
	for i := range buildings {
		o.Buildings = append(o.Buildings, house(i, anywhere()))
	}
	start = time.Now()
	check(b, s.Load(ctx, geo.By("import"), o))
	b.Logf("%d buildings loaded in %v", buildings, time.Since(start))
	o = record.Objects{Layer: geo.Devices}
	for i := range devices {
		o.Devices = append(o.Devices, storetest.Camera(fmt.Sprintf("cam-%06d", i), anywhere(), "ok"))
	}
	check(b, s.Load(ctx, geo.By("import"), o))
	return path
}

// board is a chessboard of side by side fields with bent borders.
func board(b *testing.B, side, bends int) geo.Publication {
	grids := []geo.Grid{{Code: "d", Level: "district"}}
	var shapes []coverage.Shape
	for y := range side {
		community := fmt.Sprintf("c%d", y)
		grids = append(grids, geo.Grid{Code: community, Level: "community", Parent: "d", Name: geo.Text{"zh": "社区" + community}})
		for x := range side {
			code := fmt.Sprintf("5201150%04d%04d", x, y)
			grids = append(grids, geo.Grid{Code: code, Level: "grid", Parent: community, Name: geo.Text{"zh": "网格" + code}})
			shapes = append(shapes, coverage.Shape{Code: code, Shape: lattice.MultiPolygon{{outline(x, y, bends)}}})
		}
	}
	return storetest.Published(b, storetest.Scheme().Networks[0], grids, shapes)
}

// outline runs around a field; neighbours share their bends.
func outline(x, y, bends int) []lattice.Point {
	var ring []lattice.Point
	side := func(x, y, dx, dy int, backwards bool) {
		at := func(i int) lattice.Point {
			wave := 0
			if i > 0 {
				wave = (i*7919+x*104729+y*1299709)%801 - 400
			}
			return storetest.At(x, y, dx*i*storetest.Step/bends+dy*wave, dy*i*storetest.Step/bends+dx*wave)
		}
		for i := range bends {
			if backwards {
				i = bends - i
			}
			if i == bends {
				ring = append(ring, storetest.At(x+dx, y+dy, 0, 0))
			} else {
				ring = append(ring, at(i))
			}
		}
	}
	side(x, y, 1, 0, false)
	side(x+1, y, 0, 1, false)
	side(x, y+1, 1, 0, true)
	side(x, y, 0, 1, true)
	return ring
}

func house(i int, p lattice.Point) geo.Building {
	code := fmt.Sprintf("520115%07d", i)
	b := geo.Building{
		Code: code, Name: geo.Text{"zh": fmt.Sprint(i%40, "号楼")}, Address: fmt.Sprintf("龙山路%d号", i%3000),
		Estate: fmt.Sprintf("E%05d", i/30), Interior: p, Storeys: 6 + i%30, HeightM: float64(6+i%30) * 3, Use: "residential",
	}
	var ring []lattice.Point
	for k, c := range [...][2]int32{{-9, -5}, {-3, -5}, {-3, -7}, {3, -7}, {3, -5}, {9, -5}, {9, 5}, {-9, 5}} {
		ring = append(ring, lattice.Point{X: p.X + c[0]*120 + int32(k*i%17), Y: p.Y + c[1]*120 + int32(k*i%13)})
	}
	b.Shape = lattice.MultiPolygon{{ring}}
	for u := range 1 + i%4 {
		b.Units = append(b.Units, geo.Unit{Code: fmt.Sprintf("%s-%d", code, u+1), Households: 12 + i%20})
	}
	return b
}
