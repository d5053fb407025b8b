package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"onegrid/cmd/internal/server"
	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/exchange"
	"onegrid/geo/problem"
)

// exportTypes are the formats of exports with their content types, and how their
// files' names end.
var exportTypes = map[string][2]string{
	exchange.GeoJSON:    {"application/geo+json", ".geojson"},
	exchange.TopoJSON:   {"application/json", ".topojson"},
	exchange.Shapefile:  {"application/zip", ".zip"},
	exchange.GeoPackage: {"application/geopackage+sqlite3", ".gpkg"},
}

// exportLayers are the layers that can be exported.
var exportLayers = []string{"grids", "estates", "buildings", "devices", "sites", "posts", "base", "incidents"}

// exportLayer answers GET /v1/exports/{layer} with a file of what the caller sees
// of a layer. It is in the audit before it is sent.
func (s *service) exportLayer(c *gin.Context) {
	v := s.view(c)
	flags, err := exportQuery(c)
	if err == nil {
		err = v.Must(geo.Layer(flags.As))
	}
	if err != nil {
		problem.Abort(c, err)
		return
	}
	file, size, err := s.made(flags, v)
	if err == nil {
		defer os.Remove(file.Name())
		defer file.Close()
		err = s.exported(c.Request.Context(), access.Of(c), flags)
	}
	if err != nil {
		problem.Abort(c, err)
		return
	}
	kind := exportTypes[flags.Format]
	h := c.Writer.Header()
	h.Set("Content-Type", kind[0])
	h.Set("Content-Length", strconv.FormatInt(size, 10))
	h.Set("Content-Disposition", `attachment; filename="`+flags.As+kind[1]+`"`)
	h["Cache-Control"] = never
	if c.Request.Method != http.MethodHead {
		io.Copy(server.Steadily(c), file) // an error means that the caller has gone: its length tells who has not
	}
}

// made makes the file of an export: one at a time, however long it then takes to be
// sent. The caller closes and removes it.
func (s *service) made(f *exportFlags, v access.View) (file *os.File, size int64, err error) {
	select {
	case s.exports <- struct{}{}:
		defer func() { <-s.exports }()
	default:
		return nil, 0, geo.Errorf(geo.Unavailable, "another export is under way; try again when it has ended")
	}
	return f.spooled(v, s.spoolDir)
}

// exportQuery reads what is to be exported.
func exportQuery(c *gin.Context) (*exportFlags, error) {
	q, err := params(c, "network", "level", "format", "crs", "encoding")
	if err != nil {
		return nil, err
	}
	f := &exportFlags{As: c.Param("layer"), Network: q["network"], Level: q["level"], Format: q["format"], CRS: q["crs"], Encoding: q["encoding"]}
	if f.Format == "" {
		f.Format = exchange.GeoJSON
	}
	if f.CRS == "" {
		f.CRS = "wgs84"
	}
	if !slices.Contains(exportLayers, f.As) {
		return nil, geo.Errorf(geo.NotFound, "there is no layer %s", strconv.QuoteToGraphic(clipped(f.As))).On("layer", f.As)
	}
	if _, ok := exportTypes[f.Format]; !ok {
		return nil, geo.Errorf(geo.Invalid, "format is geojson, topojson, shapefile or geopackage, not %s", strconv.QuoteToGraphic(clipped(f.Format))).On("format", f.Format)
	}
	return f, nil
}

// spooled writes the layer to a file of its own, so that it is sent whole or not
// at all. The caller closes and removes it.
func (f *exportFlags) spooled(v access.View, dir string) (file *os.File, size int64, err error) {
	file, err = os.CreateTemp(dir, "onegrid-export-*")
	if err != nil {
		return nil, 0, geo.Unwritten("the export", err)
	}
	if err = f.fill(v, file); err == nil {
		size, err = file.Seek(0, io.SeekCurrent)
	}
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		file.Close()
		os.Remove(file.Name())
	}
	return file, size, err
}

// fill writes the layer to a file of ours: Full where there is no room for it.
func (f *exportFlags) fill(v access.View, file *os.File) error {
	err := f.write(v, file, io.Discard)
	var ours *fs.PathError
	if errors.As(err, &ours) {
		return geo.Unwritten("the export", err)
	}
	return err
}

// exported keeps in the audit who took what out.
func (s *service) exported(ctx context.Context, by *access.Caller, f *exportFlags) error {
	return s.store.Record(ctx, f.act(by.Actor()))
}

// act is what the audit keeps of an export.
func (f *exportFlags) act(by geo.Actor) geo.Act {
	detail := map[string]any{"format": f.Format}
	for name, value := range map[string]string{"network": f.Network, "level": f.Level} {
		if value != "" {
			detail[name] = value
		}
	}
	return geo.Act{Actor: by.ID, Role: by.Role, Do: "layer.export", Object: f.As, Detail: detail}
}
