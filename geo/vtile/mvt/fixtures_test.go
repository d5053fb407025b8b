package mvt_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"onegrid/geo/vtile/mvt"
)

// fixtures returns the folder of the samples of the npm package
// @mapbox/mvt-fixtures, which the pages' packages bring along.
func fixtures(t *testing.T) string {
	t.Helper()
	modules := os.Getenv("ONEGRID_NODE_MODULES")
	if modules == "" {
		modules = filepath.Join("..", "..", "..", "web", "node_modules")
	}
	dir := filepath.Join(modules, "@mapbox", "mvt-fixtures")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no samples: %v (npm ci in web brings them)", err)
	}
	return dir
}

// All samples are judged as the package says of version 2, apart from those
// named here.
func TestSamplesAreJudgedAsTheirAuthorsSay(t *testing.T) {
	ours := map[string]string{
		"016": "it has no type field, as 003, which is said to be invalid, has none",
		"039": "its layer says version 1; this reader is of version 2 only",
		"057": "its MoveTo counts 536870911 pairs and has one: what 051 and 052 are invalid for",
	}
	infos, err := filepath.Glob(filepath.Join(fixtures(t), "fixtures", "*", "info.json"))
	if err != nil || len(infos) < 60 {
		t.Fatalf("%d samples, %v", len(infos), err)
	}
	valid, invalid := 0, 0
	for _, path := range infos {
		dir := filepath.Dir(path)
		name := filepath.Base(dir)
		var info struct {
			Description string
			Validity    struct{ V2 bool }
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(raw, &info); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(filepath.Join(dir, "tile.mvt"))
		if err != nil {
			t.Fatal(err)
		}
		_, err = mvt.Read(data)
		if why, other := ours[name]; other {
			if err == nil || !info.Validity.V2 {
				t.Errorf("%s: %v; valid is %v; no longer other than said", name, err, info.Validity.V2)
			}
			t.Logf("%s: %v (%s)", name, err, why)
			continue
		}
		if (err == nil) != info.Validity.V2 {
			t.Errorf("%s: %v; valid is %v: %s", name, err, info.Validity.V2, info.Description)
		}
		if info.Validity.V2 {
			valid++
		} else {
			invalid++
		}
	}
	t.Logf("%d valid and %d invalid samples", valid, invalid)
}
