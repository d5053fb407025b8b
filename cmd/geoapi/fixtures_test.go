package main

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// count asks GDAL for one number about an exported layer, so that the figures
// of a reference city are not counted by the code that made it.
func count(t *testing.T, file, sql string) int {
	t.Helper()
	layer := strings.TrimSuffix(filepath.Base(file), ".geojson")
	sql = strings.ReplaceAll(sql, "LAYER", layer)
	out, err := exec.Command("ogrinfo", "-ro", "-q", "-dialect", "SQLite", "-sql", sql, file).CombinedOutput()
	if err != nil {
		t.Fatalf("ogrinfo: %v\n%s", err, out)
	}
	m := regexp.MustCompile(`= (\d+)`).FindSubmatch(out)
	if m == nil {
		t.Fatalf("ogrinfo gave no number for %s:\n%s", sql, out)
	}
	n, err := strconv.Atoi(string(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestFixtureFigures(t *testing.T) {
	if _, err := exec.LookPath("ogrinfo"); err != nil {
		t.Skip("ogrinfo is not installed: the figures need another program's count")
	}
	type figure struct {
		layer, sql  string
		least, most int
	}
	exactly := func(layer, sql string, n int) figure { return figure{layer, sql, n, n} }
	const rows = "SELECT COUNT(*) AS n FROM LAYER"
	const most = 1 << 30
	for city, figures := range map[string][]figure{
		"lakeside": {
			exactly("grids", rows+" WHERE network='basic' AND level='street'", 10),
			exactly("grids", rows+" WHERE network='basic' AND level='community'", 138),
			exactly("grids", rows+" WHERE network='basic' AND level='grid'", 1442),
			exactly("grids", rows+" WHERE network='basic' AND level='grid' AND length(code) = 15", 1442),
			exactly("towers", rows+" WHERE floors IS NOT NULL", 46),
			exactly("towers", "SELECT COUNT(DISTINCT building) AS n FROM LAYER WHERE floors IS NOT NULL", 7),
			{"buildings", "SELECT SUM(unit_count) AS n FROM LAYER", 10_001, most},
			{"devices", rows + " WHERE kind='camera'", 10_001, most},
			{"devices", rows + " WHERE kind='gate'", 100, most},
		},
		"dragonhill": {
			exactly("grids", rows+" WHERE network='basic' AND level='grid'", 44),
			exactly("exclusive", rows+" WHERE level='grid'", 8),
			exactly("buildings", rows, 453),
			exactly("buildings", "SELECT SUM(unit_count) AS n FROM LAYER", 1194),
			exactly("buildings", "SELECT SUM(households) AS n FROM LAYER", 13_000),
			exactly("sites", rows+" WHERE kind='merchant'", 1100),
			exactly("devices", rows+" WHERE kind='camera'", 220),
			{"devices", rows + " WHERE kind='waterlogging'", 1, most},
			{"sites", rows + " WHERE kind='panorama'", 1, most},
		},
	} {
		t.Run(city, func(t *testing.T) {
			dir := t.TempDir()
			store := "sqlite:" + filepath.Join(dir, "city.db")
			must(t, "load", city, "--store", store)
			must(t, "check", "--store", store)
			exported := map[string]bool{}
			for _, f := range figures {
				file := filepath.Join(dir, f.layer+".geojson")
				export := []string{"export", "--store", store, "--as", f.layer, "-o", file}
				if f.layer == "towers" || f.layer == "exclusive" {
					export = []string{"export", "--store", store, "--as", "grids", "--network", f.layer, "-o", file}
				}
				if !exported[f.layer] {
					must(t, export...)
					exported[f.layer] = true
				}
				if n := count(t, file, f.sql); n < f.least || n > f.most {
					t.Errorf("%s: %s gives %d, want %d to %d", f.layer, f.sql, n, f.least, f.most)
				}
			}
		})
	}
}
