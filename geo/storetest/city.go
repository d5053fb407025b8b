package storetest

import (
	"encoding/hex"
	"fmt"
	"testing"
	"time"

	"onegrid/geo"
	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
)

// The test city is a chessboard: Side by Side grids of Step lattice units, each
// two rows of them a community, all of them one district; and a tower.
const (
	Side = 4
	Step = 10_000
)

// Origin is the city's south-western corner.
var Origin = lattice.Point{X: 1_066_000_000, Y: 265_000_000}

// Scheme is the test city's.
func Scheme() geo.Scheme {
	return geo.Scheme{
		Name:   geo.Text{"en": "Chessboard", "zh": "棋盘"},
		Region: geo.SchemeRegion{GCJ02: true},
		Networks: []geo.Network{
			{ID: "basic", Kind: geo.Basic, Levels: []geo.Level{{ID: "district"}, {ID: "community"}, {ID: "grid"}}},
			{ID: "towers", Kind: geo.Stacked, Levels: []geo.Level{{ID: "grid"}}},
		},
	}
}

// GridCode is the code of a field of the board.
func GridCode(x, y int) string { return fmt.Sprintf("g%02d%02d", x, y) }

// At is the middle of a field, or a place dx, dy off it.
func At(x, y, dx, dy int) lattice.Point {
	return lattice.Point{X: Origin.X + int32(x*Step+Step/2+dx), Y: Origin.Y + int32(y*Step+Step/2+dy)}
}

// Basic is the board as a publication. bend moves the inner corner between four
// fields: editions differ by it.
func Basic(tb testing.TB, bend int, name string) geo.Publication {
	tb.Helper()
	grids := []geo.Grid{{Code: "d", Network: "basic", Level: "district", Name: geo.Plain(name)}}
	for c := range Side / 2 {
		grids = append(grids, geo.Grid{Code: fmt.Sprintf("c%d", c), Network: "basic", Level: "community", Parent: "d"})
	}
	var shapes []coverage.Shape
	for y := range Side {
		for x := range Side {
			grids = append(grids, geo.Grid{Code: GridCode(x, y), Network: "basic", Level: "grid", Parent: fmt.Sprintf("c%d", y/2)})
			shapes = append(shapes, coverage.Shape{Code: GridCode(x, y), Shape: field(x, y, bend)})
		}
	}
	return Published(tb, Scheme().Networks[0], grids, shapes)
}

// Published builds a network's coverage and makes it a publication.
func Published(tb testing.TB, n geo.Network, grids []geo.Grid, shapes []coverage.Shape) geo.Publication {
	tb.Helper()
	areas, err := coverage.AreasOf(n, grids)
	if err != nil {
		tb.Fatal(err)
	}
	c, _, err := coverage.Build(n, areas, shapes, coverage.Policy{})
	if err != nil {
		tb.Fatal(err)
	}
	hash := c.Hash()
	return geo.Publication{Network: n.ID, Hash: hex.EncodeToString(hash[:]), Chunks: c.Encode(), Grids: grids}
}

func field(x, y, bend int) lattice.MultiPolygon {
	corner := func(x, y int) lattice.Point {
		p := lattice.Point{X: Origin.X + int32(x*Step), Y: Origin.Y + int32(y*Step)}
		if x == 1 && y == 1 {
			p.X += int32(bend)
		}
		return p
	}
	return lattice.MultiPolygon{{{corner(x, y), corner(x+1, y), corner(x+1, y+1), corner(x, y+1)}}}
}

// Towers is the stacked network: floors of building b0.
func Towers(floors int) geo.Publication {
	p := geo.Publication{Network: "towers", Hash: fmt.Sprint("floors ", floors)}
	for i := range floors {
		p.Grids = append(p.Grids, geo.Grid{
			Code: fmt.Sprintf("t%02d", i), Network: "towers", Level: "grid", Building: "b0", Floors: &[2]int{10 * i, 10*i + 9},
		})
	}
	return p
}

// Building is a square house of 200 units at a place.
func Building(code string, p lattice.Point, households int) geo.Building {
	return geo.Building{
		Code: code, Name: geo.Text{"zh": "楼" + code}, Address: "1 " + code + " Road", Use: "homes",
		Interior: p, Storeys: 6, HeightM: 18.5,
		Shape: square(p, 100),
		Units: []geo.Unit{{Code: code + "-1", Households: households}, {Code: "x" + code, Name: geo.Plain("east"), Households: 2}},
	}
}

func square(p lattice.Point, r int32) lattice.MultiPolygon {
	return lattice.MultiPolygon{{{
		{X: p.X - r, Y: p.Y - r}, {X: p.X + r, Y: p.Y - r}, {X: p.X + r, Y: p.Y + r}, {X: p.X - r, Y: p.Y + r},
	}}}
}

// Camera is a device with a view.
func Camera(code string, p lattice.Point, state string) geo.Device {
	return geo.Device{Code: code, Kind: "camera", Point: p, State: state, View: &geo.View{BearingDeg: 12.5, AngleDeg: 60, RangeM: 80}}
}

// Incident is an open one.
func Incident(p lattice.Point) geo.Incident {
	return geo.Incident{Point: p, At: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC), Category: "litter", Source: "hotline"}
}
