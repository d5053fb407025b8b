package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onegrid/geo"
	"onegrid/geo/record"
)

// unchanged checks that a refused write left nothing behind.
func unchanged(t *testing.T, s Store, write func()) {
	t.Helper()
	before, _ := Snapshot(t, s)
	log := len(wholeLog(t, s))
	write()
	after, _ := Snapshot(t, s)
	if d := cmp.Diff(PictureOf(t, before), PictureOf(t, after)); d != "" {
		t.Fatalf("a refused write left something behind:\n%s", d)
	}
	if n := len(wholeLog(t, s)); n != log {
		t.Fatalf("a refused write left %d entries in the log", n-log)
	}
}

func importIsWhole(t *testing.T, h Harness) {
	s := h.Create(t, Scheme())
	fillCity(t, s)
	ctx := context.Background()
	bad := record.Objects{Layer: geo.Buildings}
	for i := range 50 {
		bad.Buildings = append(bad.Buildings, Building(fmt.Sprint("n", i), At(i%Side, 0, 0, 0), i))
	}
	bad.Buildings[49].Code = "n7"
	unchanged(t, s, func() {
		err := s.Load(ctx, geo.By("import"), bad)
		want(t, "a code that comes twice", err, geo.Conflict)
		if e, ok := err.(*geo.Error); !ok || e.Row != 50 || e.Value != "n7" {
			t.Fatalf("the error does not name row and code: %#v", err)
		}
	})
	bad.Buildings[49].Code = ""
	unchanged(t, s, func() {
		want(t, "no code", s.Load(ctx, geo.By("import"), bad), geo.Invalid)
		_, err := s.Put(ctx, geo.By("import"), bad)
		want(t, "no code", err, geo.Invalid)
		_, err = s.Delete(ctx, geo.By("import"), geo.Buildings, "b0", "nowhere")
		want(t, "delete what is not there", err, geo.NotFound)
	})
	bad.Buildings[49].Code = "n49"
	gone, cancel := context.WithCancel(ctx)
	cancel()
	unchanged(t, s, func() {
		if err := s.Load(gone, geo.By("import"), bad); err == nil {
			t.Fatal("a cancelled import went through")
		}
	})
	must(t, s.Load(ctx, geo.By("import"), bad))
	if w, _ := Snapshot(t, s); w.Buildings().Len() != 50 {
		t.Fatalf("%d buildings", w.Buildings().Len())
	}
}

func publicationIsWhole(t *testing.T, h Harness) {
	s := h.Create(t, Scheme())
	fillCity(t, s)
	ctx := context.Background()
	stolen := Towers(5)
	stolen.Grids[4].Code = GridCode(1, 1) // of the basic network, which stays
	unchanged(t, s, func() {
		_, err := s.Publish(ctx, geo.By("planner"), "", []geo.Publication{stolen})
		want(t, "a code of another network", err, geo.Conflict)
	})
	e, err := s.Publish(ctx, geo.By("planner"), "next", []geo.Publication{Basic(t, 500, "board"), Towers(2)})
	must(t, err)
	if e.ID != 2 || e.Note != "next" || e.Actor != "planner" || len(e.Networks) != 2 {
		t.Fatalf("edition %+v", e)
	}
}

func editionsNameStates(t *testing.T, h Harness) {
	s := h.Create(t, Scheme())
	ctx := context.Background()
	basic := Basic(t, 0, "board")
	first, err := s.Publish(ctx, geo.By("planner"), "one", []geo.Publication{basic, Towers(1)})
	must(t, err)
	second, err := s.Publish(ctx, geo.By("planner"), "two", []geo.Publication{Towers(2)})
	must(t, err)
	all, err := s.Editions(ctx)
	must(t, err)
	if len(all) != 2 || all[0].EffectiveTo == nil || !all[0].EffectiveTo.Equal(second.EffectiveFrom) || second.EffectiveTo != nil {
		t.Fatalf("editions do not follow on each other: %+v", all)
	}
	if d := cmp.Diff(second, all[1]); d != "" {
		t.Fatal(d)
	}
	if d := cmp.Diff(first.Networks[0], second.Networks[0]); d != "" {
		t.Fatalf("the basic network's state moved:\n%s", d)
	}
	if got := second.Networks[1]; got.Network != "towers" || got.Since != 2 || got.Hash != Towers(2).Hash {
		t.Fatalf("state of towers: %+v", got)
	}
	w, _ := Snapshot(t, s)
	if d := cmp.Diff(second, w.Edition()); d != "" {
		t.Fatal(d)
	}
	if len(w.Basic().Grids) != len(basic.Grids) {
		t.Fatalf("%d grids", len(w.Basic().Grids))
	}
}

func refusals(t *testing.T, h Harness) {
	s := h.Create(t, Scheme())
	ctx := context.Background()
	publish := func(p ...geo.Publication) error {
		_, err := s.Publish(ctx, geo.By("planner"), "", p)
		return err
	}
	wrongLevel, wrongNetwork, twice, nameless := Towers(2), Towers(2), Towers(2), Towers(2)
	wrongLevel.Grids[1].Level = "attic"
	wrongNetwork.Grids[1].Network = "basic"
	twice.Grids[1].Code = twice.Grids[0].Code
	nameless.Grids[1].Code = ""
	unchanged(t, s, func() {
		want(t, "no network", publish(), geo.Invalid)
		want(t, "unknown network", publish(geo.Publication{Network: "sewers"}), geo.Invalid)
		want(t, "no coverage", publish(geo.Publication{Network: "basic"}), geo.Invalid)
		want(t, "a network twice", publish(Towers(1), Towers(1)), geo.Invalid)
		want(t, "unknown level", publish(wrongLevel), geo.Invalid)
		want(t, "a grid of another network", publish(wrongNetwork), geo.Invalid)
		want(t, "a code twice", publish(twice), geo.Conflict)
		want(t, "no code", publish(nameless), geo.Invalid)
		want(t, "not a layer", s.Load(ctx, geo.By("import"), record.Objects{Layer: geo.Incidents}), geo.Invalid)
		_, err := s.CloseIncident(ctx, geo.By("desk"), 7)
		want(t, "unknown incident", err, geo.NotFound)
		_, err = s.Incident(ctx, 7)
		want(t, "unknown incident", err, geo.NotFound)
	})
	r := h.Reader(t, s)
	_, _, _, err := r.OpenIncident(ctx, geo.By("hotline"), Incident(At(0, 0, 0, 0)), "")
	want(t, "a write through a reader", err, geo.Unavailable)
}

func fullDisk(t *testing.T, h Harness) {
	s := h.Create(t, Scheme())
	fillCity(t, s)
	ctx := context.Background()
	free := h.Fill(t, s)
	many := record.Objects{Layer: geo.Buildings}
	for i := range 5000 {
		many.Buildings = append(many.Buildings, Building(fmt.Sprint("n", i), At(i%Side, 0, 0, 0), i))
	}
	unchanged(t, s, func() {
		want(t, "an import on a full disk", s.Load(ctx, geo.By("import"), many), geo.Full)
	})
	acked := 0
	for {
		in := Incident(At(0, 0, 0, 0))
		in.Why = string(make([]byte, 2000))
		_, _, _, err := s.OpenIncident(ctx, geo.By("hotline"), in, "")
		if err != nil {
			want(t, "an incident on a full disk", err, geo.Full)
			break
		}
		acked++
	}
	if w, _ := Snapshot(t, s); w.Incidents().Len() != 1+acked {
		t.Fatalf("%d incidents, acknowledged %d", w.Incidents().Len(), 1+acked)
	}
	free()
	must(t, s.Load(ctx, geo.By("import"), many))
	if w, _ := Snapshot(t, s); w.Buildings().Len() != 5000 {
		t.Fatalf("%d buildings", w.Buildings().Len())
	}
}

func closedStore(t *testing.T, h Harness) {
	s := h.Create(t, Scheme())
	must(t, s.Close())
	ctx := context.Background()
	_, _, _, err := s.OpenIncident(ctx, geo.By("hotline"), Incident(At(0, 0, 0, 0)), "")
	want(t, "a write", err, geo.Unavailable)
	_, err = s.Changes(ctx, 0, 1)
	want(t, "a reading", err, geo.Unavailable)
	_, err = s.Version(ctx)
	want(t, "the version", err, geo.Unavailable)
}

// givenUp writes with contexts that end at every stage of a write: each write is
// done or not, and the store goes on.
func givenUp(t *testing.T, h Harness) {
	s := h.Create(t, Scheme())
	begin := time.Now()
	must(t, put(context.Background(), s, "first"))
	usual := time.Since(begin)
	const tries = 300
	for i := range tries {
		ctx, cancel := context.WithTimeout(context.Background(), usual*time.Duration(i)/tries)
		err := put(ctx, s, fmt.Sprint("c", i))
		cancel()
		if err != nil && !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("write %d: %v", i, err)
		}
	}
	must(t, put(context.Background(), s, "last"))
	w, at := Snapshot(t, s)
	if _, ok := w.Sites().ByCode("last"); !ok || w.Sites().Len() != len(wholeLog(t, s))-1 || at.Seq != int64(len(wholeLog(t, s))) {
		t.Fatalf("%d sites, %d changes, at %d", w.Sites().Len(), len(wholeLog(t, s)), at.Seq)
	}
}

func put(ctx context.Context, s Store, code string) error {
	_, err := s.Put(ctx, geo.By("handheld"), record.Objects{Layer: geo.Sites, Sites: []geo.Site{{Code: code, Kind: "merchant", Point: At(0, 0, 0, 0)}}})
	return err
}

// closingLetsGo closes a store under those who write to it, and who give up at
// the same time.
func closingLetsGo(t *testing.T, h Harness) {
	for range 20 {
		s := h.Create(t, Scheme())
		ctx, cancel := context.WithCancel(context.Background())
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				for k := 0; put(ctx, s, fmt.Sprint(i, "-", k)) == nil; k++ {
				}
			})
		}
		time.Sleep(time.Millisecond)
		wg.Go(cancel)
		must(t, s.Close())
		ended := make(chan struct{})
		go func() { wg.Wait(); close(ended) }()
		select {
		case <-ended:
		case <-time.After(20 * time.Second):
			t.Fatal("somebody still waits for a store that is closed")
		}
	}
}
