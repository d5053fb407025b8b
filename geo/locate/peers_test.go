package locate_test

import (
	"github.com/golang/geo/s2"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	"github.com/peterstace/simplefeatures/geom"
	"github.com/tidwall/geojson/geometry"
	"github.com/tidwall/rtree"

	"onegrid/geo/lattice"
)

// peer is another way to ask who owns a point: how many, since none of the
// others is bound to one.
type peer struct {
	name  string
	build func(*partition) func(lattice.Point) int
}

var peers = []peer{
	{"rtree+orb", orbPeer},
	{"rtree+geojson", func(p *partition) func(lattice.Point) int { return geojsonPeer(p, geometry.None) }},
	{"rtree+geojson-quadtree", func(p *partition) func(lattice.Point) int { return geojsonPeer(p, geometry.QuadTree) }},
	{"rtree+geojson-rtree", func(p *partition) func(lattice.Point) int { return geojsonPeer(p, geometry.RTree) }},
	{"rtree+simplefeatures", simplefeaturesPeer},
	{"s2", s2Peer},
}

// Each tree holds the polygons themselves, which saves a step to find them.

func orbPeer(p *partition) func(lattice.Point) int {
	var tree rtree.RTreeG[orb.Polygon]
	for _, shape := range p.shapes {
		for _, polygon := range shape {
			var rings orb.Polygon
			for _, ring := range polygon {
				var out orb.Ring
				for _, q := range ring {
					out = append(out, orb.Point{q.Lon(), q.Lat()})
				}
				rings = append(rings, append(out, out[0]))
			}
			b := rings.Bound()
			tree.Insert(b.Min, b.Max, rings)
		}
	}
	return func(q lattice.Point) (owners int) {
		at := orb.Point{q.Lon(), q.Lat()}
		tree.Search(at, at, func(_, _ [2]float64, polygon orb.Polygon) bool {
			if planar.PolygonContains(polygon, at) {
				owners++
			}
			return true
		})
		return owners
	}
}

func geojsonPeer(p *partition, kind geometry.IndexKind) func(lattice.Point) int {
	var tree rtree.RTreeG[*geometry.Poly]
	for _, shape := range p.shapes {
		for _, polygon := range shape {
			rings := make([][]geometry.Point, len(polygon))
			for k, ring := range polygon {
				for _, q := range ring {
					rings[k] = append(rings[k], geometry.Point{X: q.Lon(), Y: q.Lat()})
				}
				rings[k] = append(rings[k], rings[k][0])
			}
			poly := geometry.NewPoly(rings[0], rings[1:], &geometry.IndexOptions{Kind: kind, MinPoints: 32})
			b := poly.Rect()
			tree.Insert([2]float64{b.Min.X, b.Min.Y}, [2]float64{b.Max.X, b.Max.Y}, poly)
		}
	}
	return func(q lattice.Point) (owners int) {
		at := geometry.Point{X: q.Lon(), Y: q.Lat()}
		xy := [2]float64{at.X, at.Y}
		tree.Search(xy, xy, func(_, _ [2]float64, poly *geometry.Poly) bool {
			if poly.ContainsPoint(at) {
				owners++
			}
			return true
		})
		return owners
	}
}

// Prepared polygons are simplefeatures' best for many questions to each.
func simplefeaturesPeer(p *partition) func(lattice.Point) int {
	var tree rtree.RTreeG[geom.PreparedGeometry]
	for _, shape := range p.shapes {
		for _, polygon := range shape {
			var rings [][]float64
			for _, ring := range polygon {
				var xys []float64
				for _, q := range append(ring[:len(ring):len(ring)], ring[0]) {
					xys = append(xys, q.Lon(), q.Lat())
				}
				rings = append(rings, xys)
			}
			made := geom.NewPolygonXY(rings...).AsGeometry()
			prepared, err := geom.Prepare(made)
			if err != nil {
				panic(err)
			}
			low, high, _ := made.Envelope().MinMaxXYs()
			tree.Insert([2]float64{low.X, low.Y}, [2]float64{high.X, high.Y}, prepared)
		}
	}
	return func(q lattice.Point) (owners int) {
		at := [2]float64{q.Lon(), q.Lat()}
		point := geom.NewPointXY(at[0], at[1]).AsGeometry()
		tree.Search(at, at, func(_, _ [2]float64, prepared geom.PreparedGeometry) bool {
			if in, err := prepared.Intersects(point); err == nil && in {
				owners++
			}
			return true
		})
		return owners
	}
}

func s2Peer(p *partition) func(lattice.Point) int {
	index := s2.NewShapeIndex()
	for _, shape := range p.shapes {
		for _, polygon := range shape {
			loops := make([][]s2.Point, len(polygon))
			for k, ring := range polygon {
				for _, q := range ring {
					loops[k] = append(loops[k], s2.PointFromLatLng(s2.LatLngFromDegrees(q.Lat(), q.Lon())))
				}
			}
			index.Add(s2.LaxPolygonFromPoints(loops))
		}
	}
	index.Build()
	query := s2.NewContainsPointQuery(index, s2.VertexModelSemiOpen)
	return func(q lattice.Point) int {
		return len(query.ContainingShapes(s2.PointFromLatLng(s2.LatLngFromDegrees(q.Lat(), q.Lon()))))
	}
}
