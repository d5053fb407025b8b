package coverage

import (
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// testdata returns a path below ONEGRID_TESTDATA, or skips the test.
func testdata(t testing.TB, path ...string) string {
	dir := os.Getenv("ONEGRID_TESTDATA")
	if dir == "" {
		t.Skip("ONEGRID_TESTDATA is not set")
	}
	return filepath.Join(append([]string{dir}, path...)...)
}

// table returns the rows of a CSV file below ONEGRID_TESTDATA, its head first.
func table(t testing.TB, path ...string) [][]string {
	t.Helper()
	file, err := os.Open(testdata(t, path...))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// birmingham reads the output areas with their hierarchy.
func birmingham(t testing.TB) (geo.Network, []Area, []Shape) {
	n := geo.Network{ID: "basic", Kind: geo.Basic, Levels: []geo.Level{
		{ID: "lad"}, {ID: "msoa"}, {ID: "lsoa"}, {ID: "oa", Enclaves: true}}}
	rows := table(t, "birmingham", "hierarchy.csv")
	parents := map[string]string{}
	levels := map[string]string{}
	for _, row := range rows[1:] {
		for i, code := range row {
			levels[code] = rows[0][i]
			if i+1 < len(row) {
				parents[code] = row[i+1]
			}
		}
	}
	shapes := readGeoJSON(t, testdata(t, "birmingham", "oa.geojson.gz"), "OA11CD")
	var grids []geo.Grid
	for code, level := range levels {
		grids = append(grids, geo.Grid{Code: code, Level: level, Parent: parents[code]})
	}
	areas, err := AreasOf(n, grids)
	if err != nil {
		t.Fatal(err)
	}
	return n, areas, shapes
}

func readGeoJSON(t testing.TB, path, code string) []Shape {
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	zip, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var collection struct {
		Features []struct {
			Properties map[string]any
			Geometry   struct {
				Type        string
				Coordinates json.RawMessage
			}
		}
	}
	if err := json.NewDecoder(zip).Decode(&collection); err != nil {
		t.Fatal(err)
	}
	var out []Shape
	for i, f := range collection.Features {
		s := Shape{Code: f.Properties[code].(string), Row: i + 1}
		var many [][][][2]float64
		if f.Geometry.Type == "Polygon" {
			many = make([][][][2]float64, 1)
			err = json.Unmarshal(f.Geometry.Coordinates, &many[0])
		} else {
			err = json.Unmarshal(f.Geometry.Coordinates, &many)
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, polygon := range many {
			var p lattice.Polygon
			for _, ring := range polygon {
				var r lattice.Ring
				for _, at := range ring[:len(ring)-1] {
					q, err := lattice.FromDegrees(at[0], at[1])
					if err != nil {
						t.Fatal(err)
					}
					r = append(r, q)
				}
				p = append(p, r)
			}
			s.Shape = append(s.Shape, p)
		}
		out = append(out, s)
	}
	return out
}
