package storetest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"onegrid/geo"
	"onegrid/geo/lattice"
	"onegrid/geo/record"
	"onegrid/geo/world"
)

// everywhere is a box that holds every point.
var everywhere = lattice.Box{Min: lattice.Point{X: -1 << 31, Y: -1 << 31}, Max: lattice.Point{X: 1<<31 - 1, Y: 1<<31 - 1}}

// Picture is everything that a world says, in values that can be compared: two
// worlds with the same picture answer alike.
type Picture struct {
	Seq       int64
	At        time.Time
	Scheme    geo.Scheme
	Edition   geo.Edition
	Revisions map[geo.Layer]int64
	Grids     map[string][]geo.Grid
	Figures   []world.Figures
	Objects   map[string]any // by layer, id and code
	Posts     map[string][]*geo.Post
}

// PictureOf describes a world. Objects are asked for in each way there is, and
// must come the same.
func PictureOf(tb testing.TB, w *world.World) Picture {
	tb.Helper()
	p := Picture{
		Seq: w.Seq(), At: w.At(), Scheme: *w.Scheme(), Edition: w.Edition(),
		Revisions: map[geo.Layer]int64{},
		Grids:     map[string][]geo.Grid{},
		Objects:   map[string]any{},
		Posts:     map[string][]*geo.Post{},
	}
	for _, l := range []geo.Layer{geo.Scheming, geo.Estates, geo.Buildings, geo.Devices, geo.Sites, geo.Posts, geo.Base, geo.Incidents} {
		p.Revisions[l] = w.Revision(l)
	}
	for _, n := range w.Networks() {
		p.Revisions[geo.GridsOf(n.Spec.ID)] = w.Revision(geo.GridsOf(n.Spec.ID))
		p.Grids[n.Spec.ID] = n.Grids
		for i := range n.Grids {
			code := n.Grids[i].Code
			if posts := w.Posts(code, w.At()); len(posts) > 0 {
				p.Posts[code] = posts
			}
		}
	}
	if b := w.Basic(); b != nil && b.Coverage != nil {
		for area := range b.Grids {
			p.Figures = append(p.Figures, w.Counts(int32(area)))
		}
		if got := recount(w); !slices.Equal(got, p.Figures) {
			tb.Fatalf("seq %d: figures kept %v\nfigures counted %v", w.Seq(), p.Figures, got)
		}
	}
	describe(tb, &p, geo.Estates, w.Estates(), func(o *geo.Estate) (int64, string) { return o.ID, o.Code })
	describe(tb, &p, geo.Buildings, w.Buildings(), func(o *geo.Building) (int64, string) { return o.ID, o.Code })
	describe(tb, &p, geo.Devices, w.Devices(), func(o *geo.Device) (int64, string) { return o.ID, o.Code })
	describe(tb, &p, geo.Sites, w.Sites(), func(o *geo.Site) (int64, string) { return o.ID, o.Code })
	describe(tb, &p, geo.Base, w.Base(), func(o *geo.BaseFeature) (int64, string) { return o.ID, o.Code })
	describe(tb, &p, geo.Incidents, w.Incidents(), func(o *geo.Incident) (int64, string) { return o.ID, o.Code })
	return p
}

func describe[T any](tb testing.TB, p *Picture, l geo.Layer, set world.Objects[T], key func(T) (int64, string)) {
	tb.Helper()
	n, last := 0, int64(-1)
	for o := range set.All() {
		id, code := key(o)
		if id <= last {
			tb.Fatalf("%s: id %d comes after %d", l, id, last)
		}
		last = id
		n++
		if _, ok := set.ByID(id); !ok {
			tb.Fatalf("%s: id %d is not found", l, id)
		}
		if _, ok := set.ByCode(code); !ok && code != "" {
			tb.Fatalf("%s: code %q is not found", l, code)
		}
		p.Objects[fmt.Sprint(l, " ", id, " ", code)] = []any{set.Area(id), o}
	}
	if n != set.Len() {
		tb.Fatalf("%s: %d objects, said to be %d", l, n, set.Len())
	}
	i, last := 0, int64(-1)
	for o := range set.Search(everywhere) {
		if id, _ := key(o); id <= last {
			tb.Fatalf("%s: search gives id %d after %d", l, id, last)
		} else {
			last = id
		}
		i++
	}
	if i != n {
		tb.Fatalf("%s: search finds %d of %d objects", l, i, n)
	}
}

// recount counts every area of the basic network from the objects themselves,
// one by one up the parents: the slow, obvious way.
func recount(w *world.World) []world.Figures {
	n := w.Basic()
	out := make([]world.Figures, len(n.Grids))
	up := func(at lattice.Point, add func(*world.Figures)) {
		r, _ := n.Index.Find(at)
		for a := n.Coverage.AreaOf(r); a >= 0; a = n.Parent(a) {
			add(&out[a])
		}
	}
	for b := range w.Buildings().All() {
		up(b.Interior, func(f *world.Figures) {
			f.Buildings++
			f.Units += len(b.Units)
			f.Households += b.Households()
		})
	}
	for d := range w.Devices().All() {
		up(d.Point, func(f *world.Figures) {
			f.Devices++
			if d.Kind == "camera" {
				f.Cameras++
			}
		})
	}
	for s := range w.Sites().All() {
		up(s.Point, func(f *world.Figures) { f.Sites++ })
	}
	for in := range w.Incidents().All() {
		up(in.Point, func(f *world.Figures) { f.Open++ })
	}
	return out
}

// Snapshot builds a world of everything that a store holds.
func Snapshot(tb testing.TB, s Store) (*world.World, record.Position) {
	tb.Helper()
	return follow(tb, s, nil, record.Position{})
}

// follow builds the world after w, whose position is after.
func follow(tb testing.TB, s Store, w *world.World, after record.Position) (*world.World, record.Position) {
	tb.Helper()
	f := &noting{Builder: world.NewBuilder(w, false)}
	must(tb, s.Read(context.Background(), after, f))
	next, err := f.World()
	must(tb, err)
	return next, f.to
}

// noting is a builder that notes where it was led, and how.
type noting struct {
	*world.Builder
	to    record.Position
	whole bool
}

func (n *noting) Begin(to record.Position, at time.Time, whole bool) error {
	n.to, n.whole = to, whole
	return n.Builder.Begin(to, at, whole)
}
