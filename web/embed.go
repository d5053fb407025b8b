// Package web holds the pages as Vite built them, for the servers to embed. In
// a tree where `make web` has not run, the folder holds nothing but a
// placeholder: the package still compiles, and callers find no wall.html.
package web

import (
	"embed"
	"io/fs"
)

// all: because Vite names some assets with a leading underscore, and because the
// placeholder's leading dot is what keeps the folder in a fresh clone.
//
//go:embed all:dist
var dist embed.FS

// FS returns the built pages, rooted so that "wall.html" and "assets/…" are
// names in it. Which of them exist depends on the build: see the package.
func FS() fs.FS {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		panic("web: " + err.Error()) // the folder's name is a constant above
	}
	return sub
}
