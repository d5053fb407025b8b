package storetest

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onegrid/geo"
	"onegrid/geo/record"
)

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
			in, seq, again, err := s.OpenIncident(ctx, geo.By("hotline"), Incident(At(0, 0, 0, 0)), "case-1")
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
	in, seq, again, err := s.OpenIncident(ctx, geo.By("hotline"), Incident(At(0, 0, 0, 0)), "case-1")
	must(t, err)
	if in.ID != answers[0].id || seq != answers[0].seq || !again {
		t.Fatalf("after reopening: %d, %d, %v, want %v", in.ID, seq, again, answers[0])
	}
}

func keyServesOneReport(t *testing.T, h Harness) {
	s := h.Create(t, Scheme())
	ctx := context.Background()
	_, _, _, err := s.OpenIncident(ctx, geo.By("hotline"), Incident(At(0, 0, 0, 0)), "k")
	must(t, err)
	other := Incident(At(0, 0, 1, 0))
	_, _, _, err = s.OpenIncident(ctx, geo.By("hotline"), other, "k")
	want(t, "another point", err, geo.Conflict)
	later := Incident(At(0, 0, 0, 0))
	later.At = later.At.Add(time.Minute)
	_, _, again, err := s.OpenIncident(ctx, geo.By("hotline"), later, "k")
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
	in, _, _, err := s.OpenIncident(ctx, geo.By("hotline"), Incident(At(0, 0, 0, 0)), "")
	must(t, err)
	first, err := s.CloseIncident(ctx, geo.By("desk"), in.ID)
	must(t, err)
	second, err := s.CloseIncident(ctx, geo.By("desk"), in.ID)
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

func incidentsAreListed(t *testing.T, h Harness) {
	s := h.Create(t, Scheme())
	ctx := context.Background()
	var all []int64
	for range 7 {
		in, _, _, err := s.OpenIncident(ctx, geo.By("hotline"), Incident(At(0, 0, 0, 0)), "")
		must(t, err)
		all = append(all, in.ID)
	}
	for _, i := range []int{1, 4, 6} {
		_, err := s.CloseIncident(ctx, geo.By("desk"), all[i])
		must(t, err)
	}
	for _, c := range []struct {
		state       string
		after, most int
		want        []int // places in all
	}{
		{"", -1, 10, []int{0, 1, 2, 3, 4, 5, 6}},
		{"", 2, 3, []int{3, 4, 5}},
		{"open", -1, 10, []int{0, 2, 3, 5}},
		{"open", 0, 2, []int{2, 3}},
		{"closed", -1, 2, []int{1, 4}},
		{"closed", 4, 2, []int{6}},
		{"closed", 6, 2, nil},
	} {
		after := int64(0)
		if c.after >= 0 {
			after = all[c.after]
		}
		list, err := s.Incidents(ctx, c.state, after, c.most)
		must(t, err)
		var got, want []int64
		for _, in := range list {
			got = append(got, in.ID)
		}
		for _, i := range c.want {
			want = append(want, all[i])
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%+v: %s", c, d)
		}
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
		must(t, s.Load(ctx, geo.By("import"), o))
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
	_, err := s.Put(ctx, geo.By("handheld"), record.Objects{Layer: geo.Sites, Sites: []geo.Site{{Code: "c", Kind: "station", Point: At(1, 0, 0, 0)}, {Code: "e", Kind: "station", Point: At(1, 0, 0, 0)}}})
	must(t, err)
	c := ids(t, s)
	if c["c"] != a["c"] || c["e"] == 0 || c["e"] == c["d"] {
		t.Fatalf("ids after put: %v, before: %v", c, b)
	}
	_, err = s.Delete(ctx, geo.By("handheld"), geo.Sites, "e")
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
		_, err := s.Publish(ctx, geo.By("planner"), "", []geo.Publication{Towers(floors)})
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
