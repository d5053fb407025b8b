package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

func townAsker() *asker {
	s := town().Scheme
	return newAsker(&s)
}

// meaning is what a request comes down to.
type meaning struct {
	point    lattice.Point
	level    int
	include  include
	outside  string
	maxM     float64
	networks string
}

func tell(q *question) meaning {
	networks := "all"
	if q.Networks != nil {
		networks = strings.Join(q.Networks, ",")
	}
	return meaning{q.Point, q.Level, q.include, q.OnOutside, q.MaxM, networks}
}

// The hand-written reader of queries takes what url.ParseQuery takes, and gives
// the same.
func FuzzQuery(f *testing.F) {
	for _, s := range []string{
		"lon=106.621&lat=26.601&crs=wgs84", "crs=gcj02&lon=1e2&lat=-.5&level=street&include=chain,explain",
		"lon=%31&lat=+2&crs=wgs84&networks=schools,towers&on_outside=nearest&max_m=5", "&&=&crs", "lon=1;lat=2", "crs=%", "%6con=1",
	} {
		f.Add(s)
	}
	k := townAsker()
	f.Fuzz(func(t *testing.T, raw string) {
		var q question
		q.reset()
		err := k.parseQuery(raw, &q)
		values, perr := url.ParseQuery(raw)
		if err != nil {
			var e *geo.Error
			if !errors.As(err, &e) || e.Message == "" {
				t.Errorf("%q: %v is no error of ours", raw, err)
			}
			return
		}
		if perr != nil {
			if strings.Contains(raw, ";") {
				return // net/url refuses semicolons, which are ordinary here
			}
			t.Fatalf("%q is taken, net/url says %v", raw, perr)
		}
		for name, all := range values {
			if len(all) != 1 {
				t.Errorf("%q: %s is taken %d times", raw, name, len(all))
			}
		}
		// The same request as JSON comes down to the same.
		body := map[string]any{"crs": values.Get("crs"), "point": map[string]any{
			"lon": json.RawMessage(jsonNumber(values.Get("lon"))), "lat": json.RawMessage(jsonNumber(values.Get("lat")))}}
		for _, name := range []string{"level", "on_outside"} {
			if values.Has(name) {
				body[name] = values.Get(name)
			}
		}
		if values.Has("max_m") {
			body["max_m"] = json.RawMessage(jsonNumber(values.Get("max_m")))
		}
		for _, name := range []string{"networks", "include"} {
			if values.Has(name) {
				list := slices.DeleteFunc(strings.Split(values.Get(name), ","), func(s string) bool { return s == "" })
				body[name] = append([]string{}, list...)
			}
		}
		text, merr := json.Marshal(body)
		if merr != nil {
			return // a number that JSON writes otherwise: ".5"
		}
		var p question
		p.reset()
		if _, err := k.parseBody(text, &p, false); err != nil {
			t.Fatalf("%q is taken, %s is not: %v", raw, text, err)
		}
		if tell(&p) != tell(&q) {
			t.Errorf("%q: %+v, as JSON %+v", raw, tell(&q), tell(&p))
		}
	})
}

// jsonNumber writes a decimal as JSON wants it, where that is easy.
func jsonNumber(s string) string { return strings.TrimPrefix(s, "+") }

// slowRequest is how encoding/json reads a request.
type slowRequest struct {
	ID    json.RawMessage `json:"id"`
	Point *struct {
		Lon json.Number `json:"lon"`
		Lat json.Number `json:"lat"`
	} `json:"point"`
	CRS       *string  `json:"crs"`
	Level     *string  `json:"level"`
	Networks  []string `json:"networks"`
	Include   []string `json:"include"`
	OnOutside *string  `json:"on_outside"`
	MaxM      any      `json:"max_m"`
}

// The pull parser takes only JSON, and reads it as encoding/json does.
func FuzzLocateJSON(f *testing.F) {
	for _, s := range []string{
		`{"point":{"lon":106.621,"lat":26.601},"crs":"wgs84"}`,
		`{"id":"a\u0041","point":{"lat":-2.5e1,"lon":0},"crs":"gcj02","networks":[],"include":["chain","explain"],"level":"street"}`,
		`{"on_outside":"nearest","max_m":10,"crs":"wgs84","point":{"lon":1,"lat":1}}`,
		`{"crs":"\ud83d\ude00"}`, `{"point":{"lon":01,"lat":1.}}`, `{"point":{"lon":-,"lat":1e}}`, "{\"crs\":\"\x80\"}", `{"id":1e5}`, `{}`, `[`, "{\"a\"",
	} {
		f.Add([]byte(s))
	}
	k := townAsker()
	f.Fuzz(func(t *testing.T, body []byte) {
		var q question
		q.reset()
		id, err := k.parseBody(body, &q, true)
		if id != nil && !json.Valid(id) {
			t.Errorf("%q: the id %q is not JSON", body, id)
		}
		if err != nil {
			var e *geo.Error
			if !errors.As(err, &e) || e.Message == "" {
				t.Errorf("%q: %v is no error of ours", body, err)
			}
			return
		}
		d := json.NewDecoder(bytes.NewReader(body))
		d.DisallowUnknownFields()
		d.UseNumber()
		var slow slowRequest
		if err := d.Decode(&slow); err != nil {
			t.Fatalf("%q is taken, encoding/json says %v", body, err)
		}
		if _, err := d.Token(); err != io.EOF {
			t.Fatalf("%q is taken with something after it", body)
		}
		if !bytes.Equal(slow.ID, id) {
			t.Errorf("%q: id %q, encoding/json %q", body, id, slow.ID)
		}
		if q.crs.String() == "wgs84" {
			p, err := lattice.ParsePoint(slow.Point.Lon.String(), slow.Point.Lat.String())
			if err != nil || p != q.Point {
				t.Errorf("%q: %v, encoding/json %v %v", body, q.Point, p, err)
			}
		}
		if (slow.Networks == nil) != (q.Networks == nil) || strings.Join(slow.Networks, "\n") != strings.Join(q.Networks, "\n") {
			t.Errorf("%q: networks %q, encoding/json %q", body, q.Networks, slow.Networks)
		}
		if slow.Level != nil && k.levels[q.Level].ID != *slow.Level || slow.OnOutside != nil && q.OnOutside != *slow.OnOutside {
			t.Errorf("%q: level %d, on_outside %q", body, q.Level, q.OnOutside)
		}
	})
}

// fastRows reads CSV as the batch does, in pieces of any size.
func fastRows(t *testing.T, in []byte, from io.Reader) (rows [][]string, bad []bool) {
	c := &cutter{from: from, cut: (&csvRows{}).cut}
	defer c.close()
	total := 0
	for {
		piece, err := c.next(nil)
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		total += len(piece)
		for len(piece) > 0 {
			if piece[0] == '\n' || piece[0] == '\r' && (len(piece) == 1 || piece[1] == '\n') {
				piece = piece[1:]
				continue
			}
			fields, line := splitRow(piece, nil)
			var row []string
			for _, f := range fields {
				row = append(row, string(unquote(f)))
			}
			rows, bad = append(rows, row), append(bad, line.bad)
			piece = piece[line.length:]
		}
	}
	if total != len(in) {
		t.Errorf("%q: %d of %d bytes came out of the cutter", in, total, len(in))
	}
	return rows, bad
}

// The batch reads CSV as encoding/csv does, wherever the input is cut, bad rows
// included.
func FuzzCSV(f *testing.F) {
	for _, s := range []string{
		"a,b\n1,2\n", "a,\"b\"\"c\"\r\n\"x\ny\",2", "a\"b,c\n1,2\n", "\"a\"b,c\n1,2\n", "\"open\n1,2\n", "\n\r\n\na\n", "\"\"", ",,\n,", "a\r", "\"a\"\r", "\"a\r\nb\"\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		rows, bad := fastRows(t, in, bytes.NewReader(in))
		again, badAgain := fastRows(t, in, iotest.OneByteReader(bytes.NewReader(in)))
		if !slices.Equal(bad, badAgain) || !slices.EqualFunc(rows, again, slices.Equal) {
			t.Fatalf("%q: whole %q %v, byte by byte %q %v", in, rows, bad, again, badAgain)
		}
		r := csv.NewReader(bytes.NewReader(in))
		r.FieldsPerRecord = -1
		for i := 0; ; i++ {
			want, err := r.Read()
			if err == io.EOF {
				if i != len(rows) {
					t.Fatalf("%q: %d rows, encoding/csv has %d", in, len(rows), i)
				}
				return
			}
			var perr *csv.ParseError
			open := errors.As(err, &perr) && perr.Err == csv.ErrQuote && r.InputOffset() == int64(len(in))
			switch {
			case i >= len(rows):
				t.Fatalf("%q: %d rows, encoding/csv has more: %q %v", in, len(rows), want, err)
			case open && bad[i]:
				return // a quote to the end: there a line is lost, not the rest
			case (err != nil) != bad[i]:
				t.Fatalf("%q: row %d bad %v, encoding/csv says %v", in, i, bad[i], err)
			case err == nil && !sameFields(rows[i], want):
				t.Fatalf("%q: row %d %q, encoding/csv %q", in, i, rows[i], want)
			}
		}
	})
}

// sameFields compares fields; encoding/csv turns \r\n inside quotes into \n.
func sameFields(a, b []string) bool {
	return slices.EqualFunc(a, b, func(x, y string) bool { return strings.ReplaceAll(x, "\r\n", "\n") == y })
}

// Every line of a batch of NDJSON has its answer, wherever the input is cut.
func FuzzNDJSON(f *testing.F) {
	for _, s := range []string{"{}\n{}", "\n\n{\"id\":1}\n", "x\r\ny", " \n\t\n", ""} {
		f.Add([]byte(s))
	}
	h := openTown(f)
	t0 := h.answerer()
	f.Fuzz(func(t *testing.T, in []byte) {
		r := &rows{format: &ndjsonRows{}, view: t0.view, shelf: t0.shelf}
		r.defaults.reset()
		want := 0
		for _, line := range bytes.Split(in, newline) {
			if len(bytes.TrimSpace(line)) > 0 {
				want++
			}
		}
		for _, from := range []io.Reader{bytes.NewReader(in), iotest.HalfReader(bytes.NewReader(in))} {
			c := &cutter{from: from, cut: r.format.cut}
			a := r.answerer()
			got := 0
			for {
				piece, err := c.next(nil)
				if err == io.EOF {
					break
				}
				ch := &chunk{in: piece}
				r.answerAll(a, ch)
				got += ch.rows
				for _, line := range bytes.Split(bytes.TrimSuffix(ch.out, newline), newline) {
					if len(ch.out) > 0 && !json.Valid(line) {
						t.Fatalf("%q: the answer %q is not JSON", in, line)
					}
				}
			}
			c.close()
			if got != want {
				t.Fatalf("%q: %d answers, want %d", in, got, want)
			}
		}
	})
}
