package coverage

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// The zoo of horrors is a map of one bad drawing beside the other:
// testdata/zoo/zoo.geojson. Each cage is a square of 100 m; the code of an area is
// the name of its cage, and a letter where there are several. The goldens tell
// every repair, and are renewed by ONEGRID_BLESS=1.
//
// cage draws in metres from its lower left corner.
type cage struct {
	name  string
	areas []drawnArea
}

type drawnArea struct {
	letter string
	shape  [][][][2]float64 // polygons, rings, points
	open   bool             // rings are not to be closed
}

func poly(rings ...[][2]float64) [][][][2]float64 { return [][][][2]float64{rings} }

// rect is a ring that runs counter-clockwise, clock one that runs clockwise.
func rect(x, y, w, h float64) [][2]float64 {
	return [][2]float64{{x, y}, {x + w, y}, {x + w, y + h}, {x, y + h}}
}

func clock(x, y, w, h float64) [][2]float64 {
	return [][2]float64{{x, y}, {x, y + h}, {x + w, y + h}, {x + w, y}}
}

func one(letter string, rings ...[][2]float64) drawnArea {
	return drawnArea{letter: letter, shape: poly(rings...)}
}

const centi = 0.0111319490793 // metres of a lattice unit at the equator, eastward

func zooCages() []cage {
	return []cage{
		{"bow-tie", []drawnArea{one("", [][2]float64{{10, 20}, {90, 80}, {90, 20}, {10, 80}})}},
		{"figure-eight", []drawnArea{one("", [][2]float64{{50, 50}, {80, 20}, {90, 50}, {70, 85}, {50, 50}, {30, 15}, {10, 50}, {20, 80}})}},
		{"crossed-loop", []drawnArea{one("", [][2]float64{{10, 10}, {90, 10}, {90, 90}, {40, 90}, {40, 40}, {60, 40}, {60, 60}, {10, 60}})}},
		{"spike", []drawnArea{one("", [][2]float64{{20, 20}, {60, 20}, {60, 50}, {95, 50}, {60, 50}, {60, 80}, {20, 80}})}},
		{"thin-spike", []drawnArea{
			one("a", [][2]float64{{10, 10}, {50, 10}, {50, 49.9}, {90, 50}, {50, 50.1}, {50, 90}, {10, 90}}),
			one("b", [][2]float64{{50, 10}, {95, 10}, {95, 90}, {50, 90}, {50, 50.1}, {90, 50}, {50, 49.9}})}},
		{"wide-spike", []drawnArea{one("", [][2]float64{{10, 10}, {50, 10}, {50, 49.8}, {95, 50}, {50, 50.2}, {50, 90}, {10, 90}})}},
		{"sliver", []drawnArea{
			one("a", [][2]float64{{10, 10}, {50, 10}, {49.7, 50}, {50, 90}, {10, 90}}),
			one("b", [][2]float64{{50, 10}, {90, 10}, {90, 90}, {50, 90}, {50.3, 50}})}},
		{"gap", []drawnArea{
			one("a", [][2]float64{{10, 10}, {50, 10}, {50, 90}, {10, 90}}),
			one("b", [][2]float64{{50, 10}, {90, 10}, {90, 90}, {50, 90}, {50, 70}, {65, 70}, {65, 35}, {50, 35}})}},
		{"two-overlap", []drawnArea{one("a", rect(10, 10, 50, 80)), one("b", rect(50, 20, 40, 60))}},
		{"three-overlap", []drawnArea{one("a", rect(10, 10, 50, 50)), one("b", rect(40, 10, 50, 50)), one("c", rect(25, 40, 50, 50))}},
		{"nested-hole", []drawnArea{one("", rect(10, 10, 80, 80), clock(25, 25, 50, 50), clock(40, 40, 20, 20))}},
		{"crossing-holes", []drawnArea{one("", rect(10, 10, 80, 80), clock(20, 20, 40, 40), clock(45, 45, 35, 35))}},
		{"hole-over-edge", []drawnArea{one("", rect(10, 10, 60, 80), clock(50, 35, 45, 30))}},
		{"hole-outside", []drawnArea{one("", rect(10, 10, 40, 80), clock(65, 35, 25, 30))}},
		{"hole-twice", []drawnArea{one("", rect(10, 10, 80, 80), clock(30, 30, 40, 40), clock(30, 30, 40, 40))}},
		{"unclosed", []drawnArea{{letter: "", shape: poly(rect(10, 10, 80, 80)), open: true}}},
		{"clockwise", []drawnArea{one("", clock(10, 10, 80, 80), rect(30, 30, 40, 40))}},
		{"duplicates", []drawnArea{one("", [][2]float64{{10, 10}, {90, 10}, {90, 10}, {90, 10}, {90, 90}, {10, 90}, {10, 90}})}},
		{"unit-apart", []drawnArea{one("", [][2]float64{{10, 10}, {90, 10}, {90, 90}, {90 - centi, 90}, {10, 90}})}},
		{"island-in-hole", []drawnArea{
			{letter: "", shape: [][][][2]float64{{rect(10, 10, 80, 80), clock(25, 25, 50, 50)}, {rect(40, 40, 20, 20)}}}}},
		{"t-junction", []drawnArea{one("a", rect(10, 50, 80, 40)), one("b", rect(10, 10, 40, 40)), one("c", rect(50, 10, 40, 40))}},
		{"near-t-junction", []drawnArea{
			one("a", rect(10, 50, 80, 40)),
			one("b", [][2]float64{{10, 10}, {50, 10}, {50, 49.8}, {10, 50}}),
			one("c", [][2]float64{{50, 10}, {90, 10}, {90, 50}, {50, 49.8}})}},
		{"near-miss", []drawnArea{
			one("a", [][2]float64{{10, 10}, {50, 10}, {50.03, 50}, {50, 90}, {10, 90}}),
			one("b", [][2]float64{{50, 10}, {90, 10}, {90, 90}, {50.02, 90.01}, {50, 50.03}})}},
		{"self-touching", []drawnArea{one("", [][2]float64{{10, 10}, {90, 10}, {90, 90}, {50, 90}, {50, 50}, {70, 70}, {70, 30}, {50, 50}, {50, 90}, {10, 90}})}},
		{"touching-hole", []drawnArea{one("", rect(10, 10, 80, 80), [][2]float64{{50, 10}, {30, 50}, {70, 50}})}},
		{"collapsed", []drawnArea{one("a", rect(10, 10, 80, 30)), one("b", [][2]float64{{20, 60}, {50, 60}, {80, 60}})}},
		{"two-points", []drawnArea{one("", rect(10, 10, 80, 80), [][2]float64{{30, 30}, {60, 60}})}},
		{"twins", []drawnArea{one("a", rect(10, 10, 80, 80)), one("b", rect(10, 10, 80, 80))}},
		{"inside-another", []drawnArea{one("a", rect(10, 10, 80, 80)), one("b", rect(35, 35, 30, 30))}},
		{"parts-overlap", []drawnArea{{letter: "", shape: [][][][2]float64{{rect(10, 10, 50, 60)}, {rect(40, 40, 50, 50)}}}}},
		{"cut-arm", []drawnArea{
			one("a", [][2]float64{{10, 10}, {90, 10}, {90, 11}, {40, 11}, {40, 60}, {10, 60}}),
			one("b", rect(50, 5, 12, 60)), one("c", rect(62, 11, 28, 40))}},
		{"inlet", []drawnArea{
			one("a", [][2]float64{{10, 10}, {50, 10}, {50, 45}, {49.6, 90}, {10, 90}}),
			one("b", [][2]float64{{50, 10}, {90, 10}, {90, 90}, {50.4, 90}, {50, 45}})}},
		{"enclosed-lake", []drawnArea{one("", rect(10, 10, 80, 80), clock(35, 35, 30, 30))}},
		{"clean", []drawnArea{one("a", rect(10, 10, 40, 80)), one("b", rect(50, 10, 40, 80))}},
	}
}

// zooGeoJSON draws the cages in rows of seven, at a place of no city.
func zooGeoJSON() []byte {
	origin := lattice.Point{X: 100 * lattice.Scale, Y: 0}
	place := func(k int, p [2]float64) string {
		x, y := float64(k%7)*110+p[0], float64(4-k/7)*110+p[1]
		return string(lattice.Offset(origin, x, y).AppendJSON(nil))
	}
	var b strings.Builder
	b.WriteString(`{"type":"FeatureCollection","features":[`)
	comma := "\n"
	for k, cage := range zooCages() {
		for _, a := range cage.areas {
			code := cage.name
			if a.letter != "" {
				code += "-" + a.letter
			}
			fmt.Fprintf(&b, `%s{"type":"Feature","properties":{"code":%q},"geometry":{"type":"MultiPolygon","coordinates":[`, comma, code)
			for i, polygon := range a.shape {
				b.WriteString(commaAfter(i) + "[")
				for j, ring := range polygon {
					b.WriteString(commaAfter(j) + "[")
					if !a.open {
						ring = append(ring[:len(ring):len(ring)], ring[0])
					}
					for m, p := range ring {
						b.WriteString(commaAfter(m) + place(k, p))
					}
					b.WriteString("]")
				}
				b.WriteString("]")
			}
			b.WriteString("]}}")
			comma = ",\n"
		}
	}
	b.WriteString("\n]}\n")
	return []byte(b.String())
}

func commaAfter(i int) string {
	if i == 0 {
		return ""
	}
	return ","
}

// bless writes a golden, or compares with it.
func bless(t *testing.T, path string, got []byte) {
	t.Helper()
	if os.Getenv("ONEGRID_BLESS") != "" {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != string(got) {
		t.Errorf("%s differs; renew it with ONEGRID_BLESS=1 and read the difference. Now it is:\n%s", path, got)
	}
}

func readZoo(t testing.TB) ([]Area, []Shape) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", "zoo", "zoo.geojson"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Features []struct {
			Properties struct{ Code string }
			Geometry   struct{ Coordinates lattice.MultiPolygon }
		}
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	var areas []Area
	var shapes []Shape
	for i, f := range file.Features {
		s := Shape{Code: f.Properties.Code, Shape: f.Geometry.Coordinates, Row: i + 1}
		for _, polygon := range s.Shape {
			for _, ring := range polygon {
				if ring[0] != ring[len(ring)-1] {
					s.Unclosed = append(s.Unclosed, ring[0])
				}
			}
		}
		shapes = append(shapes, s)
		areas = append(areas, Area{Code: s.Code, Parent: NoArea})
	}
	return areas, shapes
}

var zooNetwork = geo.Network{ID: "zoo", Kind: geo.Basic, Levels: []geo.Level{{ID: "area", Enclaves: true}}}

func zooPolicy() Policy {
	return Policy{GapWidthM: 1.5, SpikeWidthM: 0.3, SnapM: 0.05}
}

// TestZoo tells every repair of the zoo, cage by cage, under two policies: one
// that touches as little as it may, and one that tidies.
func TestZoo(t *testing.T) {
	bless(t, filepath.Join("testdata", "zoo", "zoo.geojson"), zooGeoJSON())
	areas, shapes := readZoo(t)
	for name, p := range map[string]Policy{"strict": {}, "tidy": zooPolicy()} {
		c, report, err := Build(zooNetwork, areas, shapes, p)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range c.Check(zooNetwork) {
			if v.Kind != Gap && v.Kind != NoRegion {
				t.Errorf("%s: %+v", name, v)
			}
		}
		bless(t, filepath.Join("testdata", "zoo", name+".txt"), zooStory(c, report))
		again, _, err := Build(zooNetwork, areas, exported(c), Policy{})
		if err != nil || again.Hash() != c.Hash() {
			t.Errorf("%s: what is clean builds another coverage (%v)", name, err)
		}
	}
}

// exported returns the outlines of the finest areas as shapes.
func exported(c *Coverage) (out []Shape) {
	for a, area := range c.Areas() {
		if len(c.RegionsOf(int32(a))) > 0 {
			out = append(out, Shape{Code: area.Code, Shape: c.Polygons(int32(a))})
		}
	}
	return out
}

// zooStory writes the repairs by cage, and what each area has in the end.
func zooStory(c *Coverage, report *Report) []byte {
	var b strings.Builder
	for _, cage := range zooCages() {
		fmt.Fprintf(&b, "%s:", cage.name)
		for _, a := range cage.areas {
			area, _ := c.AreaByCode(strings.TrimSuffix(cage.name+"-"+a.letter, "-"))
			m2 := 0.0
			parts := 0
			if len(c.RegionsOf(area)) > 0 {
				shape := c.Polygons(area)
				m2, parts = lattice.ShapeAreaM2(shape), len(shape)
			}
			fmt.Fprintf(&b, " %s%.1f m² in %d", strings.TrimLeft(a.letter+" ", " "), m2, parts)
		}
		b.WriteString("\n")
		for _, r := range report.Repairs {
			if !ofCage(r.Codes, cage) {
				continue
			}
			fmt.Fprintf(&b, "  %s of %s at %s, %.2f m²: %s", r.Kind, strings.Join(r.Codes, " "), r.At, r.AreaM2, r.Done)
			if r.Choices != nil {
				fmt.Fprintf(&b, " [%s: %s]", r.ID, strings.Join(r.Choices, " | "))
			}
			b.WriteString("\n")
		}
	}
	return []byte(b.String())
}

func ofCage(codes []string, cage cage) bool {
	for _, a := range cage.areas {
		if codes[0] == strings.TrimSuffix(cage.name+"-"+a.letter, "-") {
			return true
		}
	}
	return false
}
