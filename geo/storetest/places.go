package storetest

import (
	"context"
	"sync"
	"testing"

	"onegrid/geo"
	"onegrid/geo/record"
	"onegrid/geo/world"
)

// foreignPosition asks from places that the log does not go on from.
func foreignPosition(t *testing.T, h Harness) {
	s := h.Create(t, Scheme())
	fillCity(t, s)
	w, at := Snapshot(t, s)
	_, _, _, err := s.OpenIncident(context.Background(), geo.By("hotline"), Incident(At(0, 0, 0, 0)), "")
	must(t, err)
	read := func(from record.Position) *noting {
		n := &noting{Builder: world.NewBuilder(w, false)}
		must(t, s.Read(context.Background(), from, n))
		return n
	}
	other, ahead, rewritten := at, at, at
	other.Store = "another"
	ahead.Seq += 100
	rewritten.Hash = "0" + at.Hash[1:]
	if rewritten.Hash == at.Hash {
		rewritten.Hash = "1" + at.Hash[1:]
	}
	for name, from := range map[string]record.Position{"none": {}, "another store": other, "ahead": ahead, "rewritten": rewritten} {
		if n := read(from); !n.whole || len(n.Changes()) > 0 {
			t.Errorf("%s: not read whole", name)
		}
	}
	if n := read(at); n.whole || len(n.Changes()) != 1 || n.to.Seq != at.Seq+1 {
		t.Errorf("from %d to %d with %d changes, whole: %v", at.Seq, n.to.Seq, len(n.Changes()), n.whole)
	}
	end := read(at).to
	if n := read(end); n.whole || len(n.Changes()) != 0 || n.to != end {
		t.Errorf("from the end: to %v, %d changes, whole: %v", n.to, len(n.Changes()), n.whole)
	}
}

// readingSeesOneMoment reads while others write: each snapshot must hold exactly
// the incidents that the log up to its seq leaves open.
func readingSeesOneMoment(t *testing.T, h Harness) {
	s := h.Create(t, Scheme())
	r := h.Reader(t, s)
	ctx, stop := context.WithCancel(context.Background())
	var writers, readers sync.WaitGroup
	for w := range 2 {
		writers.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				in, _, _, err := s.OpenIncident(context.Background(), geo.By("hotline"), Incident(At(w, 0, i, 0)), "")
				if err == nil && i%2 == 0 {
					_, err = s.CloseIncident(context.Background(), geo.By("desk"), in.ID)
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	moments := make(chan *world.World, 64)
	for _, from := range []Store{s, r} {
		readers.Go(func() {
			for range 15 {
				w, _ := Snapshot(t, from)
				moments <- w
			}
		})
	}
	readers.Wait()
	stop()
	writers.Wait()
	close(moments)
	log := wholeLog(t, s)
	for w := range moments {
		open := map[string]bool{}
		for _, c := range log[:w.Seq()] {
			if c.Kind == geo.Incidents {
				open[c.Object] = !open[c.Object]
			}
		}
		n := 0
		for _, is := range open {
			if is {
				n++
			}
		}
		if w.Incidents().Len() != n {
			t.Fatalf("at seq %d, %d incidents were open; the snapshot has %d", w.Seq(), n, w.Incidents().Len())
		}
	}
}

func versionsTell(t *testing.T, h Harness) {
	s := h.Create(t, Scheme())
	r := h.Reader(t, s)
	ctx := context.Background()
	for _, from := range []Store{s, r} {
		before, err := from.Version(ctx)
		must(t, err)
		again, err := from.Version(ctx)
		must(t, err)
		if before != again {
			t.Fatalf("the version moved from %d to %d by itself", before, again)
		}
		_, _, _, err = s.OpenIncident(ctx, geo.By("hotline"), Incident(At(0, 0, 0, 0)), "")
		must(t, err)
		after, err := from.Version(ctx)
		must(t, err)
		if after == before {
			t.Fatalf("the version stayed %d through a commit", after)
		}
	}
	select {
	case <-s.Committed():
	default:
		t.Fatal("the commits were not signalled")
	}
}
