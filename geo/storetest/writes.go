package storetest

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onegrid/geo"
	"onegrid/geo/lattice"
	"onegrid/geo/record"
)

func logHasNoGaps(t *testing.T, h Harness) {
	s := h.Create(t, Scheme())
	ctx := context.Background()
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := range 25 {
				in, seq, _, err := s.OpenIncident(ctx, Incident(At(w%Side, i%Side, i, w)), "")
				if err != nil || in.ID == 0 || seq == 0 {
					t.Errorf("incident %d of %d: %v", i, w, err)
					return
				}
				if i%3 == 0 {
					if _, err := s.CloseIncident(ctx, in.ID, "desk"); err != nil {
						t.Error(err)
					}
				}
				if i%10 == 0 {
					d := Camera(fmt.Sprintf("cam%d-%d", w, i), At(w%Side, 0, 0, 0), "ok")
					if _, err := s.Put(ctx, "iot", record.Objects{Layer: geo.Devices, Devices: []geo.Device{d}}); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	wg.Wait()
	log := wholeLog(t, s)
	if len(log) < 8*25 {
		t.Fatalf("only %d entries", len(log))
	}
	for i, c := range log {
		if c.Seq != int64(i)+1 {
			t.Fatalf("entry %d has seq %d", i, c.Seq)
		}
		if i > 0 && c.At.Before(log[i-1].At) {
			t.Fatalf("entry %d is of %v, before the one before it", c.Seq, c.At)
		}
	}
}

// wholeLog reads the log in small pieces.
func wholeLog(tb testing.TB, s Store) []geo.Change {
	tb.Helper()
	var log []geo.Change
	for {
		after := int64(0)
		if len(log) > 0 {
			after = log[len(log)-1].Seq
		}
		piece, err := s.Changes(context.Background(), after, 37)
		must(tb, err)
		if len(piece) == 0 {
			return log
		}
		log = append(log, piece...)
	}
}

func acknowledgedIsKept(t *testing.T, h Harness) {
	s := h.Create(t, Scheme())
	fillCity(t, s)
	before, _ := Snapshot(t, s)
	log := wholeLog(t, s)
	s = h.Reopen(t, s)
	after, _ := Snapshot(t, s)
	if d := cmp.Diff(PictureOf(t, before), PictureOf(t, after)); d != "" {
		t.Fatal(d)
	}
	if d := cmp.Diff(log, wholeLog(t, s)); d != "" {
		t.Fatal(d)
	}
	_, seq, _, err := s.OpenIncident(context.Background(), Incident(At(0, 0, 0, 0)), "")
	must(t, err)
	if want := log[len(log)-1].Seq + 1; seq != want {
		t.Fatalf("the log goes on at %d, want %d", seq, want)
	}
}

// fillCity puts a little of everything into a store.
func fillCity(tb testing.TB, s Store) {
	tb.Helper()
	ctx := context.Background()
	_, err := s.Publish(ctx, "planner", "first", []geo.Publication{Basic(tb, 0, "board"), Towers(3)})
	must(tb, err)
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, o := range []record.Objects{
		{Layer: geo.Estates, Estates: []geo.Estate{{Code: "e0", Name: geo.Plain("Court"), Shape: square(At(1, 1, 0, 0), 3000), PropertyManager: "PM"}}},
		{Layer: geo.Buildings, Buildings: []geo.Building{Building("b0", At(0, 0, 0, 0), 30), Building("b1", At(1, 1, -4900, -4900), 40)}},
		{Layer: geo.Devices, Devices: []geo.Device{Camera("cam", At(2, 2, 0, 0), "ok"), {Code: "w", Kind: "water-level", Point: At(3, 3, 0, 0)}}},
		{Layer: geo.Sites, Sites: []geo.Site{{Code: "s0", Kind: "merchant", Point: At(2, 1, 0, 0), Name: geo.Text{"zh": "店"}}}},
		{Layer: geo.Posts, Posts: []geo.Post{{Code: "p0", Role: "leader", Areas: []string{GridCode(0, 0), "d"}, From: &at}}},
		{Layer: geo.Base, Base: []geo.BaseFeature{
			{Code: "r0", Kind: "street", Class: "primary", Shape: geo.Geometry{Lines: [][]lattice.Point{{At(0, 0, 0, 0), At(3, 0, 0, 0)}}}},
			{Code: "n0", Kind: "place", Shape: geo.Geometry{Point: pointer(At(1, 1, 0, 0))}},
			{Code: "l0", Kind: "water", Shape: geo.Geometry{Polygons: square(At(3, 3, 0, 0), 50)}},
		}},
	} {
		must(tb, s.Load(ctx, "import", o))
	}
	_, _, _, err = s.OpenIncident(ctx, Incident(At(1, 2, 0, 0)), "")
	must(tb, err)
}

func pointer(p lattice.Point) *lattice.Point { return &p }

func keyWritesOnce(t *testing.T, h Harness) {
	s := h.Create(t, Scheme())
	ctx := context.Background()
	type answer struct {
		id, seq int64
		again   bool
	}
	var mu sync.Mutex
	var answers []answer
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			in, seq, again, err := s.OpenIncident(ctx, Incident(At(0, 0, 0, 0)), "case-1")
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			answers = append(answers, answer{in.ID, seq, again})
		})
	}
	wg.Wait()
	first := 0
	for _, a := range answers {
		if a.id != answers[0].id || a.seq != answers[0].seq {
			t.Fatalf("answers differ: %v", answers)
		}
		if !a.again {
			first++
		}
	}
	if first != 1 {
		t.Fatalf("%d answers were the first", first)
	}
	s = h.Reopen(t, s)
	in, seq, again, err := s.OpenIncident(ctx, Incident(At(0, 0, 0, 0)), "case-1")
	must(t, err)
	if in.ID != answers[0].id || seq != answers[0].seq || !again {
		t.Fatalf("after reopening: %d, %d, %v, want %v", in.ID, seq, again, answers[0])
	}
}

func keyServesOneReport(t *testing.T, h Harness) {
	s := h.Create(t, Scheme())
	ctx := context.Background()
	_, _, _, err := s.OpenIncident(ctx, Incident(At(0, 0, 0, 0)), "k")
	must(t, err)
	other := Incident(At(0, 0, 1, 0))
	_, _, _, err = s.OpenIncident(ctx, other, "k")
	want(t, "another point", err, geo.Conflict)
	later := Incident(At(0, 0, 0, 0))
	later.At = later.At.Add(time.Minute)
	_, _, again, err := s.OpenIncident(ctx, later, "k")
	must(t, err)
	if !again {
		t.Fatal("a retry that was stamped later is another report")
	}
	if n := len(wholeLog(t, s)); n != 2 { // the scheme and the incident
		t.Fatalf("%d entries in the log", n)
	}
}

func closingIsOnce(t *testing.T, h Harness) {
	s := h.Create(t, Scheme())
	ctx := context.Background()
	in, _, _, err := s.OpenIncident(ctx, Incident(At(0, 0, 0, 0)), "")
	must(t, err)
	first, err := s.CloseIncident(ctx, in.ID, "desk")
	must(t, err)
	second, err := s.CloseIncident(ctx, in.ID, "desk")
	must(t, err)
	if first != second || first != wholeLog(t, s)[len(wholeLog(t, s))-1].Seq {
		t.Fatalf("closed by %d, then by %d", first, second)
	}
	got, err := s.Incident(ctx, in.ID)
	must(t, err)
	in.State = "closed"
	if d := cmp.Diff(in, got); d != "" {
		t.Fatal(d)
	}
	w, _ := Snapshot(t, s)
	if w.Incidents().Len() != 0 {
		t.Fatal("a closed incident is on the map")
	}
}

func idsStay(t *testing.T, h Harness) {
	s := h.Create(t, Scheme())
	ctx := context.Background()
	load := func(codes string) map[string]int64 {
		var o record.Objects
		o.Layer = geo.Sites
		for _, c := range strings.Fields(codes) {
			o.Sites = append(o.Sites, geo.Site{ID: 99, Code: c, Kind: "merchant", Point: At(0, 0, 0, 0)})
		}
		must(t, s.Load(ctx, "import", o))
		return ids(t, s)
	}
	a := load("a b c")
	b := load("d c a")
	if b["a"] != a["a"] || b["c"] != a["c"] {
		t.Fatalf("ids moved: %v, then %v", a, b)
	}
	if b["d"] == a["b"] || b["d"] == 0 {
		t.Fatalf("the id of what went was given to another: %v, then %v", a, b)
	}
	_, err := s.Put(ctx, "handheld", record.Objects{Layer: geo.Sites, Sites: []geo.Site{{Code: "c", Kind: "station", Point: At(1, 0, 0, 0)}, {Code: "e", Kind: "station", Point: At(1, 0, 0, 0)}}})
	must(t, err)
	c := ids(t, s)
	if c["c"] != a["c"] || c["e"] == 0 || c["e"] == c["d"] {
		t.Fatalf("ids after put: %v, before: %v", c, b)
	}
	_, err = s.Delete(ctx, "handheld", geo.Sites, "e")
	must(t, err)
	if d := load("a f"); d["f"] == c["e"] {
		t.Fatalf("the id of what was deleted was given to another: %v", d)
	}
}

func ids(tb testing.TB, s Store) map[string]int64 {
	w, _ := Snapshot(tb, s)
	m := map[string]int64{}
	for o := range w.Sites().All() {
		m[o.Code] = o.ID
	}
	return m
}

func gridIDsStay(t *testing.T, h Harness) {
	s := h.Create(t, Scheme())
	ctx := context.Background()
	publish := func(floors int) map[string]int64 {
		_, err := s.Publish(ctx, "planner", "", []geo.Publication{Towers(floors)})
		must(t, err)
		w, _ := Snapshot(t, s)
		m := map[string]int64{}
		for _, g := range w.Network("towers").Grids {
			m[g.Code] = g.ID
		}
		if len(m) != floors {
			t.Fatalf("%d floors, want %d", len(m), floors)
		}
		return m
	}
	a, b, c := publish(3), publish(1), publish(4)
	if a["t00"] != b["t00"] || a["t02"] != c["t02"] || c["t03"] <= c["t02"] {
		t.Fatalf("ids moved: %v, %v, %v", a, b, c)
	}
}
