package exchange_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"onegrid/geo"
	"onegrid/geo/exchange"
)

// codes reads a file and lists the ids of its features.
func codes(r io.Reader, limits exchange.Limits) (ids []string, err error) {
	err = exchange.Features(r, limits, func(f *exchange.Feature) error {
		ids = append(ids, string(f.ID))
		return nil
	})
	return ids, err
}

func packed(s string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write([]byte(s))
	z.Close()
	return b.String()
}

const (
	one = `{"type":"Feature","id":1,"geometry":null,"properties":{}}`
	two = `{"type":"Feature","id":2,"geometry":null,"properties":null}`
)

func TestFeaturesReadsEveryForm(t *testing.T) {
	for name, text := range map[string]string{
		"collection":               `{"type":"FeatureCollection","features":[` + one + `,` + two + `]}`,
		"features before the type": `{"features":[` + one + `,` + two + `],"type":"FeatureCollection"}`,
		"a feature a line":         one + "\n" + two + "\n",
		"record separators":        "\x1e" + one + "\n\x1e" + two + "\n",
		"side by side":             one + two,
		"gzipped":                  packed(one + "\n" + two),
		"a byte order mark":        "\ufeff" + one + "\n" + two,
		"a mark, gzipped":          packed("\ufeff" + one + "\n" + two),
		"blanks around":            " \n" + one + " \n\t" + two + "  \n",
		"a known system":           `{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:OGC:1.3:CRS84"}},"features":[` + one + `,` + two + `]}`,
	} {
		t.Run(name, func(t *testing.T) {
			ids, err := codes(strings.NewReader(text), exchange.Limits{})
			if err != nil || fmt.Sprint(ids) != "[1 2]" {
				t.Errorf("got %v, %v", ids, err)
			}
		})
	}
}

func TestFeaturesRefuses(t *testing.T) {
	for _, c := range []struct {
		name, text string
		kind       geo.Kind
		row        int
	}{
		{"nothing", "", geo.Invalid, 0},
		{"only blanks", "  \n", geo.Invalid, 0},
		{"a list", "[1]", geo.Invalid, 0},
		{"half a feature", one + "\n" + two[:20], geo.Invalid, 2},
		{"half a collection", `{"type":"FeatureCollection","features":[` + one + `,`, geo.Invalid, 2},
		{"not JSON", one + "\nhello", geo.Invalid, 2},
		{"a geometry", `{"type":"Point","coordinates":[1,2]}`, geo.Invalid, 1},
		{"properties that are a list", `{"type":"Feature","geometry":null,"properties":[1]}`, geo.Invalid, 1},
		{"features that are an object", `{"type":"FeatureCollection","features":{}}`, geo.Invalid, 0},
		{"another system", `{"type":"FeatureCollection","crs":{"properties":{"name":"EPSG:3857"}},"features":[]}`, geo.Invalid, 0},
		{"broken gzip", "\x1f\x8b\x08hello there", geo.Invalid, 0},
		{"deep nesting", `{"type":"Feature","id":` + strings.Repeat("[", 200_000), geo.Invalid, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := codes(strings.NewReader(c.text), exchange.Limits{})
			var e *geo.Error
			if !errors.As(err, &e) {
				t.Fatalf("got %v, want a *geo.Error", err)
			}
			if e.Kind != c.kind || e.Row != c.row {
				t.Errorf("got %s in row %d (%v), want %s in row %d", e.Kind, e.Row, e, c.kind, c.row)
			}
		})
	}
}

// What went wrong with a file is told as what it is.
func TestFeaturesNamesTheFault(t *testing.T) {
	whole := packed(one + two)
	flipped := []byte(whole)
	flipped[len(flipped)-6] ^= 1 // in the checksum
	for text, want := range map[string]string{
		whole[:len(whole)-9]: "ends in the middle",
		string(flipped):      "could not be read",
		one + "hello":        "not valid JSON",
	} {
		if _, err := codes(strings.NewReader(text), exchange.Limits{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want that it %s", err, want)
		}
	}
}

// endless is a reader that never ends.
type endless struct{ start, body string }

func (e *endless) Read(p []byte) (int, error) {
	if e.start != "" {
		n := copy(p, e.start)
		e.start = e.start[n:]
		return n, nil
	}
	for i := range p {
		p[i] = e.body[i%len(e.body)]
	}
	return len(p), nil
}

func TestFeaturesIsBounded(t *testing.T) {
	limits := exchange.Limits{Bytes: 8 << 20, FeatureBytes: 1 << 20, Features: 1000}
	for name, r := range map[string]io.Reader{
		"one endless feature":   &endless{`{"type":"Feature","id":"`, "x"},
		"endless blanks":        &endless{"", " "},
		"endless features":      &endless{`{"type":"FeatureCollection","features":[{"type":"Feature"}`, `,{"type":"Feature"}`},
		"endless lines":         &endless{"", `{"type":"Feature"}` + "\n"},
		"a bomb":                strings.NewReader(packed(`{"type":"Feature","id":"` + strings.Repeat("x", 30<<20))),
		"an endless member":     &endless{`{"type":"Feature","x":[`, "1,"},
		"endless other members": &endless{`{"type":"Feature"`, `,"a":1`},
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			_, err := codes(r, limits)
			if k := geo.KindOf(err); k != geo.TooLarge && k != geo.Invalid {
				t.Errorf("got %v", err)
			}
			if d := time.Since(start); d > 5*time.Second {
				t.Errorf("it took %v", d)
			}
		})
	}
}

func FuzzFeatures(f *testing.F) {
	for _, s := range []string{one + "\n" + two, `{"type":"FeatureCollection","features":[` + one + `]}`, packed(one), "\x1e" + one} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		rows := 0
		err := exchange.Features(bytes.NewReader(b), exchange.Limits{Bytes: 1 << 20, FeatureBytes: 1 << 18, Features: 10_000}, func(f *exchange.Feature) error {
			rows++
			if f.Row != rows {
				t.Fatalf("row %d came as %d", rows, f.Row)
			}
			return nil
		})
		var e *geo.Error
		if err != nil && !errors.As(err, &e) {
			t.Fatalf("%v is not a *geo.Error", err)
		}
	})
}

// A file of blanks packs into next to nothing, and takes the decoder for ever.
func TestFeaturesRefuseEndlessBlanks(t *testing.T) {
	blanks := func(n int) string { return strings.Repeat(" \n\t\x1e", n/4) }
	one := `{"type":"Feature","properties":{},"geometry":null}`
	for _, text := range []string{
		blanks(4 << 20),
		`{"type":"FeatureCollection","features":[` + blanks(4<<20) + one + `]}`,
		one + blanks(4<<20) + one,
	} {
		err := exchange.Features(strings.NewReader(text), exchange.Limits{}, func(*exchange.Feature) error { return nil })
		if geo.KindOf(err) != geo.Invalid || !strings.Contains(err.Error(), "blanks") {
			t.Errorf("%.40q…: %v", text, err)
		}
	}
	n := 0
	err := exchange.Features(strings.NewReader(blanks(1<<19)+one+blanks(1<<19)+one), exchange.Limits{}, func(*exchange.Feature) error { n++; return nil })
	if err != nil || n != 2 {
		t.Errorf("some blanks between features: %d features, %v", n, err)
	}
}

// An import has so many vertices and no more, in one geometry or in many, and in
// whichever format.
func TestVerticesAreBounded(t *testing.T) {
	limits := exchange.DefaultLimits
	in := exchange.Import{As: "buildings", Limits: limits}
	var text string
	for i := range 20 {
		text += building(i, `"storeys":1`) + "\n" // of five vertices as they are written
	}
	for most, ok := range map[int]bool{100: true, 99: false, 4: false} {
		in.Limits.Vertices = most
		p, err := prepare(in, text)
		if (err == nil) != ok || err != nil && (geo.KindOf(err) != geo.TooLarge || !strings.Contains(err.Error(), fmt.Sprintf("at most %d vertices", most))) {
			t.Errorf("%d: %v", most, err)
		}
		if ok && p.Objects != 20 {
			t.Errorf("%d objects", p.Objects)
		}
	}
	const topology = `{"type":"Topology","arcs":[[[106,26],[106.1,26],[106.1,26.1],[106,26]]],"objects":{"b":{"type":"GeometryCollection","geometries":[
		{"type":"Polygon","arcs":[[0]],"properties":{"code":"a"}},{"type":"Polygon","arcs":[[0]],"properties":{"code":"b"}}]}}}`
	for most, ok := range map[int]bool{8: true, 7: false} {
		in.Limits.Vertices = most
		if _, err := prepare(in, topology); (err == nil) != ok || err != nil && geo.KindOf(err) != geo.TooLarge {
			t.Errorf("of a topology, %d: %v", most, err)
		}
	}
}

// Each bound holds to the byte and to the feature, and the error says which it was.
func TestFeaturesLimitsAreExact(t *testing.T) {
	text := strings.Repeat(one+"\n", 100)
	all := exchange.Limits{Bytes: int64(len(text)) + 1, FeatureBytes: 1 << 10, Features: 100}
	if ids, err := codes(strings.NewReader(text), all); err != nil || len(ids) != 100 {
		t.Errorf("within every bound: %d features, %v", len(ids), err)
	}
	for want, limits := range map[string]exchange.Limits{
		"at most 99 features":  {Bytes: all.Bytes, FeatureBytes: all.FeatureBytes, Features: 99},
		"over 3000 bytes":      {Bytes: 3000, FeatureBytes: all.FeatureBytes, Features: 100},
		"a feature has over 9": {Bytes: all.Bytes, FeatureBytes: 9, Features: 100},
	} {
		if _, err := codes(strings.NewReader(text), limits); geo.KindOf(err) != geo.TooLarge || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
