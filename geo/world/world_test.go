package world_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"onegrid/geo"
	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
	"onegrid/geo/storetest"
	"onegrid/geo/world"
)

// parts are the test city without objects.
func parts(tb testing.TB) world.Parts {
	tb.Helper()
	pub := storetest.Basic(tb, 0, "board")
	c, err := coverage.Decode(pub.Chunks)
	if err != nil {
		tb.Fatal(err)
	}
	return world.Parts{
		Seq: 1, At: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		Scheme:   storetest.Scheme(),
		Edition:  geo.Edition{ID: 1},
		Networks: []world.Part{{ID: "basic", Coverage: c, Grids: pub.Grids}, {ID: "towers", Grids: storetest.Towers(3).Grids}},
	}
}

func build(tb testing.TB, p world.Parts) *world.World {
	tb.Helper()
	w, err := world.New(p)
	if err != nil {
		tb.Fatal(err)
	}
	return w
}

// TestApplyEqualsRebuild keeps a plain list of objects beside a world, changes
// both at random, and makes a world of the list anew.
func TestApplyEqualsRebuild(t *testing.T) {
	base := parts(t)
	first := build(t, base)
	rapid.Check(t, func(rt *rapid.T) {
		w := first
		l := &lists{rt: rt, seq: w.Seq()}
		versions := []*world.World{w}
		pictures := []storetest.Picture{storetest.PictureOf(t, w)}
		for range rapid.IntRange(1, 5).Draw(rt, "batches") {
			var batch []geo.Change
			for range rapid.IntRange(1, 8).Draw(rt, "changes") {
				batch = append(batch, l.change(t))
			}
			next, err := w.Apply(batch)
			if err != nil {
				rt.Fatal(err)
			}
			again := build(t, l.parts(base))
			want, got := storetest.PictureOf(t, again), storetest.PictureOf(t, next)
			got.Revisions, want.Revisions = nil, nil // rebuilding touches all
			if d := gocmp.Diff(want, got); d != "" {
				rt.Fatalf("rebuilt (-) and applied (+) differ:\n%s", d)
			}
			w = next
			versions = append(versions, w)
			pictures = append(pictures, storetest.PictureOf(t, w))
		}
		for i, v := range versions {
			if d := gocmp.Diff(pictures[i], storetest.PictureOf(t, v)); d != "" {
				rt.Fatalf("version %d changed when later ones were made:\n%s", i, d)
			}
		}
	})
}

// lists are the plain lists.
type lists struct {
	rt        *rapid.T
	seq       int64
	buildings []geo.Building
	devices   []geo.Device
	sites     []geo.Site
	posts     []geo.Post
	incidents []geo.Incident
}

func (l *lists) parts(p world.Parts) world.Parts {
	p.Seq, p.At = l.seq, stamp(l.seq)
	p.Buildings, p.Devices, p.Sites, p.Posts = l.buildings, l.devices, l.sites, l.posts
	for _, in := range l.incidents {
		if in.State == "open" {
			p.Incidents = append(p.Incidents, in)
		}
	}
	return p
}

func stamp(seq int64) time.Time { return time.Unix(1_700_000_000+seq, 0).UTC() }

func (l *lists) change(t *testing.T) geo.Change {
	l.seq++
	id := rapid.Int64Range(1, 6).Draw(l.rt, "id")
	place := rapid.IntRange(-storetest.Step, (storetest.Side+1)*storetest.Step)
	at := storetest.At(0, 0, place.Draw(l.rt, "x"), place.Draw(l.rt, "y"))
	code := fmt.Sprint("o", id)
	c := geo.Change{Seq: l.seq, At: stamp(l.seq), Object: code, Op: "put"}
	gone := rapid.IntRange(0, 3).Draw(l.rt, "gone") == 0
	switch rapid.IntRange(0, 4).Draw(l.rt, "layer") {
	case 0:
		c.Kind = geo.Buildings
		b := storetest.Building(code, at, rapid.IntRange(0, 99).Draw(l.rt, "households"))
		b.ID = id
		l.buildings = put(t, &c, l.buildings, b, gone, func(b geo.Building) int64 { return b.ID })
	case 1:
		c.Kind = geo.Devices
		d := geo.Device{ID: id, Code: code, Point: at, Kind: rapid.SampledFrom([]string{"camera", "gate"}).Draw(l.rt, "kind")}
		l.devices = put(t, &c, l.devices, d, gone, func(d geo.Device) int64 { return d.ID })
	case 2:
		c.Kind = geo.Sites
		l.sites = put(t, &c, l.sites, geo.Site{ID: id, Code: code, Point: at}, gone, func(s geo.Site) int64 { return s.ID })
	case 3:
		c.Kind = geo.Posts
		p := geo.Post{ID: id, Code: code, Areas: []string{"d", storetest.GridCode(int(id)%storetest.Side, 0)}}
		l.posts = put(t, &c, l.posts, p, gone, func(p geo.Post) int64 { return p.ID })
	case 4:
		c.Kind, c.Object = geo.Incidents, strconv.FormatInt(id, 10)
		in := storetest.Incident(at)
		in.ID, in.State, in.Code = id, "open", fmt.Sprint("case", id%2)
		if gone {
			in.State = "closed"
		}
		l.incidents = put(t, &c, l.incidents, in, false, func(in geo.Incident) int64 { return in.ID })
	}
	return c
}

// put changes the list as the change says, keeping it in the order of ids.
func put[T any](t *testing.T, c *geo.Change, list []T, o T, gone bool, id func(T) int64) []T {
	t.Helper()
	list = slices.Clone(list)
	i, there := slices.BinarySearchFunc(list, id(o), func(x T, want int64) int { return int(id(x) - want) })
	if there {
		list = slices.Delete(list, i, i+1)
	}
	if gone {
		c.Op = "delete"
		return list
	}
	var err error
	if c.Body, err = json.Marshal(o); err != nil {
		t.Fatal(err)
	}
	return slices.Insert(list, i, o)
}

func TestApplySharesWhatDidNotChange(t *testing.T) {
	p := parts(t)
	for i := range 100 {
		p.Buildings = append(p.Buildings, storetest.Building(fmt.Sprint("b", i), storetest.At(i%4, i/25, 0, 0), i))
	}
	w := build(t, p)
	in := storetest.Incident(storetest.At(1, 1, 0, 0))
	in.ID, in.State = 1, "open"
	body, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	next, err := w.Apply([]geo.Change{{Seq: 2, Kind: geo.Incidents, Op: "put", Object: "1", Body: body}})
	if err != nil {
		t.Fatal(err)
	}
	if next.Rows(geo.Buildings) != w.Rows(geo.Buildings) || next.Basic() != w.Basic() {
		t.Error("layers that did not change were copied")
	}
	if next.Revision(geo.Incidents) != 2 || next.Revision(geo.Buildings) != 1 || next.Seq() != 2 {
		t.Errorf("revisions: incidents %d, buildings %d", next.Revision(geo.Incidents), next.Revision(geo.Buildings))
	}
	area, _ := w.Basic().Find(storetest.GridCode(1, 1))
	for a := area; a >= 0; a = w.Basic().Parent(a) {
		if w.Counts(a).Open != 0 || next.Counts(a).Open != 1 {
			t.Errorf("area %d: %d open, then %d", a, w.Counts(a).Open, next.Counts(a).Open)
		}
	}
}

func TestApplyRefusesWhatItCannotHold(t *testing.T) {
	w := build(t, parts(t))
	for name, c := range map[string]geo.Change{
		"load":      {Seq: 2, Kind: geo.Buildings, Op: "load"},
		"publish":   {Seq: 2, Kind: geo.GridsOf("basic"), Op: "publish"},
		"scheme":    {Seq: 2, Kind: geo.Scheming, Op: "put", Body: []byte("{}")},
		"unknown":   {Seq: 2, Kind: "weather", Op: "put", Body: []byte("{}")},
		"malformed": {Seq: 2, Kind: geo.Buildings, Op: "put", Body: []byte("{")},
	} {
		if _, err := w.Apply([]geo.Change{c}); geo.KindOf(err) != geo.Internal {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestManyApplyAtOnce makes many next worlds of one while it is read: for the
// race detector, and because plans do so.
func TestManyApplyAtOnce(t *testing.T) {
	p := parts(t)
	for i := range 200 {
		p.Devices = append(p.Devices, storetest.Camera(fmt.Sprint("c", i), storetest.At(i%4, i/50, 0, 0), "ok"))
	}
	w := build(t, p)
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			now := w
			for i := range 20 {
				d := storetest.Camera(fmt.Sprint("new", g), storetest.At(g, 0, i, 0), "alert")
				d.ID = int64(1000 + g)
				body, _ := json.Marshal(d)
				next, err := now.Apply([]geo.Change{{Seq: int64(2 + i), Kind: geo.Devices, Object: d.Code, Op: "put", Body: body}})
				if err != nil {
					t.Error(err)
					return
				}
				n := 0
				for range w.Devices().Search(lattice.Box{Min: storetest.Origin, Max: storetest.At(4, 4, 0, 0)}) {
					n++
				}
				if n != 200 || next.Devices().Len() != 201 {
					t.Errorf("%d devices in the old world, %d in the next", n, next.Devices().Len())
				}
				now = next
			}
		})
	}
	wg.Wait()
}

// TestOldIncidentsShareACode finds the latest of those with one reference.
func TestOldIncidentsShareACode(t *testing.T) {
	p := parts(t)
	for i := range 3 {
		in := storetest.Incident(storetest.At(i, 0, 0, 0))
		in.Code, in.State = "case", "open"
		p.Incidents = append(p.Incidents, in)
	}
	if in, ok := build(t, p).Incidents().ByCode("case"); !ok || in.ID != 3 {
		t.Fatalf("%v, %v", in, ok)
	}
}
