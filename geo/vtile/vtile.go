// Package vtile turns a world and a tile's address into Mapbox Vector Tile 2.1
// bytes.
//
// Everything is drawn on the pixel lattice: WebMercator, a tile being 4096
// pixels wide, so that a place is a pair of integers at each zoom. Shapes are
// brought there once, when a layer is loaded, and are made valid there; a tile
// then only gathers what lies in it, cuts what crosses its edge, and copies the
// rest. Grids are not polygons but arcs that two neighbours share, so that their
// border is the same line in both, at every zoom and in every tile.
//
// An Atlas is a world made ready to be drawn. It never changes; the next one
// shares with it all layers that did not change.
package vtile

import (
	"fmt"

	"onegrid/geo"
	"onegrid/geo/coverage"
)

const (
	// Extent is the width of a tile in pixels of the pixel lattice.
	Extent = coverage.PixelExtent
	// Buffer is how far lines and polygons reach beyond the tile's edge, in
	// pixels. Points have no buffer: each is in exactly one tile of a zoom.
	Buffer = 64
	// MaxZoom is the finest zoom that is drawn; clients enlarge beyond it.
	MaxZoom = coverage.MaxPixelZoom
)

// Tile is the address of a tile: column X from 180° west and row Y from the
// north edge of the 2^Z by 2^Z tiles of a zoom.
type Tile struct {
	Z    uint8
	X, Y uint32
}

// String is the address as it stands in a path: z/x/y.
func (t Tile) String() string { return fmt.Sprintf("%d/%d/%d", t.Z, t.X, t.Y) }

// Check refuses an address that no tile has.
func (t Tile) Check() error {
	if t.Z > MaxZoom {
		return geo.Errorf(geo.NotFound, "zoom %d: the finest zoom is %d", t.Z, MaxZoom)
	}
	if n := uint32(1) << t.Z; t.X >= n || t.Y >= n {
		return geo.Errorf(geo.NotFound, "tile %s: zoom %d has columns and rows 0 to %d", t, t.Z, n-1)
	}
	return nil
}

// origin is the tile's north-west corner.
func (t Tile) origin() coverage.Pixel {
	return coverage.Pixel{X: int32(t.X * Extent), Y: int32(t.Y * Extent)}
}

// frame is the tile with its buffer.
func (t Tile) frame() frame {
	o := t.origin()
	return frame{
		Min: coverage.Pixel{X: o.X - Buffer, Y: o.Y - Buffer},
		Max: coverage.Pixel{X: o.X + Extent + Buffer, Y: o.Y + Extent + Buffer},
	}
}

// holds tells that a point belongs to the tile: its west and north edges do, its
// east and south edges are the next tiles'.
func (t Tile) holds(p coverage.Pixel) bool {
	o := t.origin()
	return p.X >= o.X && p.X < o.X+Extent && p.Y >= o.Y && p.Y < o.Y+Extent
}
