package exchange_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"context"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"onegrid/geo"
	"onegrid/geo/coverage"
	"onegrid/geo/crs"
	"onegrid/geo/exchange"
)

// write exports the grids of a city in some form.
func write(t testing.TB, s *standing, o exchange.Output) []byte {
	t.Helper()
	var b bytes.Buffer
	o.Layer, o.Coverage = "grids", s.coverage
	_, err := exchange.Export(&b, o, func(w *exchange.Writer) error {
		for i := range s.grids {
			area, _ := s.coverage.AreaByCode(s.grids[i].Code)
			if err := w.Grid(&s.grids[i], s.coverage.Polygons(area)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// bring prepares an import of one file's bytes.
func bring(in exchange.Import, now exchange.Current, name string, b []byte) (*exchange.Preview, error) {
	return exchange.Prepare(context.Background(), now, in, []exchange.File{{Name: name, Reader: bytes.NewReader(b)}}, nil)
}

// A small city goes out and comes back in every format, its lake included.
func TestFormatsComeBackTheSame(t *testing.T) {
	s := stand(t)
	hash := s.coverage.Hash()
	want := hex.EncodeToString(hash[:])
	for _, o := range []exchange.Output{
		{Format: exchange.GeoJSON}, {Format: exchange.TopoJSON}, {Format: exchange.Shapefile},
		{Format: exchange.Shapefile, Encoding: "gbk"}, {Format: exchange.GeoPackage}, {Format: exchange.GeoPackage, CRS: crs.CGCS2000},
	} {
		t.Run(o.Format+o.Encoding, func(t *testing.T) {
			now := *s
			now.grids, now.coverage = nil, nil
			p, err := bring(exchange.Import{As: "grids", Policy: coverage.Policy{WideGaps: coverage.VoidGaps}}, &now, "x", write(t, s, o))
			if err != nil {
				t.Fatal(err)
			}
			var kept shelf
			if _, err := p.Accept(context.Background(), &kept, geo.By("test"), ""); err != nil {
				t.Fatal(err)
			}
			if kept.pubs[0].Hash != want {
				t.Error("the map changed")
			}
			if len(p.Sources) != 1 || p.Sources[0].Format != o.Format || p.Sources[0].CRS != o.CRS.String() {
				t.Errorf("the sources are %+v", p.Sources)
			}
		})
	}
}

// In a topology each arc of the coverage stands once.
func TestTopologyHasEachBorderOnce(t *testing.T) {
	s := stand(t)
	text := string(write(t, s, exchange.Output{Format: exchange.TopoJSON}))
	_, arcs, ok := strings.Cut(text, `"arcs":[`+"\n[")
	if !ok {
		t.Fatal(text)
	}
	if n := strings.Count("\n["+arcs, "\n["); n != s.coverage.Arcs() {
		t.Errorf("%d arcs were written of %d:\n%s", n, s.coverage.Arcs(), text)
	}
}

// entries makes an archive.
func entries(t testing.TB, files ...[2]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		w, err := z.Create(f[0])
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, f[1])
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// parts takes an exported archive apart, by extension.
func parts(t testing.TB, archive []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, e := range z.File {
		r, err := e.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		out[filepath.Ext(e.Name)] = string(b)
	}
	return out
}

// together makes files of a Shapefile's parts, leaving some out.
func together(p map[string]string, without ...string) (files []exchange.File) {
	for ext, text := range p {
		left := false
		for _, w := range without {
			left = left || w == ext
		}
		if !left {
			files = append(files, exchange.File{Name: "Grids" + ext, Reader: strings.NewReader(text)})
		}
	}
	return files
}

// ring is a closed chain as a Shapefile has it.
func ring(at ...float64) []float64 { return append(at, at[0], at[1]) }

// shp makes a .shp of one polygon with parts.
func shp(kind uint32, rings ...[]float64) string {
	var content []byte
	content = binary.LittleEndian.AppendUint32(content, kind)
	content = append(content, make([]byte, 32)...)
	points := 0
	var starts, floats []byte
	for _, r := range rings {
		starts = binary.LittleEndian.AppendUint32(starts, uint32(points))
		points += len(r) / 2
		for _, f := range r {
			floats, _ = binary.Append(floats, binary.LittleEndian, f)
		}
	}
	content = binary.LittleEndian.AppendUint32(content, uint32(len(rings)))
	content = binary.LittleEndian.AppendUint32(content, uint32(points))
	content = append(append(content, starts...), floats...)
	return shpOf(kind, content)
}

// shpOf makes a .shp of one record's content.
func shpOf(kind uint32, content []byte) string {
	b := make([]byte, 100)
	copy(b, "\x00\x00\x27\x0a")
	binary.BigEndian.PutUint32(b[24:], uint32((108+len(content))/2))
	binary.LittleEndian.PutUint32(b[32:], kind)
	b = binary.BigEndian.AppendUint32(b, 1)
	b = binary.BigEndian.AppendUint32(b, uint32(len(content)/2))
	return string(append(b, content...))
}

// dbf makes a table of one text column, code, of a width.
func dbf(driver byte, width int, rows ...string) string {
	b := make([]byte, 32, 256)
	b[0] = 3
	binary.LittleEndian.PutUint32(b[4:], uint32(len(rows)))
	binary.LittleEndian.PutUint16(b[8:], 65)
	binary.LittleEndian.PutUint16(b[10:], uint16(width+1))
	b[29] = driver
	field := make([]byte, 32)
	copy(field, "code")
	field[11], field[16] = 'C', byte(width)
	b = append(append(b, field...), 0x0d)
	for _, r := range rows {
		b = append(b, ' ')
		b = append(b, r...)
		b = append(b, strings.Repeat(" ", width-len(r))...)
	}
	return string(b)
}

var nan = math.NaN()

const wgs84 = `GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]`

// Parts of a polygon are put together by how they run and where they lie.
func TestRingsBecomePolygons(t *testing.T) {
	outer := ring(0, 0, 0, 9, 9, 9, 9, 0) // clockwise: ground
	hole := ring(1, 1, 8, 1, 8, 8, 1, 8)  // counter-clockwise: a hole
	island := ring(2, 2, 2, 7, 7, 7, 7, 2)
	pond := ring(3, 3, 4, 3, 4, 4, 3, 4)
	apart := ring(20, 0, 20, 5, 25, 5, 25, 0)
	touching := ring(20, 0, 25, 0, 25, 5) // a hole whose vertices are all on the ring around it
	for _, c := range []struct {
		name   string
		rings  [][]float64
		want   string // rings of each polygon
		turned int
	}{
		{"one", [][]float64{outer}, "[1]", 0},
		{"a hole", [][]float64{outer, hole}, "[2]", 0},
		{"a hole first", [][]float64{hole, outer}, "[2]", 0},
		{"an island in a hole", [][]float64{hole, island, outer}, "[1 2]", 0},
		{"a pond on an island", [][]float64{pond, hole, island, outer}, "[2 2]", 0},
		{"two apart", [][]float64{outer, apart, hole}, "[2 1]", 0},
		{"a hole that touches", [][]float64{apart, touching}, "[2]", 0},
		{"turned", [][]float64{hole}, "[1]", 1},
		{"turned and with one that is not", [][]float64{hole, apart}, "[1 1]", 1},
		{"all turned", [][]float64{ring(0, 0, 9, 0, 9, 9, 0, 9), pond}, "[2]", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := exchange.Prepare(context.Background(), city(), exchange.Import{As: "estates"}, together(map[string]string{
				".shp": shp(5, c.rings...), ".dbf": dbf(0, 5, "a"), ".prj": wgs84,
			}), nil)
			if err != nil {
				t.Fatal(err)
			}
			var kept shelf
			if _, err := p.Accept(context.Background(), &kept, geo.By("test"), ""); err != nil {
				t.Fatal(err)
			}
			var got []int
			for _, polygon := range kept.objects.Estates[0].Shape {
				got = append(got, len(polygon))
			}
			if fmt.Sprint(got) != c.want || p.Counts["turned-ring"] != c.turned {
				t.Errorf("polygons of %v rings, %d turned; want %s, %d", got, p.Counts["turned-ring"], c.want, c.turned)
			}
		})
	}
}

// What texts are written in is what is given, else what the .cpg says, else the
// table, else what they turn out to be; the preview tells which.
func TestEncodings(t *testing.T) {
	const gbk = "\xcd\xf8\xb8\xf1" // 网格
	for _, c := range []struct {
		name, given, cpg string
		driver           byte
		text, want, told string
	}{
		{"the page", "", "GBK", 0, gbk, "网格", "gbk, its .cpg"},
		{"the page, by number", "", "936\r\n", 0, gbk, "网格", "gbk, its .cpg"},
		{"the page against the table", "", "UTF-8", 0x4d, "网格", "网格", "utf-8, its .cpg"},
		{"the table", "", "", 0x4d, gbk, "网格", "gbk, its .dbf"},
		{"a table that says nothing", "", "", 0x57, gbk, "网格", "gbk, its texts"},
		{"nothing, GBK", "", "", 0, gbk, "网格", "gbk, its texts"},
		{"nothing, UTF-8", "", "", 0, "网格", "网格", "utf-8, its texts"},
		{"given", "gb2312", "UTF-8", 0, gbk, "网格", "gbk, given"},
		{"half a character", "", "GBK", 0, gbk + "\xb8", "网格", "gbk, its .cpg"},
		{"half a character of UTF-8", "", "", 0, "网\xe6\xa0", "网", "utf-8, its texts"},
		{"a later character", "", "GB18030", 0, "\x95\x32\x82\x36", "𠀀", "gbk, its .cpg"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := map[string]string{".shp": shp(5, ring(0, 0, 0, 1, 1, 1)), ".dbf": dbf(c.driver, len(c.text), c.text), ".prj": wgs84}
			if c.cpg != "" {
				p[".cpg"] = c.cpg
			}
			preview, err := exchange.Prepare(context.Background(), city(), exchange.Import{As: "estates", Encoding: c.given}, together(p), nil)
			if err != nil {
				t.Fatal(err)
			}
			var kept shelf
			if _, err := preview.Accept(context.Background(), &kept, geo.By("test"), ""); err != nil {
				t.Fatal(err)
			}
			if got := kept.objects.Estates[0].Code; got != c.want {
				t.Errorf("the text is %q, want %q", got, c.want)
			}
			if cut := strings.HasPrefix(c.name, "half"); (preview.Counts["cut-text"] == 1) != cut {
				t.Errorf("the notes are %v", preview.Counts)
			}
			if s := preview.Sources[0]; s.Encoding+", "+s.EncodingFrom != c.told {
				t.Errorf("told as %s, %s; want %s", s.Encoding, s.EncodingFrom, c.told)
			}
		})
	}
}

// A system comes from the file, or is given, and is never guessed.
func TestSystems(t *testing.T) {
	plane := func(datum, method, rest string) string {
		return `PROJCS["CGCS2000 / 3-degree Gauss-Kruger zone 40",GEOGCS["g",DATUM["` + datum + `",SPHEROID["s",6378137,298.257222101]],PRIMEM["Greenwich",0],UNIT["Degree",0.0174532925199433]],PROJECTION["` + method + `"],` + rest + `,UNIT["Meter",1.0]]`
	}
	zone := func(meridian, east string) string {
		return plane("D_China_2000", "Gauss_Kruger", `PARAMETER["False_Easting",`+east+`],PARAMETER["False_Northing",0],PARAMETER["Central_Meridian",`+meridian+`],PARAMETER["Scale_Factor",1],PARAMETER["Latitude_Of_Origin",0]`)
	}
	for _, c := range []struct{ name, prj, given, want string }{
		{"degrees", wgs84, "", "wgs84"},
		{"given against the file", wgs84, "cgcs2000", "cgcs2000"},
		{"given, the same", wgs84, "wgs84", "wgs84"},
		{"not said, but given", "", "wgs84", "wgs84"},
		{"unknown, but given", strings.Replace(wgs84, "D_WGS_1984", "D_Xian_1980", 1), "wgs84", "wgs84"},
		{"not said", "", "", "does not say"},
		{"another datum", strings.Replace(wgs84, "D_WGS_1984", "D_Xian_1980", 1), "", "D_Xian_1980"},
		{"another ellipsoid", strings.Replace(wgs84, "6378137.0", "6378245.0", 1), "", "6.378245e+06"},
		{"another meridian", strings.Replace(wgs84, `"Greenwich",0.0`, `"Paris",2.33`, 1), "", "Paris"},
		{"mercator", plane("D_China_2000", "Mercator", `PARAMETER["False_Easting",0]`), "", "Mercator"},
		{"a zone's name alone is no zone", plane("D_China_2000", "Gauss_Kruger", `PARAMETER["False_Easting",500000]`), "", "zone 40"},
		{"a meridian between zones", zone("113.5", "500000"), "", "113.5"},
		{"another zone's easting", zone("114", "39500000"), "", "39500000"},
		{"an odd easting", zone("114", "38400000"), "", "zone 40"},
		{"not closed", wgs84[:len(wgs84)-1], "", "Well-Known Text"},
		{"nested", strings.Repeat("A[", 1000), "", "Well-Known Text"},
		{"long", wgs84 + strings.Repeat(" ", 1<<20), "", "over 65536 bytes"},
		{"far too far", zone("114", "1e300"), "", "1e+300"},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := exchange.Import{As: "estates"}
			if c.given != "" {
				in.CRS, _ = crs.Named(c.given)
				in.CRSGiven = true
			}
			p := map[string]string{".shp": shp(5, ring(0, 0, 0, 1, 1, 1)), ".dbf": dbf(0, 5, "a")}
			if c.prj != "" {
				p[".prj"] = c.prj
			}
			preview, err := exchange.Prepare(context.Background(), city(), in, together(p), nil)
			if err != nil {
				if geo.KindOf(err) != geo.Invalid && geo.KindOf(err) != geo.TooLarge || !strings.Contains(err.Error(), c.want) {
					t.Errorf("refused with %v, want %q", err, c.want)
				}
				return
			}
			if got := preview.Sources[0].CRS; got != c.want {
				t.Errorf("read in %s, want %s", got, c.want)
			}
		})
	}
	// And those that are zones.
	for _, c := range []struct{ meridian, east, want string }{
		{"114", "500000", "epsg:4547"}, {"114.0", "38500000.0", "epsg:4526"}, {"117", "20500000", "epsg:4498"}, {"117", "39500000", "epsg:4527"},
	} {
		s, err := crs.Named(c.want)
		if err != nil {
			t.Fatal(err)
		}
		meridian, _, _ := s.Zone()
		x, y, err := s.FromWGS84(float64(meridian)+0.5, 30, crs.Region{})
		if err != nil {
			t.Fatal(err)
		}
		preview, err := exchange.Prepare(context.Background(), city(), exchange.Import{As: "estates"}, together(map[string]string{
			".shp": shp(5, ring(x, y, x, y+100, x+100, y+100)), ".dbf": dbf(0, 5, "a"), ".prj": zone(c.meridian, c.east),
		}), nil)
		if err != nil {
			t.Errorf("meridian %s, easting %s: %v", c.meridian, c.east, err)
		} else if got := preview.Sources[0].CRS; got != c.want {
			t.Errorf("meridian %s, easting %s is %s, want %s", c.meridian, c.east, got, c.want)
		}
	}
}

// judged asks that an input is refused, quickly and in words of ours.
func judged(t *testing.T, files []exchange.File, in exchange.Import) {
	t.Helper()
	start := time.Now()
	_, err := exchange.Prepare(context.Background(), city(), in, files, nil)
	var e *geo.Error
	if !errors.As(err, &e) || e.Kind == geo.Internal {
		t.Errorf("got %v, want a refusal", err)
	} else if len(err.Error()) > 1000 {
		t.Errorf("a refusal of %d bytes", len(err.Error()))
	}
	if d := time.Since(start); d > 20*time.Second {
		t.Errorf("it took %v", d)
	}
}

func bytesOf(name string, b []byte) []exchange.File {
	return []exchange.File{{Name: name, Reader: bytes.NewReader(b)}}
}

func TestHostileShapefiles(t *testing.T) {
	good := shp(5, ring(0, 0, 0, 1, 1, 1))
	table := dbf(0, 5, "a")
	put := func(s string, at int, b ...byte) string { return s[:at] + string(b) + s[at+len(b):] }
	huge := []byte{0xff, 0xff, 0xff, 0x7f}
	for name, p := range map[string]map[string]string{
		"parts without end":         {".shp": put(good, 144, huge...)},
		"points without end":        {".shp": put(good, 148, huge...)},
		"negative points":           {".shp": put(good, 148, 0xff, 0xff, 0xff, 0xff)},
		"a part that starts late":   {".shp": put(good, 152, 9)},
		"a record without end":      {".shp": put(good, 104, 0x7f, 0xff, 0xff, 0xff)},
		"a file without end":        {".shp": put(good, 24, 0x7f, 0xff, 0xff, 0xff)},
		"a record of nothing":       {".shp": shpOf(5, nil)},
		"another type inside":       {".shp": put(good, 108, 3)},
		"a multipatch":              {".shp": put(good, 32, 31)},
		"a negative type":           {".shp": put(good, 32, 0xff, 0xff, 0xff, 0xff)},
		"not a number":              {".shp": shp(5, []float64{nan, 0, 0, 1, 1, 1, nan, 0})},
		"cut":                       {".shp": good[:len(good)-5]},
		"only a header":             {".shp": good[:100]},
		"half a header":             {".shp": good[:50]},
		"an index of another":       {".shp": good, ".shx": strings.Repeat("x", 108)},
		"an index that is cut":      {".shp": good, ".shx": strings.Repeat("x", 10)},
		"rows without end":          {".dbf": put(table, 4, huge...)},
		"rows that are missing":     {".dbf": put(table, 4, 2)},
		"a row of no width":         {".dbf": put(table, 10, 0, 0)},
		"a field wider than rows":   {".dbf": put(table, 48, 200)},
		"a field of no width":       {".dbf": put(table, 48, 0)},
		"a header without end":      {".dbf": put(table, 8, 0xff, 0xff)},
		"no table":                  {".dbf": "hello"},
		"no table at all":           {".dbf": ""},
		"more shapes than rows":     {".dbf": dbf(0, 5)},
		"neither encoding":          {".dbf": dbf(0, 5, "\xff\xff\xffa")},
		"not in what the page says": {".dbf": dbf(0, 5, "\xcd\xf8\xb8\xf1a"), ".cpg": "UTF-8"},
		"a page that is unknown":    {".cpg": "klingon"},
		"a page without end":        {".cpg": strings.Repeat(" ", 1<<20)},
		"a system of nothing":       {".prj": "["},
	} {
		t.Run(name, func(t *testing.T) {
			all := map[string]string{".shp": good, ".dbf": table, ".prj": wgs84}
			for ext, text := range p {
				all[ext] = text
			}
			judged(t, together(all), exchange.Import{As: "estates"})
		})
	}
	all := map[string]string{".shp": good, ".dbf": table, ".prj": wgs84}
	judged(t, together(all, ".dbf"), exchange.Import{As: "estates"})
	judged(t, together(all, ".shp"), exchange.Import{As: "estates"})
	judged(t, append(together(all), together(all)...), exchange.Import{As: "estates"})
	judged(t, together(all), exchange.Import{As: "estates", Encoding: "klingon"})
}

// Rings in rings' boxes: however they lie, the search for holes ends.
func TestTangledRingsAreRefused(t *testing.T) {
	var all [][]float64
	for i := range 30_000 {
		f := float64(i) / 1000
		// Thin steps along a diagonal: each box holds the next, no ring does.
		all = append(all, ring(f, f, 60-f, 60-f, 60-f, 60-f+1e-4, f+1e-4, f+2e-4))
	}
	judged(t, together(map[string]string{".shp": shp(5, all...), ".dbf": dbf(0, 5, "a"), ".prj": wgs84}), exchange.Import{As: "sites"})
	start := time.Now()
	exchange.Prepare(context.Background(), city(), exchange.Import{As: "estates"},
		together(map[string]string{".shp": shp(5, all...), ".dbf": dbf(0, 5, "a"), ".prj": wgs84}), nil)
	if d := time.Since(start); d > 10*time.Second {
		t.Errorf("it took %v", d)
	}
}

// bomb makes an archive of a shape and a table of blank rows, which unpacks to 256
// MB from a quarter of one. The blanks are packed once and repeated.
func bomb(t *testing.T, shp string) []byte {
	t.Helper()
	table := dbf(0, 200, "a")
	var b, packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	put := func(text string) []byte {
		packed.Reset()
		io.WriteString(w, text)
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		return bytes.Clone(packed.Bytes())
	}
	raw := put(table[:4] + "\xff\xff\x1f\x00" + table[8:])
	put(strings.Repeat(" ", 1<<20)) // from here on each packs the same
	raw = append(raw, bytes.Repeat(put(strings.Repeat(" ", 1<<20)), 256)...)

	z := zip.NewWriter(&b)
	for _, f := range [][2]string{{"a.shp", shp}, {"a.prj", wgs84}} {
		e, err := z.Create(f[0])
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(e, f[1])
	}
	e, err := z.CreateRaw(&zip.FileHeader{Name: "a.dbf", Method: zip.Deflate, CompressedSize64: uint64(len(raw)), UncompressedSize64: 257 << 20})
	if err != nil {
		t.Fatal(err)
	}
	e.Write(raw)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestHostileArchives(t *testing.T) {
	good, table := shp(5, ring(0, 0, 0, 1, 1, 1)), dbf(0, 5, "a")
	var many [][2]string
	for i := range 2000 {
		many = append(many, [2]string{fmt.Sprintf("%d.txt", i), ""})
	}
	long := make([][2]string, 900)
	for i := range long {
		long[i] = [2]string{fmt.Sprint(i) + strings.Repeat("x", 2000), ""}
	}
	whole := entries(t, [2]string{"a.shp", good}, [2]string{"a.dbf", table}, [2]string{"a.prj", wgs84})
	for name, b := range map[string][]byte{
		"nothing in it":    entries(t),
		"no shapefile":     entries(t, [2]string{"a.txt", "x"}),
		"no table":         entries(t, [2]string{"a.shp", good}),
		"a bomb":           bomb(t, good),
		"many entries":     entries(t, many...),
		"long names":       entries(t, long...),
		"an entry twice":   entries(t, [2]string{"a.shp", good}, [2]string{"a.shp", good}, [2]string{"a.dbf", table}),
		"one name, 2 dirs": entries(t, [2]string{"x/a.shp", good}, [2]string{"y/a.shp", good}),
		"two shapefiles":   entries(t, [2]string{"a.shp", good}, [2]string{"a.dbf", table}, [2]string{"b.shp", good}, [2]string{"b.dbf", table}),
		"cut":              whole[:len(whole)/2],
		"only a mark":      []byte("PK\x03\x04"),
	} {
		t.Run(name, func(t *testing.T) { judged(t, bytesOf("x.zip", b), exchange.Import{As: "estates"}) })
	}
	if _, err := bring(exchange.Import{As: "estates"}, city(), "x.zip", bomb(t, good)); geo.KindOf(err) != geo.TooLarge || !strings.Contains(err.Error(), "unpacks") {
		t.Errorf("a bomb: %v", err)
	}
	// Names that would lead elsewhere lead nowhere: nothing is written.
	dir := t.TempDir()
	t.Chdir(dir)
	for _, name := range []string{"../../a", "/etc/a", `..\..\a`, "folder/子/a"} {
		p, err := bring(exchange.Import{As: "estates"}, city(), "x.zip",
			entries(t, [2]string{name + ".shp", good}, [2]string{name + ".dbf", table}, [2]string{name + ".prj", wgs84}, [2]string{"__MACOSX/._a.shp", "x"}))
		if err != nil || p.Sources[0].Layer != "a" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("%v was written", left)
	}
}

func TestHostileTopologies(t *testing.T) {
	topology := func(arcs, object string) string {
		return `{"type":"Topology","arcs":` + arcs + `,"objects":{"estates":` + object + `}}`
	}
	const line = `[[[0,0],[0,1],[1,1],[0,0]],[[1,1],[2,2]]]`
	polygon := func(arcs string) string {
		return `{"type":"Polygon","id":"a","arcs":` + arcs + `,"properties":{}}`
	}
	for name, text := range map[string]string{
		"no such arc":               topology(line, polygon(`[[2]]`)),
		"no such arc backwards":     topology(line, polygon(`[[-3]]`)),
		"the smallest number":       topology(line, polygon(`[[-9223372036854775808]]`)),
		"a number too large":        topology(line, polygon(`[[99999999999999999999]]`)),
		"arcs that do not join":     topology(line, polygon(`[[0,1]]`)),
		"half an arc":               topology(`[[[0,0]]]`, polygon(`[[0]]`)),
		"no arcs":                   `{"type":"Topology","objects":{"estates":` + polygon(`[[0]]`) + `}}`,
		"arcs of another kind":      topology(`{"a":1}`, polygon(`[[0]]`)),
		"positions of texts":        topology(`[[["a","b"],[0,1]]]`, polygon(`[[0]]`)),
		"infinite positions":        topology(`[[[1e999,0],[0,1]]]`, polygon(`[[0]]`)),
		"round and round":           topology(line, polygon(`[[0`+strings.Repeat(",0", 200_000)+`]]`)),
		"to and fro":                topology(line, polygon(`[[1`+strings.Repeat(",-2,1", 200_000)+`]]`)),
		"collections in each other": topology(line, strings.Repeat(`{"type":"GeometryCollection","geometries":[`, 3000)+polygon(`[[0]]`)+strings.Repeat(`]}`, 3000)),
		"nested without end":        topology(line, strings.Repeat(`{"type":"GeometryCollection","geometries":[`, 200_000)),
		"rings nested too deeply":   topology(line, polygon(`[[[0]]]`)),
		"objects that are a list":   `{"type":"Topology","arcs":[],"objects":[]}`,
		"no objects":                `{"type":"Topology","arcs":[],"objects":{}}`,
		"two objects":               `{"type":"Topology","arcs":[],"objects":{"a":{"type":null},"b":{"type":null}}}`,
		"a transform of one":        `{"type":"Topology","transform":{"scale":[1],"translate":[0,0]},"arcs":[],"objects":{"a":{"type":null}}}`,
		"a transform to nowhere":    `{"type":"Topology","transform":{"scale":[1e308,1e308],"translate":[0,0]},"arcs":[[[9,9],[9,9],[1,1]]],"objects":{"a":` + polygon(`[[0]]`) + `}}`,
		"an unknown geometry":       topology(line, `{"type":"Curve","id":"a"}`),
		"no geometry":               topology(line, `{"type":null,"id":"a"}`),
		"persons":                   topology(line, `{"type":"Polygon","id":"a","arcs":[[0]],"properties":{"电话":"1"}}`),
	} {
		t.Run(name, func(t *testing.T) { judged(t, bytesOf("x.json", []byte(text)), exchange.Import{As: "estates"}) })
	}
	if _, err := bring(exchange.Import{As: "estates"}, city(), "x.json", []byte(topology(line, polygon(`[[0]]`)))); err != nil {
		t.Error(err)
	}
	// Not quantised, chosen among several, collected, and run backwards.
	p, err := bring(exchange.Import{As: "estates", Layer: "b"}, city(), "x.json",
		[]byte(`{"objects":{"a":{"type":null},"b":{"type":"GeometryCollection","geometries":[`+polygon(`[[-1]]`)+`]}},"arcs":`+line+`,"type":"Topology"}`))
	if err != nil || p.Objects != 1 || p.Sources[0].Layer != "b" {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestHostileGeoPackages(t *testing.T) {
	good := write(t, stand(t), exchange.Output{Format: exchange.GeoPackage})
	for i := range 40 { // damage all over it
		b := bytes.Clone(good)
		at := (len(b) - 200) * i / 40
		for k := range 100 {
			b[at+k] ^= byte(k*7 + i)
		}
		start := time.Now()
		_, err := bring(exchange.Import{As: "grids"}, stand(t), "x.gpkg", b)
		var e *geo.Error
		if err != nil && !errors.As(err, &e) {
			t.Errorf("damage at %d: %v is none of ours", at, err)
		}
		if d := time.Since(start); d > 20*time.Second {
			t.Errorf("damage at %d took %v", at, d)
		}
	}
	judged(t, bytesOf("x.gpkg", good[:len(good)/2]), exchange.Import{As: "estates"})
	judged(t, bytesOf("x.gpkg", []byte("SQLite format 3\x00")), exchange.Import{As: "estates"})
	judged(t, bytesOf("x.gpkg", good), exchange.Import{As: "estates", Layer: "gpkg_contents"})
}

// What a GeoPackage would run is not run.
func TestGeoPackagesRunNothing(t *testing.T) {
	good := write(t, stand(t), exchange.Output{Format: exchange.GeoPackage})
	const endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) "
	for name, c := range map[string]struct{ sql, want string }{
		"its contents are endless": {"ALTER TABLE gpkg_contents RENAME TO c; CREATE VIEW gpkg_contents AS " + endless + "SELECT i AS table_name, 'features' AS data_type, 0 AS srs_id FROM n", "views"},
		"its systems are endless":  {"ALTER TABLE gpkg_spatial_ref_sys RENAME TO c; CREATE VIEW GPKG_spatial_ref_sys AS " + endless + "SELECT i AS srs_id FROM n", "views"},
		"its layer is endless":     {"ALTER TABLE grids RENAME TO c; CREATE VIEW grids AS " + endless + "SELECT i AS code, NULL AS geom FROM n", "no layer"},
		"a value is huge":          {"UPDATE grids SET name = zeroblob(70000000) WHERE code = 'g1'", "over"},
		"a computed value is huge": {"ALTER TABLE grids ADD COLUMN big AS (zeroblob(1000000000))", ""}, // left out
		"its system is another":    {"UPDATE gpkg_spatial_ref_sys SET organization_coordsys_id = 3857, definition = 'PROJCS[\"Pseudo\",GEOGCS[\"g\"]]' WHERE srs_id = 4326", "3857"},
		"its system is not told":   {"UPDATE gpkg_geometry_columns SET srs_id = 0", "does not say"},
		"its system is missing":    {"PRAGMA foreign_keys = 0; UPDATE gpkg_geometry_columns SET srs_id = 77", "77"},
		"its geometry is missing":  {"UPDATE gpkg_geometry_columns SET column_name = 'x'", "no column"},
		"a number for a geometry":  {"UPDATE grids SET geom = 7", "cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x.gpkg")
			if err := os.WriteFile(path, good, 0o644); err != nil {
				t.Fatal(err)
			}
			db, err := sql.Open("sqlite", path)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := db.Exec(c.sql); err != nil {
				t.Fatal(err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			now := stand(t)
			_, err = bring(exchange.Import{As: "grids", Policy: coverage.Policy{WideGaps: coverage.VoidGaps}}, now, "x.gpkg", b)
			if c.want == "" {
				if err != nil {
					t.Error(err)
				}
			} else if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want a refusal that tells %q", err, c.want)
			}
		})
	}
}

// Names that a Shapefile has no room for stay apart.
func TestLongNamesStayApart(t *testing.T) {
	var b bytes.Buffer
	notes, err := exchange.Export(&b, exchange.Output{Format: exchange.Shapefile, Layer: "estates"}, func(w *exchange.Writer) error {
		return w.Estate(&geo.Estate{Code: "a", Name: geo.Text{"zh": strings.Repeat("名", 200)}, PropertyManager: "m"})
	})
	if err != nil || len(notes) != 2 {
		t.Fatalf("%v, %v", notes, err)
	}
	if !strings.Contains(notes[1], "property_m") || !strings.Contains(notes[0], "name: 1 of over 254 bytes") {
		t.Errorf("the notes are %v", notes)
	}
	table := parts(t, b.Bytes())[".dbf"]
	if !strings.Contains(table, strings.Repeat("名", 84)+" ") && !strings.Contains(table, strings.Repeat("名", 84)) || strings.Contains(table, strings.Repeat("名", 85)) {
		t.Error("the text was not cut between characters")
	}
	// GBK has no room for all characters, and none is lost.
	_, err = exchange.Export(io.Discard, exchange.Output{Format: exchange.Shapefile, Layer: "estates", Encoding: "gbk"}, func(w *exchange.Writer) error {
		return w.Estate(&geo.Estate{Code: "a", Name: geo.Text{"zh": "𠀀"}})
	})
	if geo.KindOf(err) != geo.Invalid || !strings.Contains(err.Error(), "utf-8") {
		t.Errorf("a character that GBK lacks: %v", err)
	}
}
