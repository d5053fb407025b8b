package main

import (
	"encoding/json"
	"io/fs"
	"strings"

	"github.com/gin-gonic/gin"

	"onegrid/geo"
	"onegrid/geo/problem"
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
	answerJSON(c, style)
}

// absolute makes a path of this server an absolute URL.
func absolute(at, path string) string {
	if strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "//") {
		return at + path
	}
	return path
}
