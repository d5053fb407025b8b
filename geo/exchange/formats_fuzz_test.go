package exchange_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"onegrid/geo"
	"onegrid/geo/exchange"
)

// ours asks that an error is one that a person can be told.
func ours(t *testing.T, err error) {
	t.Helper()
	var e *geo.Error
	if err != nil && !errors.As(err, &e) {
		t.Fatalf("%v is not a *geo.Error", err)
	}
}

const fuzzBytes = 1 << 16

// FuzzShapefile asks that no parts of a Shapefile panic, hang or fill memory.
func FuzzShapefile(f *testing.F) {
	table := dbf(0, 5, "a")
	f.Add([]byte(shp(5, ring(0, 0, 0, 1, 1, 1), ring(.2, .5, .3, .5, .3, .6))), []byte(table), wgs84, "UTF-8")
	f.Add([]byte(shp(3, []float64{0, 0, 1, 1})), []byte(dbf(0x4d, 4, "\xcd\xf8\xb8\xf1")), wgs84, "")
	f.Add([]byte(shpOf(1, make([]byte, 20))), []byte(table), "", "GBK")
	f.Add([]byte(shpOf(15, make([]byte, 60))), []byte(table), wgs84, "936")
	for _, o := range []exchange.Output{{Format: exchange.Shapefile}, {Format: exchange.Shapefile, Encoding: "gbk"}} {
		p := parts(f, write(f, standFor(f), o))
		f.Add([]byte(p[".shp"]), []byte(p[".dbf"]), p[".prj"], p[".cpg"])
	}
	f.Fuzz(func(t *testing.T, shp, dbf []byte, prj, cpg string) {
		if len(shp)+len(dbf) > fuzzBytes || len(prj) > 1<<12 {
			return
		}
		for _, as := range []string{"estates", "base", "sites"} {
			_, err := exchange.Prepare(context.Background(), city(), exchange.Import{As: as},
				together(map[string]string{".shp": string(shp), ".dbf": string(dbf), ".prj": prj, ".cpg": cpg}), nil)
			ours(t, err)
		}
	})
}

// FuzzArchive asks the same of archives.
func FuzzArchive(f *testing.F) {
	f.Add(entries(f, [2]string{"a.shp", shp(5, ring(0, 0, 0, 1, 1, 1))}, [2]string{"a.dbf", dbf(0, 5, "a")}, [2]string{"a.prj", wgs84}))
	f.Add(write(f, standFor(f), exchange.Output{Format: exchange.Shapefile}))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > fuzzBytes || !bytes.HasPrefix(b, []byte("PK\x03\x04")) {
			return
		}
		_, err := bring(exchange.Import{As: "estates"}, city(), "x.zip", b)
		ours(t, err)
	})
}

// FuzzTopology asks the same of topologies.
func FuzzTopology(f *testing.F) {
	f.Add(string(write(f, standFor(f), exchange.Output{Format: exchange.TopoJSON})))
	f.Add(`{"type":"Topology","arcs":[[[0,0],[0,1],[1,1],[0,0]]],"objects":{"a":{"type":"GeometryCollection","geometries":[{"type":"MultiPolygon","arcs":[[[0]],[[-1]]],"id":1}]}}}`)
	f.Add(`{"type":"Topology","transform":{"scale":[1e-3,1],"translate":[0,0]},"arcs":[[[0,0],[0,1]]],"objects":{"a":{"type":"MultiLineString","arcs":[[0],[-1,0]],"properties":{"kind":"street"},"id":1}}}`)
	f.Add(`{"type":"Topology","arcs":[],"objects":{"a":{"type":"MultiPoint","coordinates":[[1,2,3]],"properties":{"kind":"x"},"id":"y"}}}`)
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > fuzzBytes || !strings.Contains(text, "Topology") {
			return
		}
		for _, as := range []string{"estates", "base"} {
			_, err := bring(exchange.Import{As: as}, city(), "x.json", []byte(text))
			ours(t, err)
		}
	})
}

// FuzzGeoPackage asks the same of GeoPackages: what SQLite lets through is
// another's work, and must not break ours.
func FuzzGeoPackage(f *testing.F) {
	f.Add(write(f, standFor(f), exchange.Output{Format: exchange.GeoPackage}), 5000, byte(1))
	f.Fuzz(func(t *testing.T, b []byte, at int, to byte) {
		if len(b) > 1<<18 || !bytes.HasPrefix(b, []byte("SQLite format 3\x00")) {
			return
		}
		b = bytes.Clone(b)
		if at >= 0 && at < len(b) {
			b[at] = to
		}
		_, err := bring(exchange.Import{As: "estates"}, city(), "x.gpkg", b)
		ours(t, err)
	})
}
