package exchange_test

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"

	"onegrid/geo"
	"onegrid/geo/coverage"
	"onegrid/geo/exchange"
	"onegrid/geo/lattice"
)

// standing is a city with a basic network in force: a street of two grids, and
// beside it a street that has none, with a lake that is nobody's.
type standing struct {
	scheme   geo.Scheme
	grids    []geo.Grid
	coverage *coverage.Coverage
}

func (s *standing) Scheme() *geo.Scheme                           { return &s.scheme }
func (s *standing) Grids(string) ([]geo.Grid, *coverage.Coverage) { return s.grids, s.coverage }

func stand(t *testing.T) *standing { return standFor(t) }

func standFor(t testing.TB) *standing {
	t.Helper()
	n := geo.Network{ID: "basic", Kind: geo.Basic, Levels: []geo.Level{{ID: "district"}, {ID: "street"}, {ID: "grid", Partial: true}}}
	s := &standing{scheme: geo.Scheme{Networks: []geo.Network{n}}}
	for _, g := range [][3]string{{"d", "district", ""}, {"s1", "street", "d"}, {"s2", "street", "d"}, {"g1", "grid", "s1"}, {"g2", "grid", "s1"}} {
		s.grids = append(s.grids, geo.Grid{Code: g[0], Network: n.ID, Level: g[1], Parent: g[2], Name: geo.Plain(g[0])})
	}
	areas, err := coverage.AreasOf(n, s.grids)
	if err != nil {
		t.Fatal(err)
	}
	square := func(x, y, side int32) lattice.Ring {
		return lattice.Ring{{X: x, Y: y}, {X: x + side, Y: y}, {X: x + side, Y: y + side}, {X: x, Y: y + side}}
	}
	shapes := []coverage.Shape{
		{Code: "g1", Shape: lattice.MultiPolygon{{square(0, 0, 1000)}}},
		{Code: "g2", Shape: lattice.MultiPolygon{{square(1000, 0, 1000)}}},
		{Code: "s2", Shape: lattice.MultiPolygon{{square(2000, 0, 1000), square(2400, 400, 100)}}},
	}
	s.coverage, _, err = coverage.Build(n, areas, shapes, coverage.Policy{WideGaps: coverage.VoidGaps})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// drawn is a feature with one ring, in lattice units.
func drawn(code, name string, ring ...[2]int) string {
	var at []string
	for _, p := range append(ring, ring[:min(1, len(ring))]...) {
		at = append(at, lattice.Point{X: int32(p[0]), Y: int32(p[1])}.String())
	}
	return fmt.Sprintf(`{"type":"Feature","geometry":{"type":"Polygon","coordinates":[[%s]]},"properties":{"code":%q,"name":%q}}`+"\n",
		brackets(at), code, name)
}

func brackets(at []string) string {
	if len(at) == 0 {
		return ""
	}
	return "[" + strings.Join(at, "],[") + "]"
}

func compare(t *testing.T, s *standing, text string) *exchange.Preview {
	t.Helper()
	p, err := exchange.Prepare(context.Background(), s, exchange.Import{As: "grids", Level: "street"},
		[]exchange.File{{Name: "streets.geojson", Reader: strings.NewReader(text)}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Names of a higher level are taken over, and nothing of the map changes: not the
// lake, not the street without grids.
func TestHigherLevelTakesOnlyNames(t *testing.T) {
	s := stand(t)
	p := compare(t, s, drawn("s1", "First", [2]int{0, 0}, [2]int{2000, 0}, [2]int{2000, 1000}, [2]int{0, 1000}))
	if p.Blockers != 0 || len(p.Violations) != 0 || len(p.Differences) != 0 {
		t.Fatalf("%d blockers, %v, %v", p.Blockers, p.Violations, p.Differences)
	}
	var kept shelf
	if _, err := p.Accept(context.Background(), &kept, geo.By("test"), ""); err != nil {
		t.Fatal(err)
	}
	c, err := coverage.Decode(kept.pubs[0].Chunks)
	if err != nil {
		t.Fatal(err)
	}
	if c.Hash() != s.coverage.Hash() {
		t.Error("the map changed")
	}
	for _, g := range kept.pubs[0].Grids {
		if want := map[string]string{"s1": "First"}[g.Code]; want != "" && g.Name.In("en") != want {
			t.Errorf("%s is called %v", g.Code, g.Name)
		}
	}
}

// Whatever stands for an outline is compared or told, and nothing panics.
func TestHigherLevelOutlinesOfAnyKind(t *testing.T) {
	s := stand(t)
	for _, test := range []struct {
		name   string
		text   string
		differ float64 // share of the street's own area
	}{
		{"no points", drawn("s1", "x"), 1},
		{"one point", drawn("s1", "x", [2]int{5, 5}), 1},
		{"no inside", drawn("s1", "x", [2]int{5, 5}, [2]int{9, 9}), 1},
		{"half of it", drawn("s1", "x", [2]int{0, 0}, [2]int{1000, 0}, [2]int{1000, 1000}, [2]int{0, 1000}), 0.5},
		{"clockwise", drawn("s1", "x", [2]int{0, 0}, [2]int{0, 1000}, [2]int{1000, 1000}, [2]int{1000, 0}), 0.5},
		{"a bow-tie", drawn("s1", "x", [2]int{0, 0}, [2]int{2000, 1000}, [2]int{2000, 0}, [2]int{0, 1000}), 0.5},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := compare(t, s, test.text)
			if len(p.Differences) != 1 {
				t.Fatalf("the differences are %v", p.Differences)
			}
			area, _ := s.coverage.AreaByCode("s1")
			own := lattice.ShapeAreaM2(s.coverage.Polygons(area))
			if got := p.Differences[0].AreaM2 / own; got < 0.9999*test.differ || got > 1.0001*test.differ {
				t.Errorf("it differs by %.3f of its area, want %.3f", got, test.differ)
			}
		})
	}
}

// exported writes all areas of a network in force.
func exported(t *testing.T, s *standing, level string) string {
	t.Helper()
	var b strings.Builder
	w := exchange.NewWriter(&b)
	for i := range s.grids {
		area, _ := s.coverage.AreaByCode(s.grids[i].Code)
		if level != "" && s.grids[i].Level != level {
			continue
		}
		if err := w.Grid(&s.grids[i], s.coverage.Polygons(area)); err != nil {
			t.Fatal(err)
		}
	}
	w.Close()
	return b.String()
}

// All levels of an uneven network, in one file, come back as they went out.
func TestExportOfAllLevelsImports(t *testing.T) {
	s := stand(t)
	for _, empty := range []bool{false, true} { // into the same network, and into none
		now := *s
		if empty {
			now.grids, now.coverage = nil, nil
		}
		p, err := exchange.Prepare(context.Background(), &now, exchange.Import{As: "grids", Policy: coverage.Policy{WideGaps: coverage.VoidGaps}},
			[]exchange.File{{Name: "all.geojson", Reader: strings.NewReader(exported(t, s, ""))}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if p.Blockers != 0 || len(p.Differences) != 0 || p.Objects != len(s.grids) {
			t.Fatalf("%d objects, %d blockers, %v, %v", p.Objects, p.Blockers, p.Coverage.Repairs, p.Differences)
		}
		var kept shelf
		if _, err := p.Accept(context.Background(), &kept, geo.By("test"), ""); err != nil {
			t.Fatal(err)
		}
		hash := s.coverage.Hash()
		if want := hex.EncodeToString(hash[:]); kept.pubs[0].Hash != want {
			t.Error("the map changed")
		}
		levels := map[string]string{}
		for _, g := range s.grids {
			levels[g.Code] = g.Level
		}
		for _, g := range kept.pubs[0].Grids {
			if g.Level != levels[g.Code] {
				t.Errorf("%s is of level %s, was of %s", g.Code, g.Level, levels[g.Code])
			}
		}
	}
}

// A file of a higher level alone does not replace the finest.
func TestHigherLevelAloneIsRefused(t *testing.T) {
	s := stand(t)
	_, err := exchange.Prepare(context.Background(), s, exchange.Import{As: "grids"},
		[]exchange.File{{Name: "streets.geojson", Reader: strings.NewReader(exported(t, s, "street"))}}, nil)
	if geo.KindOf(err) != geo.Conflict {
		t.Errorf("got %v", err)
	}
}

// What a foreign file calls a level is none of the network's.
func TestForeignLevelsAreIgnored(t *testing.T) {
	feature := `{"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]},"properties":{"code":"g","parent":"d","level":%s}}`
	hierarchy := "grid,district\ng,d\n"
	for _, level := range []string{`3`, `"third"`, `null`, `{"a":1}`, `[1]`} {
		p, err := prepare(exchange.Import{As: "grids", Parents: strings.NewReader(hierarchy)}, fmt.Sprintf(feature, level))
		if err != nil || p.Blockers != 0 || p.Objects != 2 {
			t.Errorf("level %s: %+v, %v", level, p, err)
		}
	}
}

// Who imports only the finest level loses areas above that have none, and is told.
func TestChildlessAreasAreNoted(t *testing.T) {
	s := stand(t)
	p, err := exchange.Prepare(context.Background(), s, exchange.Import{As: "grids"},
		[]exchange.File{{Name: "grids.geojson", Reader: strings.NewReader(exported(t, s, "grid"))}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Notes) != 1 || p.Notes[0].Kind != "childless" || p.Notes[0].Code != "s2" {
		t.Errorf("the notes are %+v", p.Notes)
	}
}

// What differs by less than a hand is still told.
func TestSmallDifferencesAreTold(t *testing.T) {
	s := stand(t)
	p := compare(t, s, drawn("s1", "x", [2]int{0, 0}, [2]int{2000, 0}, [2]int{2000, 1000}, [2]int{-2, 1000}))
	if len(p.Differences) != 1 || p.Differences[0].AreaM2 <= 0 || p.Differences[0].AreaM2 > 0.2 {
		t.Errorf("the differences are %+v", p.Differences)
	}
}

// One finding that needs a person is enough to keep the whole from being accepted.
func TestOneBlockerBlocks(t *testing.T) {
	apart := `{"type":"Feature","geometry":{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]],[[[3,0],[4,0],[4,1],[3,0]]]]},"properties":{"code":"g","parent":"d"}}`
	p, err := prepare(exchange.Import{As: "grids", Parents: strings.NewReader("grid,district\ng,d\n")}, apart)
	if err != nil {
		t.Fatal(err)
	}
	blocking := 0
	for _, r := range p.Coverage.Repairs {
		if r.Blocker {
			blocking++
		}
	}
	if blocking != 1 || len(p.Violations) != 1 || p.Blockers != 1 {
		t.Fatalf("%d repairs block, violations %v, %d blockers", blocking, p.Violations, p.Blockers)
	}
	var kept shelf
	if _, err := p.Accept(context.Background(), &kept, geo.By("test"), ""); geo.KindOf(err) != geo.Conflict || kept.pubs != nil {
		t.Errorf("got %v, and %d networks were published", err, len(kept.pubs))
	}
}

func TestHierarchies(t *testing.T) {
	feature := `{"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[%[1]d,0],[%[1]d.5,0],[%[1]d.5,1],[%[1]d,0]]]},"properties":{"code":%[2]q,"parent":%[3]q}}`
	for _, c := range []struct{ name, csv, own, more, parent, refused string }{
		{name: "it gives a parent", csv: "grid,district\ng,d\n", parent: "d"},
		{name: "a feature's own counts first", csv: "grid,district\ng,d\nh,e\n", own: "e", more: fmt.Sprintf(feature, 1, "h", "d"), parent: "e"},
		{name: "the same twice", csv: "grid,district\ng,d\ng,d\n", parent: "d"},
		{name: "two parents", csv: "grid,district\ng,d\ng,e\n", refused: "two parents"},
		{name: "a code at two levels", csv: "grid,district\ng,d\nd,g\n", refused: "stands under"},
		{name: "a level twice", csv: "grid,grid\ng,d\n", refused: "too far right"},
		{name: "from the top down", csv: "district,grid\nd,g\n", refused: "too far right"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := prepare(exchange.Import{As: "grids", Parents: strings.NewReader(c.csv)}, fmt.Sprintf(feature, 0, "g", c.own)+c.more)
			if c.refused != "" {
				if geo.KindOf(err) != geo.Invalid || !strings.Contains(err.Error(), c.refused) {
					t.Errorf("got %v, want it refused: %s", err, c.refused)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var kept shelf
			if _, err := p.Accept(context.Background(), &kept, geo.By("test"), ""); err != nil {
				t.Fatal(err)
			}
			for _, g := range kept.pubs[0].Grids {
				if g.Code == "g" && g.Parent != c.parent {
					t.Errorf("the parent is %q, want %q", g.Parent, c.parent)
				}
			}
		})
	}
}

func TestFloorsOfStackedGrids(t *testing.T) {
	s := city()
	s.scheme.Networks = append(s.scheme.Networks, geo.Network{ID: "towers", Kind: geo.Stacked, Levels: []geo.Level{{ID: "grid"}}})
	for floors, good := range map[string]bool{"[3,9]": true, "[5,5]": true, "[-2,-1]": true, "[6,5]": false, "null": false, "5": false} {
		text := `{"type":"Feature","geometry":null,"properties":{"code":"t","building":"b","floors":` + floors + `}}`
		_, err := exchange.Prepare(context.Background(), s, exchange.Import{As: "grids", Network: "towers"},
			[]exchange.File{{Name: "towers.geojson", Reader: strings.NewReader(text)}}, nil)
		if good != (err == nil) || err != nil && geo.KindOf(err) != geo.Invalid {
			t.Errorf("floors %s: %v", floors, err)
		}
	}
}

// FuzzHierarchy asks that no hierarchy panics and that every error is one of ours.
func FuzzHierarchy(f *testing.F) {
	for _, s := range []string{"grid,district\ng,d\n", "grid,district\r\n\"g\",d\ng,d", "district\n", "grid\ng\n", "", "grid,district\ng\n", "\ufeffgrid,district\ng,d\n", "grid,district\nd,g\ng,d\n"} {
		f.Add(s)
	}
	feature := `{"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]},"properties":{"code":"g"}}`
	f.Fuzz(func(t *testing.T, csv string) {
		_, err := prepare(exchange.Import{As: "grids", Parents: strings.NewReader(csv)}, feature)
		var e *geo.Error
		if err != nil && !errors.As(err, &e) {
			t.Fatalf("%v is not a *geo.Error", err)
		}
	})
}
