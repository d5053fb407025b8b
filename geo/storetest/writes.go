package storetest

import (
	"context"
	"fmt"
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
				in, seq, _, err := s.OpenIncident(ctx, geo.By("hotline"), Incident(At(w%Side, i%Side, i, w)), "")
				if err != nil || in.ID == 0 || seq == 0 {
					t.Errorf("incident %d of %d: %v", i, w, err)
					return
				}
				if i%3 == 0 {
					if _, err := s.CloseIncident(ctx, geo.By("desk"), in.ID); err != nil {
						t.Error(err)
					}
				}
				if i%10 == 0 {
					d := Camera(fmt.Sprintf("cam%d-%d", w, i), At(w%Side, 0, 0, 0), "ok")
					if _, err := s.Put(ctx, geo.By("iot"), record.Objects{Layer: geo.Devices, Devices: []geo.Device{d}}); err != nil {
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
	_, seq, _, err := s.OpenIncident(context.Background(), geo.By("hotline"), Incident(At(0, 0, 0, 0)), "")
	must(t, err)
	if want := log[len(log)-1].Seq + 1; seq != want {
		t.Fatalf("the log goes on at %d, want %d", seq, want)
	}
}

// fillCity puts a little of everything into a store.
func fillCity(tb testing.TB, s Store) {
	tb.Helper()
	ctx := context.Background()
	_, err := s.Publish(ctx, geo.By("planner"), "first", []geo.Publication{Basic(tb, 0, "board"), Towers(3)})
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
			{Code: "n0", Kind: "place", Shape: geo.Geometry{Point: new(At(1, 1, 0, 0))}},
			{Code: "l0", Kind: "water", Shape: geo.Geometry{Polygons: square(At(3, 3, 0, 0), 50)}},
		}},
	} {
		must(tb, s.Load(ctx, geo.By("import"), o))
	}
	_, _, _, err = s.OpenIncident(ctx, geo.By("hotline"), Incident(At(1, 2, 0, 0)), "")
	must(tb, err)
}
