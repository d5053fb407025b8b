package main

import (
	"encoding/json"
	"io/fs"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/problem"
	"onegrid/geo/vtile"
)

// style answers GET /styles/{name}.json: a MapLibre style whose URLs lead here.
func (s *service) style(c *gin.Context) {
	name := c.Param("name")
	body, err := fs.ReadFile(s.styles, name)
	if err != nil || !strings.HasSuffix(name, ".json") || strings.Contains(name, "/") {
		problem.Abort(c, geo.Errorf(geo.NotFound, "there is no style %q", name).On("name", name))
		return
	}
	var style map[string]any
	if err := json.Unmarshal(body, &style); err != nil {
		problem.Abort(c, geo.Errorf(geo.Internal, "style %s: %v", name, err))
		return
	}
	s.prune(style, sightOf(c))
	at := s.address(c.Request)
	for _, key := range []string{"sprite", "glyphs"} {
		if path, ok := style[key].(string); ok {
			style[key] = absolute(at, path)
		}
	}
	sources, _ := style["sources"].(map[string]any)
	for _, v := range sources {
		source, _ := v.(map[string]any)
		for _, key := range []string{"url", "data"} {
			if path, ok := source[key].(string); ok {
				source[key] = absolute(at, path)
			}
		}
		tiles, _ := source["tiles"].([]any)
		for i := range tiles {
			if path, ok := tiles[i].(string); ok {
				tiles[i] = absolute(at, path)
			}
		}
	}
	answerOwn(c, style)
}

// sightOf is the caller's sight; whoever has not said who it is sees nothing.
func sightOf(c *gin.Context) access.Sight {
	if caller := access.Of(c); caller != nil {
		return caller.Sight()
	}
	return access.Sight{}
}

// prune takes out of a style the sources of tilesets that are not seen, and the
// layers of it that draw what is not seen.
func (s *service) prune(style map[string]any, by access.Sight) {
	sources, _ := style["sources"].(map[string]any)
	hidden := map[string]map[string]bool{} // by source, by layer of its tiles; nil for all
	for id, v := range sources {
		source, _ := v.(map[string]any)
		set := s.tilesetAt(source["url"])
		if set == nil {
			continue
		}
		if _, ok := set.Sight(by); !ok {
			delete(sources, id)
			hidden[id] = nil
			continue
		}
		hidden[id] = map[string]bool{}
		seen := set.LayersOf(by)
		for _, l := range set.Layers {
			hidden[id][l.ID] = !slices.ContainsFunc(seen, func(s vtile.LayerSpec) bool { return s.ID == l.ID })
		}
	}
	layers, _ := style["layers"].([]any)
	style["layers"] = slices.DeleteFunc(layers, func(v any) bool {
		layer, _ := v.(map[string]any)
		source, _ := layer["source"].(string)
		of, known := hidden[source]
		name, _ := layer["source-layer"].(string)
		return known && (of == nil || of[name])
	})
}

// tilesetAt is the tileset that a style's URL leads to, nil for none of ours.
func (s *service) tilesetAt(url any) *vtile.Tileset {
	path, _ := url.(string)
	id, ok := strings.CutPrefix(strings.TrimSuffix(path, ".json"), "/tiles/")
	if !ok {
		return nil
	}
	return s.gallery.atlas().Tileset(id)
}

// absolute makes a path of this server an absolute URL.
func absolute(at, path string) string {
	if strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "//") {
		return at + path
	}
	return path
}
