// Package styles holds the map styles that the tiles server serves at
// /styles/{name}.json: MapLibre style documents, version 8. Their sources name
// TileJSON by path; the server makes the paths absolute for the request's host.
package styles

import "embed"

// FS holds the styles by file name, "wall.json" among them.
//
//go:embed *.json
var FS embed.FS
