package exchange

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/twpayne/go-geom"
	"github.com/twpayne/go-geom/encoding/wkb"
	"modernc.org/sqlite"

	"onegrid/geo"
	"onegrid/geo/crs"
	"onegrid/geo/lattice"
)

// What every GeoPackage (OGC 12-128r18) has.
const packageSchema = `
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
PRAGMA application_id = 1196444487; PRAGMA user_version = 10300;
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
 organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE, description TEXT DEFAULT '',
 last_change DATETIME NOT NULL, min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL UNIQUE REFERENCES gpkg_contents(table_name), column_name TEXT NOT NULL,
 geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL REFERENCES gpkg_spatial_ref_sys(srs_id), z TINYINT NOT NULL, m TINYINT NOT NULL,
 PRIMARY KEY (table_name, column_name));
INSERT INTO gpkg_spatial_ref_sys VALUES ('Undefined Cartesian SRS', -1, 'NONE', -1, 'undefined', NULL), ('Undefined geographic SRS', 0, 'NONE', 0, 'undefined', NULL);`

// writeGeoPackage writes a GeoPackage with one table. SQLite needs a file, which
// is then copied to where it is to go.
func writeGeoPackage(out io.Writer, o Output, layer func(*Writer) error) error {
	folder, err := os.MkdirTemp("", "onegrid-export-*")
	if err != nil {
		return geo.Unwritten("the file", err)
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "layer.gpkg")
	if err := fillGeoPackage(path, o, layer); err != nil {
		var full *sqlite.Error
		if errors.As(err, &full) && full.Code()&0xff == 13 { // SQLITE_FULL
			err = geo.Unwritten("the file", syscall.ENOSPC)
		}
		return fmt.Errorf("writing the GeoPackage: %w", err)
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(out, f)
	return err
}

func fillGeoPackage(path string, o Output, layer func(*Writer) error) (err error) {
	ctx := context.Background()
	s := &survey{}
	if err := layer(&Writer{s}); err != nil {
		return err
	}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: path}).String())
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, packageSchema); err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	p := &packageSink{ctx: ctx, tx: tx, out: &o, survey: s, box: noExtent()}
	if err := p.begin(); err != nil {
		return err
	}
	if err := layer(&Writer{p}); err != nil {
		return err
	}
	if err := p.finish(); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	return db.Close()
}

// packageSink fills a GeoPackage's table.
type packageSink struct {
	ctx    context.Context
	tx     *sql.Tx
	out    *Output
	survey *survey
	insert *sql.Stmt
	box    extent
	drawn  bool
}

// packageTypes are the types of SQL for what columns hold.
var packageTypes = [...]string{wholeCell: "INTEGER", realCell: "DOUBLE", textCell: "TEXT", listCell: "TEXT"}

// The names of columns of our own. No property of ours has them.
const (
	packageKey      = "fid"
	packageGeom     = "geom"
	packageOffCount = 2
)

// begin makes the table.
func (p *packageSink) begin() error {
	p.drawn = p.survey.counts[drawsPoint]+p.survey.counts[drawsLine]+p.survey.counts[drawsPolygon] > 0
	columns := []string{packageKey + " INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL"}
	if p.drawn {
		columns = append(columns, packageGeom+" "+p.geometryType())
	}
	for _, c := range p.survey.columns {
		columns = append(columns, identifier(c.name)+" "+packageTypes[c.kind])
	}
	if _, err := p.tx.ExecContext(p.ctx, "CREATE TABLE "+identifier(p.out.Layer)+" ("+strings.Join(columns, ", ")+")"); err != nil {
		return err
	}
	marks := strings.TrimSuffix(strings.Repeat("?, ", len(columns)), ", ")
	var err error
	p.insert, err = p.tx.PrepareContext(p.ctx, "INSERT INTO "+identifier(p.out.Layer)+" VALUES ("+marks+")") // #nosec G202 -- the name is quoted
	return err
}

func (p *packageSink) geometryType() string {
	kinds := 0
	name := ""
	for kind, n := range p.survey.counts[:drawsNothing] {
		if n > 0 {
			kinds++
			name = [...]string{drawsPoint: "POINT", drawsLine: "MULTILINESTRING", drawsPolygon: "MULTIPOLYGON"}[kind]
		}
	}
	if kinds > 1 {
		return "GEOMETRY"
	}
	return name
}

// add puts a row.
func (p *packageSink) add(r *record) error {
	row := make([]any, 0, len(p.survey.columns)+packageOffCount)
	if r.id != 0 {
		row = append(row, r.id)
	} else {
		row = append(row, nil)
	}
	if p.drawn {
		b, err := p.geometry(&r.shape)
		if err != nil {
			return err
		}
		row = append(row, b)
	}
	for _, c := range p.survey.columns {
		v, err := p.value(r, c.name)
		if err != nil {
			return err
		}
		row = append(row, v)
	}
	_, err := p.insert.ExecContext(p.ctx, row...)
	return err
}

func (p *packageSink) value(r *record, name string) (any, error) {
	for _, property := range r.properties {
		if property.name != name || property.empty() {
			continue
		}
		kind, whole, real, text, err := cell(property.value)
		switch kind {
		case wholeCell:
			return whole, err
		case realCell:
			return real, err
		}
		return text, err
	}
	return nil, nil
}

// geometry writes the header with its box and Well-Known Binary; nil for nothing.
func (p *packageSink) geometry(g *geo.Geometry) ([]byte, error) {
	box := noExtent()
	var flat []float64
	chain := func(points []lattice.Point, closed bool) error {
		for i := range len(points) + 1 {
			if i == len(points) && !closed {
				break
			}
			c, err := p.out.place(points[i%len(points)])
			if err != nil {
				return err
			}
			box.add(c)
			flat = append(flat, c[:]...)
		}
		return nil
	}
	var shape geom.T
	switch draws(g) {
	case drawsNothing:
		return nil, nil
	case drawsPoint:
		if err := chain([]lattice.Point{*g.Point}, false); err != nil {
			return nil, err
		}
		shape = geom.NewPointFlat(geom.XY, flat)
	case drawsLine:
		var ends []int
		for _, line := range g.Lines {
			if err := chain(line, false); err != nil {
				return nil, err
			}
			ends = append(ends, len(flat))
		}
		shape = geom.NewMultiLineStringFlat(geom.XY, flat, ends)
	case drawsPolygon:
		var endss [][]int
		for _, polygon := range g.Polygons {
			var ends []int
			for _, ring := range polygon {
				if err := chain(ring, true); err != nil {
					return nil, err
				}
				ends = append(ends, len(flat))
			}
			endss = append(endss, ends)
		}
		shape = geom.NewMultiPolygonFlat(geom.XY, flat, endss)
	}
	p.box.add(box.min)
	p.box.add(box.max)
	var b bytes.Buffer
	b.Write([]byte{'G', 'P', 0, 1 | 1<<1}) // little end first, with a box
	b.Write(binary.LittleEndian.AppendUint32(nil, uint32(p.srs())))
	b.Write(appendFloats(nil, box.min[0], box.max[0], box.min[1], box.max[1]))
	err := wkb.Write(&b, wkb.NDR, shape)
	return b.Bytes(), err
}

// srs is the system's number in the EPSG register.
func (p *packageSink) srs() int {
	switch p.out.CRS {
	case crs.WGS84:
		return 4326
	case crs.CGCS2000:
		return 4490
	}
	return int(p.out.CRS)
}

func (p *packageSink) close() error { return nil }

// finish tells the file what it holds.
func (p *packageSink) finish() error {
	wkt, _ := wktOf(p.out.CRS)
	now := time.Now().UTC().Format("2006-01-02T15:04:05.000Z")
	kind := "attributes"
	var box [4]any
	if p.drawn {
		kind = "features"
		box = [4]any{p.box.min[0], p.box.min[1], p.box.max[0], p.box.max[1]}
	}
	// WGS84 is in every GeoPackage, beside what this one is in.
	systems := map[int]string{p.srs(): wkt}
	systems[4326], _ = wktOf(crs.WGS84)
	for id, text := range systems {
		name, _, _ := strings.Cut(strings.SplitN(text, `"`, 3)[1], `"`)
		if _, err := p.tx.ExecContext(p.ctx, "INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, 'EPSG', ?, ?, NULL)", name, id, id, text); err != nil {
			return err
		}
	}
	if _, err := p.tx.ExecContext(p.ctx, "INSERT INTO gpkg_contents VALUES (?, ?, ?, '', ?, ?, ?, ?, ?, ?)",
		p.out.Layer, kind, p.out.Layer, now, box[0], box[1], box[2], box[3], p.srs()); err != nil {
		return err
	}
	if !p.drawn {
		return nil
	}
	_, err := p.tx.ExecContext(p.ctx, "INSERT INTO gpkg_geometry_columns VALUES (?, ?, ?, ?, 0, 0)", p.out.Layer, packageGeom, p.geometryType(), p.srs())
	return err
}
