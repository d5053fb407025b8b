package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"onegrid/cmd/internal/server"
	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/citygen"
	"onegrid/geo/lattice"
	"onegrid/geo/sqlite"
)

// The town: a small city whose every answer can be worked out by hand.
//
//	lat .608 +----+----+----+----+
//	         | 12   13 | 14   15 |     grids of 0.002 degrees, 4 by 4, numbered
//	    .606 +         +         +     from the south-west; communities A (west)
//	         | 08   09 | 10   11 |     and B (east); Changan Road runs along
//	    .604 +         +         +     the line between columns 0 and 1; a school
//	         | 04   05 | 06   07 |     of the exclusive network lies over the
//	    .602 +         +         +     corner of 00, 01, 04, 05; a tower with two
//	         | 00   01 | 02   03 |     stacked grids stands in 10
//	    .600 +----+----+----+----+
//	      lon .620 .622 .624 .626 .628
const (
	townLon  = 1066200000
	townLat  = 266000000
	townCell = 20000 // lattice units
)

func townPoint(x, y float64) lattice.Point {
	return lattice.Point{X: townLon + int32(x*townCell), Y: townLat + int32(y*townCell)}
}

func townSquare(x, y, w, h float64) lattice.MultiPolygon {
	return lattice.MultiPolygon{{{townPoint(x, y), townPoint(x+w, y), townPoint(x+w, y+h), townPoint(x, y+h)}}}
}

func gridCode(i int) string { return fmt.Sprintf("520115001001%03d", i) }

func town() *citygen.City {
	c := &citygen.City{Scheme: geo.Scheme{
		Name:   geo.Text{"en": "Town", "zh": "镇"},
		Region: geo.SchemeRegion{GCJ02: true},
		Networks: []geo.Network{
			{ID: "basic", Kind: geo.Basic, Levels: []geo.Level{{ID: "street"}, {ID: "community", Name: geo.Text{"zh": "社区"}}, {ID: "grid"}, {ID: "household-group", Kind: geo.UnitLevel}}},
			{ID: "schools", Kind: geo.Exclusive, Levels: []geo.Level{{ID: "grid"}}},
			{ID: "towers", Kind: geo.Stacked, Levels: []geo.Level{{ID: "grid"}}},
		},
	}}
	add := func(g geo.Grid, shape lattice.MultiPolygon) {
		c.Grids, c.Shapes = append(c.Grids, g), append(c.Shapes, shape)
	}
	add(geo.Grid{Code: "520115001", Network: "basic", Level: "street", Name: geo.Text{"zh": "滨湖街道", "en": "Lakeside Street"}}, nil)
	for _, code := range []string{"520115001001", "520115001002"} {
		add(geo.Grid{Code: code, Network: "basic", Level: "community", Parent: "520115001", Name: geo.Plain("C" + code[9:])}, nil)
	}
	for i := range 16 {
		x, y := i%4, i/4
		g := geo.Grid{Code: gridCode(i), Network: "basic", Level: "grid", Parent: "520115001001",
			Name: geo.Text{"zh": fmt.Sprintf("第%02d网格", i), "en": fmt.Sprintf("grid %02d", i)}}
		if x >= 2 {
			g.Parent = "520115001002"
		}
		add(g, townSquare(float64(x), float64(y), 1, 1))
	}
	add(geo.Grid{Code: "S1", Network: "schools", Level: "grid", Name: geo.Plain(`School "One", north`)}, townSquare(0.5, 0.5, 1, 1))
	add(geo.Grid{Code: "T1", Network: "towers", Level: "grid", Building: "J-TOWER", Floors: &[2]int{1, 20}}, nil)
	add(geo.Grid{Code: "T2", Network: "towers", Level: "grid", Building: "J-TOWER", Floors: &[2]int{21, 40}}, nil)
	c.Buildings = []geo.Building{
		{Code: "J-TOWER", Name: geo.Plain("Tower"), Address: "长安路18号", Shape: townSquare(2.4, 2.4, 0.2, 0.2), Interior: townPoint(2.5, 2.5), Storeys: 40},
		{Code: "J-1", Address: "长安路1号", Shape: townSquare(0.1, 0.1, 0.1, 0.1), Interior: townPoint(0.15, 0.15), Units: []geo.Unit{{Code: "J-1-01", Households: 12}}},
	}
	c.Base = []geo.BaseFeature{{Code: "R1", Kind: "street", Class: "primary", Name: geo.Text{"zh": "长安路", "en": "Changan Road"},
		Shape: geo.Geometry{Lines: [][]lattice.Point{{townPoint(1.02, -0.5), townPoint(1.02, 4.5)}}}}}
	past := [2]time.Time{time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2002, 1, 1, 0, 0, 0, 0, time.UTC)}
	c.Posts = []geo.Post{
		{Code: "P1", Role: "leader", Ref: "r-1", Areas: []string{gridCode(0)}},
		{Code: "P2", Role: "member", Ref: "r-2", Areas: []string{gridCode(0)}, From: &past[0], To: &past[1]},
	}
	return c
}

// townStore makes a store that holds the town.
func townStore(t testing.TB) string {
	t.Helper()
	return storeOf(t, town())
}

// storeOf makes a store that holds a city.
func storeOf(t testing.TB, city *citygen.City) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "town.db")
	ctx := context.Background()
	s, err := sqlite.Create(ctx, path, city.Scheme)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := storeCity(ctx, s, city, newProgress(&server.Terminal{In: nil, Out: io.Discard, Err: io.Discard})); err != nil {
		t.Fatal(err)
	}
	return path
}

// townHouse is a city, served.
type townHouse struct {
	*service
	url   string
	store *sqlite.Store
}

// openTown serves the town from a real store, in this process.
func openTown(t testing.TB) *townHouse {
	t.Helper()
	return openHouse(t, townStore(t))
}

// openHouse serves a store.
func openHouse(t testing.TB, path string) *townHouse {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	store, err := sqlite.Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	live, hub, follower, err := followStore(ctx, store)
	if err != nil {
		t.Fatal(err)
	}
	s := newService(parts{live: live, store: store, follower: follower, hub: hub, spoolDir: t.TempDir()})
	server := httptest.NewServer(s.handler())
	t.Cleanup(func() {
		hub.Close()
		server.Close()
		stop()
		<-follower.Done()
		store.Close()
	})
	return &townHouse{s, server.URL, store}
}

// answerer answers whoever may see everything.
func (h *townHouse) answerer() *answerer { return h.service.answerer(access.Local()) }

// get asks for a path and returns the status and the body, as JSON.
func (h *townHouse) get(t testing.TB, path string) (int, map[string]any) {
	t.Helper()
	return h.do(t, "GET", path, "", "")
}

// post sends JSON.
func (h *townHouse) post(t testing.TB, path, body string, header ...string) (int, map[string]any) {
	t.Helper()
	return h.do(t, "POST", path, "application/json", body, header...)
}

func (h *townHouse) do(t testing.TB, method, path, kind, body string, header ...string) (int, map[string]any) {
	t.Helper()
	status, raw := send(t, method, h.url+path, kind, strings.NewReader(body), header...)
	var out map[string]any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if len(raw) > 0 && d.Decode(&out) != nil {
		t.Fatalf("%s %s: not JSON: %s", method, path, raw)
	}
	return status, out
}

// send sends a body of a kind, and returns the status and the body of the answer.
func send(t testing.TB, method, url, kind string, body io.Reader, header ...string) (int, []byte) {
	t.Helper()
	r, err := http.NewRequest(method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, raw
}

// at digs into JSON: at(body, "owner", "code").
func at(v any, path ...any) any {
	for _, step := range path {
		switch key := step.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[key]
		case int:
			l, _ := v.([]any)
			if key >= len(l) {
				return nil
			}
			v = l[key]
		}
	}
	return v
}

// catchUp waits until the world holds all that the store does.
func (h *townHouse) catchUp(t testing.TB) {
	t.Helper()
	changes, err := h.store.Changes(context.Background(), 0, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	h.await(context.Background(), changes[len(changes)-1].Seq)
}

// incidentAt is the body of a report of a place of the town, in cells.
func incidentAt(x, y float64, more string) string {
	p := townPoint(x, y)
	return fmt.Sprintf(`{"point":{"lon":%s,"lat":%s},"crs":"wgs84","category":"noise"%s}`,
		lattice.Append(nil, p.X), lattice.Append(nil, p.Y), more)
}
