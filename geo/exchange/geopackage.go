package exchange

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"modernc.org/sqlite"

	"onegrid/geo"
	"onegrid/geo/crs"
)

// A GeoPackage is an SQLite file that somebody else made. It is opened so that
// nothing in it runs (its schema is not trusted, only plain tables are read),
// nothing in it grows (SQLite's own limits are set low), and nothing in it
// changes: not even a file appears beside it. Its pages are checked before they
// are followed.

// Numbers of SQLite's limits, and what they are set to.
var packageLimits = []struct{ id, value int }{
	{0, 64 << 20}, // bytes of a value or a row: as much as a feature may have
	{1, 1 << 20},  // bytes of a statement
	{2, 2000},     // columns
	{3, 100},      // depth of an expression
	{7, 0},        // attached files
}

const maxPackageLayers = 10_000

// packageLayer is a table that a GeoPackage offers.
type packageLayer struct {
	name     string
	geometry string // the column, "" for none
	srs      int64
	columns  []string // the others
}

// readGeoPackage reads a table of the file at a path.
func readGeoPackage(path string, in *feed) error {
	ctx, cancel := context.WithCancel(in.ctx)
	defer cancel()
	p, err := openPackage(ctx, path)
	if err != nil {
		return packageError(err)
	}
	defer p.close()
	layer, err := p.layer(in)
	if err != nil {
		return packageError(err)
	}
	source := Source{Name: in.name, Format: GeoPackage, Layer: layer.name, CRSFrom: "its gpkg_spatial_ref_sys"}
	own, err := p.system(layer)
	if err != nil {
		if own, err = in.overridden(packageError(err)); err != nil {
			return err
		}
	}
	if err := in.begin(source, own); err != nil {
		return err
	}
	return packageError(p.read(layer, in))
}

// packageError makes an error of SQLite one of ours.
func packageError(err error) error {
	var ours *geo.Error
	var theirs *sqlite.Error
	switch {
	case err == nil || errors.As(err, &ours):
		return err
	case errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
		return &geo.Error{Kind: geo.Unavailable, Message: "the import was stopped", Err: err}
	case errors.As(err, &theirs) && theirs.Code()&0xff == 18: // SQLITE_TOOBIG
		return &geo.Error{Kind: geo.TooLarge, Message: fmt.Sprintf("a feature has over %d bytes", packageLimits[0].value), Err: err}
	}
	return &geo.Error{Kind: geo.Invalid, Message: "the file is no sound GeoPackage", Err: err}
}

// openedPackage is one connection to a GeoPackage.
type openedPackage struct {
	ctx  context.Context
	db   *sql.DB
	conn *sql.Conn
}

func (p *openedPackage) close() {
	p.conn.Close()
	p.db.Close()
}

func openPackage(ctx context.Context, path string) (*openedPackage, error) {
	for _, end := range []string{"-wal", "-journal"} {
		if info, err := os.Stat(path + end); err == nil && info.Size() > 0 {
			return nil, geo.Errorf(geo.Conflict, "%s is being written to, or a program that did so broke off: close it there first", filepath.Base(path))
		}
	}
	full, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	name := url.URL{Scheme: "file", Path: full, RawQuery: url.Values{
		"mode": {"ro"}, "immutable": {"1"},
		"_pragma": {"trusted_schema(0)", "cell_size_check(1)", "query_only(1)", "mmap_size(0)", "temp_store(MEMORY)", "cache_size(-8000)"},
	}.Encode()}
	db, err := sql.Open("sqlite", name.String())
	if err != nil {
		return nil, err
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		db.Close()
		return nil, err
	}
	p := &openedPackage{ctx: ctx, db: db, conn: conn}
	if err := p.guard(); err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

// guard sets the limits and looks through the pages.
func (p *openedPackage) guard() error {
	for _, l := range packageLimits {
		if _, err := sqlite.Limit(p.conn, l.id, l.value); err != nil {
			return err
		}
	}
	var verdict string
	if err := p.conn.QueryRowContext(p.ctx, "PRAGMA quick_check(1)").Scan(&verdict); err != nil {
		return err
	}
	if verdict != "ok" {
		return geo.Errorf(geo.Invalid, "the GeoPackage is damaged: %s", short([]byte(verdict)))
	}
	var views int
	if err := p.conn.QueryRowContext(p.ctx, `SELECT count(*) FROM sqlite_master WHERE type <> 'table' AND
		lower(name) IN ('gpkg_contents', 'gpkg_geometry_columns', 'gpkg_spatial_ref_sys')`).Scan(&views); err != nil {
		return err
	}
	if views > 0 {
		return geo.Errorf(geo.Invalid, "the GeoPackage's own tables are views")
	}
	return nil
}

// layer finds the table to read. Views are not read: what they run is the
// file's own affair.
func (p *openedPackage) layer(in *feed) (*packageLayer, error) {
	rows, err := p.conn.QueryContext(p.ctx, `SELECT c.table_name, coalesce(g.column_name, ''), coalesce(g.srs_id, c.srs_id, 0)
		FROM gpkg_contents c JOIN sqlite_master m ON m.name = c.table_name AND m.type = 'table' AND m.sql LIKE 'CREATE TABLE%'
		LEFT JOIN gpkg_geometry_columns g ON g.table_name = c.table_name
		WHERE c.data_type IN ('features', 'attributes') ORDER BY c.table_name LIMIT ?`, maxPackageLayers)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := map[string]*packageLayer{}
	var names, drawn []string
	for rows.Next() {
		l := &packageLayer{}
		if err := rows.Scan(&l.name, &l.geometry, &l.srs); err != nil {
			return nil, err
		}
		all[l.name] = l
		names = append(names, l.name)
		if l.geometry != "" {
			drawn = append(drawn, l.name)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if in.layer == "" && len(drawn) == 1 && in.as != string(geo.Posts) {
		names = drawn // tables without geometry are offered, not meant
	}
	name, err := in.pick(names)
	if err != nil {
		return nil, err
	}
	return all[name], p.describe(all[name])
}

// describe finds a table's columns. Those that are computed are left out.
func (p *openedPackage) describe(l *packageLayer) error {
	rows, err := p.conn.QueryContext(p.ctx, "SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0", l.name)
	if err != nil {
		return err
	}
	defer rows.Close()
	found := l.geometry == ""
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return err
		}
		if strings.EqualFold(name, l.geometry) {
			found = true
			continue
		}
		l.columns = append(l.columns, name)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if !found {
		return geo.Errorf(geo.Invalid, "table %q has no column %q for its geometry", short([]byte(l.name)), short([]byte(l.geometry))).On("layer", short([]byte(l.name)))
	}
	return nil
}

// system reads which system a layer is in: by its code where EPSG gave it, else
// by its description.
func (p *openedPackage) system(l *packageLayer) (*crs.System, error) {
	if l.geometry == "" {
		degrees := crs.WGS84 // there is nothing to place
		return &degrees, nil
	}
	var name, body, text string
	var code int64
	err := p.conn.QueryRowContext(p.ctx, `SELECT srs_name, organization, organization_coordsys_id, definition
		FROM gpkg_spatial_ref_sys WHERE srs_id = ?`, l.srs).Scan(&name, &body, &code, &text)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, geo.Errorf(geo.Invalid, "layer %q is in system %d, which the file does not describe", l.name, l.srs).On("crs", strconv.FormatInt(l.srs, 10))
	}
	if err != nil {
		return nil, err
	}
	if strings.EqualFold(body, "epsg") {
		known := map[int64]crs.System{4326: crs.WGS84, 4490: crs.CGCS2000}
		if s, ok := known[code]; ok {
			return &s, nil
		}
		if code >= int64(crs.FirstWideZone) && code <= int64(crs.LastMeridian) {
			s := crs.System(code)
			return &s, nil
		}
	}
	if body == "" || strings.EqualFold(body, "none") || text == "undefined" {
		return nil, nil // -1 and 0: it is not said
	}
	s, err := systemOfWKT(text)
	if err != nil {
		return nil, geo.Errorf(geo.Invalid, "layer %q is in %q (%s:%d): %v", short([]byte(l.name)), short([]byte(name)), short([]byte(body)), code, err).On("crs", short([]byte(name)))
	}
	return &s, nil
}

// read reads the rows of a layer.
func (p *openedPackage) read(l *packageLayer, in *feed) error {
	// The plus keeps the driver from reading a value by its column's type.
	var list []string
	for _, c := range l.columns {
		list = append(list, "+"+identifier(c))
	}
	if l.geometry != "" {
		list = append(list, "+"+identifier(l.geometry))
	}
	if len(list) == 0 {
		return geo.Errorf(geo.Invalid, "table %q has no columns", l.name)
	}
	rows, err := p.conn.QueryContext(p.ctx, "SELECT "+strings.Join(list, ", ")+" FROM "+identifier(l.name)) // #nosec G202 -- all names are quoted
	if err != nil {
		return err
	}
	defer rows.Close()
	values := make([]any, len(list))
	into := make([]any, len(list))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		f := &Feature{Properties: make(map[string]json.RawMessage, len(l.columns))}
		for i, c := range l.columns {
			f.Properties[c] = packageValue(values[i])
		}
		if l.geometry != "" {
			if f.drawn, err = packageGeometry(values[len(values)-1]); err != nil {
				return atRow(err, in.rows+1)
			}
		}
		if err := in.feature(f); err != nil {
			return err
		}
	}
	return rows.Err()
}

func identifier(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// packageValue is a value as JSON has it; bytes have no such form.
func packageValue(v driver.Value) json.RawMessage {
	switch v := v.(type) {
	case string:
		return quoted(v)
	case int64:
		return json.RawMessage(strconv.FormatInt(v, 10))
	case float64:
		return numeral(strconv.FormatFloat(v, 'f', -1, 64))
	case bool:
		return json.RawMessage(strconv.FormatBool(v))
	case time.Time:
		return quoted(v.Format(time.RFC3339))
	}
	return null
}
