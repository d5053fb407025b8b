package main

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/problem"
	"onegrid/geo/vtile"
)

// tileJSON is a tileset as TileJSON 3.0 describes it.
type tileJSON struct {
	TileJSON string      `json:"tilejson"`
	ID       string      `json:"id"`
	Name     string      `json:"name"`
	Names    geo.Text    `json:"names"`
	Version  string      `json:"version"`
	Scheme   string      `json:"scheme"`
	Format   string      `json:"format"`
	Tiles    []string    `json:"tiles"`
	MinZoom  uint8       `json:"minzoom"`
	MaxZoom  uint8       `json:"maxzoom"`
	Bounds   []float64   `json:"bounds,omitempty"`
	Center   []float64   `json:"center,omitempty"`
	Revision string      `json:"revision"`
	Edition  int64       `json:"edition,omitempty"`
	Layers   []layerJSON `json:"vector_layers"`
}

type layerJSON vtile.LayerSpec

// entry is a tileset as the catalogue lists it.
type entry struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Names    geo.Text `json:"names"`
	Revision string   `json:"revision"`

	Classes  []geo.Class `json:"classes"` // of the layers that the caller sees of it
	MinZoom  uint8       `json:"minzoom"`
	MaxZoom  uint8       `json:"maxzoom"`
	TileJSON string      `json:"tilejson"`
}

// catalogue answers GET /tiles.
func (s *service) catalogue(c *gin.Context) {
	a := s.gallery.atlas()
	at := s.address(c.Request)
	out := struct {
		Tilesets []entry `json:"tilesets"`
		Edition  int64   `json:"edition"`
		Seq      int64   `json:"seq"`
	}{Edition: a.World().Edition().ID, Seq: a.World().Seq()}
	for _, set := range a.Tilesets() {
		sight, ok := set.Sight(access.Of(c).Sight())
		if !ok {
			continue
		}
		out.Tilesets = append(out.Tilesets, entry{
			ID: set.ID, Name: set.Name.In("en"), Names: set.Name, Revision: s.gallery.revision(set, sight), Classes: classesOf(set.LayersOf(sight)),
			MinZoom: set.MinZoom, MaxZoom: set.MaxZoom, TileJSON: at + "/tiles/" + set.ID + ".json",
		})
	}
	answerOwn(c, out)
}

// tileJSON answers GET /tiles/{tileset}.json.
func (s *service) tileJSON(c *gin.Context) {
	id, ok := strings.CutSuffix(c.Param("tileset"), ".json")
	if !ok {
		problem.Abort(c, geo.Errorf(geo.NotFound, "a tileset's description is at /tiles/%s.json", id))
		return
	}
	f, err := s.gallery.find(id, "", access.Of(c).Sight())
	if err != nil {
		problem.Abort(c, err)
		return
	}
	set, revision := f.set, s.gallery.revision(f.set, f.sight)
	out := tileJSON{
		TileJSON: "3.0.0", ID: set.ID, Name: set.Name.In("en"), Names: set.Name, Version: "1.0.0", Scheme: "xyz", Format: "pbf",
		Tiles:   []string{s.address(c.Request) + "/tiles/" + set.ID + "/{z}/{x}/{y}.mvt?r=" + revision},
		MinZoom: set.MinZoom, MaxZoom: set.MaxZoom, Revision: revision, Edition: f.atlas.World().Edition().ID,
	}
	if b := f.atlas.Bounds(); !b.Empty() {
		out.Bounds = []float64{b.Min.Lon(), b.Min.Lat(), b.Max.Lon(), b.Max.Lat()}
		mid := b.Center()
		out.Center = []float64{mid.Lon(), mid.Lat(), float64(f.atlas.Opening())}
	}
	for _, l := range set.LayersOf(f.sight) {
		out.Layers = append(out.Layers, layerJSON(l))
	}
	answerOwn(c, out)
}

// classesOf are the classes of some layers, the most public first.
func classesOf(layers []vtile.LayerSpec) (classes []geo.Class) {
	for _, c := range geo.Classes {
		if slices.ContainsFunc(layers, func(l vtile.LayerSpec) bool { return l.Class == c }) {
			classes = append(classes, c)
		}
	}
	return classes
}

// address is where the caller reaches this server: what absolute URLs begin with.
func (s *service) address(r *http.Request) string {
	if s.publicURL != "" {
		return s.publicURL
	}
	return "http://" + r.Host
}

// answerOwn answers with what turns on who asks: it is the caller's own, and must
// be asked for again each time.
func answerOwn(c *gin.Context, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		problem.Abort(c, err)
		return
	}
	h := c.Writer.Header()
	h["Content-Type"] = jsonType
	h["Cache-Control"] = privately
	vary(h, byCaller)
	c.Status(http.StatusOK)
	c.Writer.Write(body)
}
