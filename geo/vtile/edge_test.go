package vtile

import (
	"math"
	"math/rand/v2"
	"testing"

	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
	"onegrid/geo/vtile/mvt"
)

// Every tile that shows a shape shows each of its corners that lie inside the
// tile's buffer, and no other place but those of the sails of the edges that its
// sides cut, and of the sides themselves. So what two tiles both show they show
// alike, up to their own cuts.
func TestTilesShowAShapesCornersAndSailsOnly(t *testing.T) {
	rng := rand.New(rand.NewPCG(31, 7))
	s := newStocker("shapes", polygonType, 13)
	middle := lattice.Point{X: 1066000000, Y: 265000000}
	for id := range 400 {
		var ring []lattice.Point
		n := 5 + rng.IntN(12)
		x, y := middle.X+rng.Int32N(400000), middle.Y+rng.Int32N(400000)
		wide := 300 + rng.Float64()*40000
		for k := range n {
			turn := 2 * math.Pi * float64(k) / float64(n)
			r := wide * (0.5 + rng.Float64()/2)
			ring = append(ring, lattice.Point{X: x + int32(r*math.Cos(turn)), Y: y + int32(r*math.Sin(turn))})
		}
		s.shaper.base.clear()
		s.shaper.add(ring, true)
		s.object(int64(id+1), 0)
	}
	layer := s.done()
	var d drawer
	cuts, whole := 0, 0
	for z := uint8(13); z <= MaxZoom; z++ {
		box := lattice.EmptyBox()
		for i := range layer.tree.Len() {
			box = box.Union(layer.tree.Box(int32(i)))
		}
		for _, at := range cover(boxAt(coverage.PixelBoxOf(box), z), z, Buffer) {
			d.start(at, nil)
			layer.draw(&d, at)
			if len(d.w.buf) == 0 {
				continue
			}
			tile, err := mvt.Read(d.w.buf)
			if err != nil {
				t.Fatalf("%s: %v", at, err)
			}
			for _, f := range tile.Layers[0].Features {
				c, w := sameShape(t, layer, at, &f)
				cuts, whole = cuts+c, whole+w
			}
		}
	}
	if cuts < 500 || whole < 500 {
		t.Errorf("%d shapes were cut and %d whole: nothing was shown", cuts, whole)
	}
}

func sameShape(t *testing.T, s *stock, at Tile, f *mvt.Feature) (cut, whole int) {
	t.Helper()
	frame, o := at.frame(), at.origin()
	var i int
	for s.ids[i] != int64(f.ID) {
		i++
	}
	corners, allowed := map[pixel]bool{}, map[pixel]bool{}
	for _, p := range frame.sidesOf() {
		allowed[p] = true
	}
	w := walker{at: s.plates[at.Z].start[i], rest: s.plates[at.Z].of(int32(i))}
	for first := true; ; first = false {
		ring := w.next(first)
		if ring == nil {
			break
		}
		for k, p := range ring {
			q := ring[(k+1)%len(ring)]
			if frame.inside(p) {
				corners[p] = true
			}
			if !frame.inside(p) || !frame.inside(q) {
				cut = 1
				for _, c := range frame.cut(nil, p, q) {
					allowed[c] = true
				}
			}
		}
	}
	shown := map[pixel]bool{}
	for _, r := range f.Parts {
		for _, p := range r {
			q := px(int32(p.X)+o.X, int32(p.Y)+o.Y)
			shown[q] = true
			if !corners[q] && !allowed[q] {
				t.Fatalf("tile %s: shape %d has %v, which is no corner and on no sail", at, f.ID, q)
			}
		}
	}
	for p := range corners {
		if !shown[p] {
			t.Fatalf("tile %s: shape %d lacks its corner %v", at, f.ID, p)
		}
	}
	return cut, 1 - cut
}

func (f *frame) sidesOf() [4]pixel {
	c := clipper{frame: *f}
	return c.corners()
}
