package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"onegrid/cmd/internal/server"
)

// village is the generated city of Dragonhill in a store that is only read, and an
// empty one of the same scheme, to be copied. Both are made once.
type village struct{ store, none string }

func loadVillage(t *testing.T) village {
	t.Helper()
	dir := madeOnce(t, "dragonhill", func(dir string) {
		city, scheme := "sqlite:"+filepath.Join(dir, "city.db"), filepath.Join(dir, "scheme.json")
		must(t, "load", "dragonhill", "--store", city)
		if err := os.WriteFile(scheme, []byte(must(t, "scheme", "show", "--store", city)), 0o644); err != nil {
			t.Fatal(err)
		}
		must(t, "init", "--store", "sqlite:"+filepath.Join(dir, "none.db"), "--scheme", scheme)
	})
	return village{"sqlite:" + filepath.Join(dir, "city.db"), filepath.Join(dir, "none.db")}
}

// empty makes a store of the same scheme that holds nothing.
func (v village) empty(t *testing.T) string {
	t.Helper()
	return "sqlite:" + copied(t, v.none)
}

// hashOf is the hash of a store's basic network.
func hashOf(t *testing.T, store string) string {
	t.Helper()
	w, err := openWorld(context.Background(), server.StorePath(strings.TrimPrefix(store, "sqlite:")))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range w.Edition().Networks {
		if n.Network == w.Basic().Spec.ID {
			return n.Hash
		}
	}
	t.Fatal("the edition has no basic network")
	return ""
}

var (
	ids  = regexp.MustCompile(`"id":\d+,`)
	ends = regexp.MustCompile(`,?\n`)
)

// objects is a layer as sorted lines of GeoJSON, without ids, which each store
// allots anew, and without some properties.
func objects(t *testing.T, store, as string, without ...string) []string {
	t.Helper()
	text := ids.ReplaceAllString(must(t, "export", "--store", store, "--as", as), "")
	lines := strings.Split(ends.ReplaceAllString(text, "\n"), "\n")
	for _, name := range without {
		property := regexp.MustCompile(`,"` + name + `":(\[.*?\]|[0-9]+)`)
		for i := range lines {
			lines[i] = property.ReplaceAllString(lines[i], "")
		}
	}
	slices.Sort(lines)
	return lines
}

func sameObjects(t *testing.T, got, want []string) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%d lines came back of %d", len(got), len(want))
		return
	}
	for i := range got {
		if got[i] != want[i] {
			t.Errorf("went out as\n%s\ncame back as\n%s", want[i], got[i])
			return
		}
	}
}

// The forms in which boundaries go out: each must come back as the same state,
// names and all, to the last lattice unit, in degrees and in metres.
var forms = []struct {
	file  string
	flags []string
}{
	{"grids.geojson", nil},
	{"grids.topojson", nil},
	{"grids.zip", nil},
	{"grids.zip", []string{"--encoding", "gbk"}},
	{"grids.gpkg", nil},
	{"grids.zip", []string{"--crs", "cgcs2000"}},
	{"grids.gpkg", []string{"--crs", "cgcs2000"}},
	{"grids.zip", []string{"--crs", "epsg:4526"}},                      // zone 38, its number in the easting
	{"grids.zip", []string{"--crs", "epsg:4547", "--encoding", "gbk"}}, // the same without
	{"grids.zip", []string{"--crs", "epsg:4497"}},                      // the wide zone 19, 2 degrees from its meridian
	{"grids.zip", []string{"--crs", "epsg:4508"}},                      // the same without
	{"grids.gpkg", []string{"--crs", "epsg:4526"}},
	{"grids.gpkg", []string{"--crs", "epsg:4547"}},
	{"grids.gpkg", []string{"--crs", "epsg:4497"}},
}

func TestBoundariesComeBackTheSame(t *testing.T) {
	v := loadVillage(t)
	want, grids := hashOf(t, v.store), objects(t, v.store, "grids")
	for _, form := range forms {
		t.Run(strings.Join(append([]string{form.file}, form.flags...), " "), func(t *testing.T) {
			file := filepath.Join(t.TempDir(), form.file)
			must(t, append([]string{"export", "--store", v.store, "--as", "grids", "-o", file}, form.flags...)...)
			store := v.empty(t)
			must(t, "import", file, "--store", store, "--as", "grids", "--accept")
			if got := hashOf(t, store); got != want {
				t.Errorf("the hash was %s and is %s", want, got)
			}
			sameObjects(t, objects(t, store, "grids"), grids)
		})
	}
}

// The real city, whose areas have parts and holes.
func TestBirminghamComesBackTheSame(t *testing.T) {
	store, _ := birmingham(t)
	want := hashOf(t, store)
	for _, name := range []string{"oa.topojson", "oa.zip", "oa.gpkg"} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), name)
			must(t, "export", "--store", store, "--as", "grids", "--level", "oa", "-o", file)
			scheme := filepath.Join(t.TempDir(), "scheme.json")
			if err := os.WriteFile(scheme, []byte(birminghamScheme), 0o644); err != nil {
				t.Fatal(err)
			}
			empty := "sqlite:" + filepath.Join(t.TempDir(), "city.db")
			must(t, "init", "--store", empty, "--scheme", scheme)
			must(t, "import", file, "--store", empty, "--as", "grids", "--level", "oa", "--parents", testdata(t, "birmingham/hierarchy.csv"), "--accept")
			if got := hashOf(t, empty); got != want {
				t.Errorf("the hash was %s and is %s", want, got)
			}
		})
	}
}

// Every layer comes back as it went out. A Shapefile has no room for long lists.
func TestLayersComeBackTheSame(t *testing.T) {
	v := loadVillage(t)
	for _, as := range []string{"estates", "buildings", "devices", "sites", "posts", "base"} {
		lists := []string{"units", "unit_count", "areas"}
		all, few := objects(t, v.store, as), objects(t, v.store, as, lists...)
		for _, form := range []struct {
			file    string
			flags   []string
			without []string
		}{
			{as + ".topojson", nil, nil}, {as + ".gpkg", nil, nil}, {as + ".gpkg", []string{"--crs", "epsg:4547"}, nil},
			{as + ".zip", nil, lists},
			{as + ".zip", []string{"--encoding", "gbk", "--crs", "epsg:4526"}, lists},
		} {
			t.Run(strings.Join(append([]string{form.file}, form.flags...), " "), func(t *testing.T) {
				want := all
				if form.without != nil {
					want = few
				}
				file := filepath.Join(t.TempDir(), form.file)
				must(t, append([]string{"export", "--store", v.store, "--as", as, "-o", file}, form.flags...)...)
				store := v.empty(t)
				must(t, "import", file, "--store", store, "--as", as, "--accept")
				sameObjects(t, objects(t, store, as, form.without...), want)
			})
		}
	}
}

// gdal runs one of GDAL's programs, or skips.
func gdal(t *testing.T, program string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		t.Skipf("%s is not installed (Debian's gdal-bin): no second opinion on these files", program)
	}
	out, err := exec.Command(program, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", program, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// forGDAL names a file as GDAL opens it.
func forGDAL(file string) string {
	if filepath.Ext(file) == ".zip" {
		return "/vsizip/" + file
	}
	return file
}

// GDAL opens what is exported: it counts as many grids, finds the fields and the
// system, and reads every name as it is in the store.
func TestGDALReadsExports(t *testing.T) {
	gdal(t, "ogrinfo", "--version")
	v := loadVillage(t)
	names := namesIn(t, must(t, "export", "--store", v.store, "--as", "grids"))
	for _, form := range forms {
		t.Run(strings.Join(append([]string{form.file}, form.flags...), " "), func(t *testing.T) {
			file := filepath.Join(t.TempDir(), form.file)
			must(t, append([]string{"export", "--store", v.store, "--as", "grids", "-o", file}, form.flags...)...)
			told := gdal(t, "ogrinfo", "-ro", "-so", "-al", forGDAL(file))
			wants := []string{"Layer name: grids", "Feature Count: " + strconv.Itoa(len(names)), "code: String", "name: String", "name_en: String", "level: String", "parent: String"}
			if i := slices.Index(form.flags, "--crs"); i >= 0 {
				epsg := map[string]string{"cgcs2000": "4490"}[form.flags[i+1]]
				if epsg == "" {
					epsg = strings.TrimPrefix(form.flags[i+1], "epsg:")
				}
				wants = append(wants, `ID["EPSG",`+epsg+`]]`)
			}
			for _, want := range wants {
				if !strings.Contains(told, want) {
					t.Errorf("GDAL does not tell %q:\n%s", want, told)
				}
			}
			if strings.Contains(told, "Warning") || strings.Contains(told, "ERROR") {
				t.Errorf("GDAL complains:\n%s", told)
			}
			again := filepath.Join(t.TempDir(), "again.geojson")
			gdal(t, "ogr2ogr", "-f", "GeoJSON", again, forGDAL(file))
			b, err := os.ReadFile(again)
			if err != nil {
				t.Fatal(err)
			}
			read := namesIn(t, string(b))
			for code, name := range names {
				if read[code] != name {
					t.Fatalf("GDAL reads the name of %s as %q, it is %q", code, read[code], name)
				}
			}
		})
	}
}

// namesIn is code to name of GeoJSON's features.
func namesIn(t *testing.T, text string) map[string]string {
	t.Helper()
	var c struct {
		Features []struct {
			Properties struct{ Code, Name string }
		}
	}
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range c.Features {
		out[f.Properties.Code] = f.Properties.Name
	}
	return out
}

// What GDAL writes comes in: in each format that it writes, in degrees and
// projected by PROJ, texts in UTF-8 and GBK, whatever tells so. The boundaries
// are the same to the last lattice unit.
func TestFilesOfGDALComeIn(t *testing.T) {
	gdal(t, "ogr2ogr", "--version")
	v := loadVillage(t)
	want, grids := hashOf(t, v.store), objects(t, v.store, "grids")
	from := filepath.Join(t.TempDir(), "grids.geojson")
	must(t, "export", "--store", v.store, "--as", "grids", "-o", from)
	utf8, gbk := []string{"-lco", "ENCODING=UTF-8"}, []string{"-lco", "ENCODING=GBK"}
	project := func(flags []string, epsg string) []string {
		return append(slices.Clone(flags), "-t_srs", "EPSG:"+epsg)
	}
	for _, c := range []struct {
		name, file string
		flags      []string
		remove     []string // parts that are lost on the way
		source     string   // what the preview tells
	}{
		{"utf-8", "grids.shp", utf8, nil, "shapefile, in wgs84 (its .prj), texts in utf-8 (its .cpg)"},
		{"gbk", "grids.shp", gbk, nil, "texts in gbk (its .cpg)"},
		{"utf-8, not said", "grids.shp", utf8, []string{".cpg"}, "texts in utf-8 (its texts)"},
		{"gbk, said by the table", "grids.shp", []string{"-lco", "ENCODING=CP936"}, []string{".cpg"}, "texts in gbk (its"},
		{"gbk, not said", "grids.shp", gbk, []string{".cpg"}, "texts in gbk (its"},
		{"without an index", "grids.shp", utf8, []string{".shx"}, "shapefile"},
		{"cgcs2000", "grids.shp", project(utf8, "4490"), nil, "in cgcs2000 (its .prj)"},
		{"zone 38", "grids.shp", project(gbk, "4526"), nil, "in epsg:4526 (its .prj)"},
		{"meridian 114", "grids.shp", project(utf8, "4547"), nil, "in epsg:4547 (its .prj)"},
		{"wide zone 19", "grids.shp", project(utf8, "4497"), nil, "in epsg:4497 (its .prj)"},
		{"wide meridian 111", "grids.shp", project(utf8, "4508"), nil, "in epsg:4546 (its .prj)"}, // the narrow one has the same coordinates
		{"geopackage", "grids.gpkg", nil, nil, "geopackage, layer \"grids\", in wgs84 (its gpkg_spatial_ref_sys)"},
		{"geopackage of zone 38", "grids.gpkg", []string{"-t_srs", "EPSG:4526"}, nil, "in epsg:4526"},
		{"geopackage of meridian 111", "grids.gpkg", []string{"-t_srs", "EPSG:4508"}, nil, "in epsg:4508"},
		{"geojson", "again.geojson", []string{"-lco", "COORDINATE_PRECISION=7"}, nil, "geojson, in wgs84 (the format)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, c.file)
			gdal(t, "ogr2ogr", append(append([]string{}, c.flags...), file, from)...)
			for _, ext := range c.remove {
				if err := os.Remove(strings.TrimSuffix(file, ".shp") + ext); err != nil {
					t.Fatal(err)
				}
			}
			store := v.empty(t)
			out := must(t, "import", file, "--store", store, "--as", "grids", "--accept")
			if !strings.Contains(out, c.source) {
				t.Errorf("the summary does not tell %q:\n%s", c.source, out)
			}
			if got := hashOf(t, store); got != want {
				t.Errorf("the hash was %s and is %s", want, got)
			}
			sameObjects(t, objects(t, store, "grids"), grids)
		})
	}
}

// Over HTTP a Shapefile comes as its parts or as an archive, and a GeoPackage as
// it is; the parameters are those of the command.
func TestFormatsOverHTTP(t *testing.T) {
	v := loadVillage(t)
	dir := t.TempDir()
	want := hashOf(t, v.store)
	path := strings.TrimPrefix(v.empty(t), "sqlite:")
	h := openHouse(t, path)
	file := func(name string, flags ...string) []byte {
		f := filepath.Join(dir, name)
		must(t, append([]string{"export", "--store", v.store, "--as", "grids", "-o", f}, flags...)...)
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	archive := file("grids.zip", "--encoding", "gbk", "--crs", "epsg:4526")
	parts, kind := partsForm(t, archive)
	for _, c := range []struct {
		name, kind string
		body       []byte
		format     string
	}{
		{"an archive", "application/zip", archive, "shapefile"},
		{"parts", kind, parts, "shapefile"},
		{"a GeoPackage", "application/geopackage+sqlite3", file("grids.gpkg"), "geopackage"},
		{"a topology", "application/json", file("grids.topojson"), "topojson"},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, b := send(t, "POST", h.url+"/v1/imports?as=grids&accept=true", c.kind, bytes.NewReader(c.body))
			var result importResult
			if err := json.Unmarshal(b, &result); err != nil || status != http.StatusCreated {
				t.Fatalf("%d %v: %.500s", status, err, b)
			}
			if s := result.Preview.Sources; len(s) != 1 || s[0].Format != c.format {
				t.Errorf("the sources are %+v", s)
			}
			if got := result.Edition.Networks[0].Hash; got != want {
				t.Errorf("the hash was %s and is %s", want, got)
			}
		})
	}
}

// partsForm is a form with the entries of an archive, each as a file.
func partsForm(t *testing.T, archive []byte) (body []byte, kind string) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, e := range z.File {
		r, err := e.Open()
		if err != nil {
			t.Fatal(err)
		}
		f, err := w.CreateFormFile("file", e.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(f, r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), w.FormDataContentType()
}

// What a format cannot say is refused before anything is written.
func TestExportRefuses(t *testing.T) {
	v := loadVillage(t)
	for _, flags := range [][]string{
		{"--format", "geojson", "--crs", "epsg:4526"},
		{"--format", "topojson", "--crs", "epsg:4526"},
		{"--format", "shapefile", "--crs", "gcj02"},
		{"--format", "geopackage", "--crs", "bd09"},
		{"--format", "shapefile", "--encoding", "latin1"},
		{"--format", "geopackage", "--encoding", "gbk"},
		{"--format", "shapefile", "--crs", "epsg:3857"},
		{"--format", "shapefile", "--crs", "epsg:4513"}, // 38 degrees away
	} {
		file := filepath.Join(t.TempDir(), "out")
		if _, exit := command(t, append([]string{"export", "--store", v.store, "--as", "grids", "-o", file}, flags...)...); exit == server.ExitDone {
			t.Errorf("%v was written", flags)
		}
		if _, err := os.Stat(file); err == nil {
			t.Errorf("%v left a file", flags)
		}
	}
}
