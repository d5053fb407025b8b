package storetest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onegrid/geo"
	"onegrid/geo/record"
)

// wholeAudit reads the audit in small pieces, and holds it to its chain.
func wholeAudit(tb testing.TB, s Store) []geo.Entry {
	tb.Helper()
	var all []geo.Entry
	for {
		piece, err := s.Audit(context.Background(), int64(len(all)), 7)
		must(tb, err)
		if len(piece) == 0 {
			break
		}
		all = append(all, piece...)
	}
	n, head, err := s.VerifyAudit(context.Background())
	must(tb, err)
	if n != int64(len(all)) || n > 0 && head != all[n-1].Hash {
		tb.Fatalf("the audit has %d entries and the head %s; %d were read", n, head, len(all))
	}
	for i, e := range all {
		if e.Number != int64(i)+1 {
			tb.Fatalf("entry %d has the number %d", i+1, e.Number)
		}
	}
	return all
}

// everyChangeIsAudited writes in every way there is: each change must have its one
// entry, of the same actor.
func everyChangeIsAudited(t *testing.T, h Harness) {
	s := h.Create(t, Scheme())
	ctx := context.Background()
	fillCity(t, s)
	desk := geo.Actor{ID: "k1", Role: geo.RoleOperator}
	in, opened, _, err := s.OpenIncident(ctx, desk, Incident(At(0, 0, 0, 0)), "key")
	must(t, err)
	_, _, again, err := s.OpenIncident(ctx, desk, Incident(At(0, 0, 0, 0)), "key")
	must(t, err)
	closed, err := s.CloseIncident(ctx, desk, in.ID)
	must(t, err)
	_, err = s.CloseIncident(ctx, desk, in.ID)
	must(t, err)
	_, err = s.Put(ctx, geo.By("iot"), record.Objects{Layer: geo.Devices, Devices: []geo.Device{Camera("a", At(0, 0, 0, 0), "ok"), Camera("b", At(0, 0, 0, 0), "ok")}})
	must(t, err)
	_, err = s.Delete(ctx, geo.By("iot"), geo.Devices, "a", "b")
	must(t, err)
	_, err = s.SetScheme(ctx, geo.By("it"), Scheme())
	must(t, err)

	s = h.Reopen(t, s)
	audit := wholeAudit(t, s)
	log := wholeLog(t, s)
	if len(audit) != len(log) || !again {
		t.Fatalf("%d changes, %d entries", len(log), len(audit))
	}
	done := map[string]int{}
	for i, c := range log {
		a := audit[i].Act
		done[a.Do]++
		if a.Seq != c.Seq || a.Actor != c.Actor || a.Object != c.Object || !a.At.Equal(c.At) {
			t.Errorf("change %+v has the entry %+v", c, a)
		}
	}
	want := map[string]int{
		"scheme.set": 2, "grids.publish": 2, "incident.open": 2, "incident.close": 1, "devices.put": 2, "devices.delete": 2,
		"estates.load": 1, "buildings.load": 1, "devices.load": 1, "sites.load": 1, "posts.load": 1, "base.load": 1,
	}
	if d := cmp.Diff(want, done); d != "" {
		t.Error(d)
	}
	for _, c := range []struct {
		seq int64
		do  string
	}{{opened, "incident.open"}, {closed, "incident.close"}} {
		act := audit[c.seq-1].Act
		if d := cmp.Diff(geo.Act{At: act.At, Actor: "k1", Role: geo.RoleOperator, Do: c.do, Object: fmt.Sprint(in.ID), Seq: c.seq}, act); d != "" {
			t.Error(d)
		}
	}
}

// actsAreKept records acts that change nothing, from several places at once.
func actsAreKept(t *testing.T, h Harness) {
	s := h.Create(t, Scheme())
	r := h.Reader(t, s)
	ctx := context.Background()
	before := len(wholeAudit(t, s))
	at := time.Date(2026, 1, 2, 3, 4, 5, 678000, time.UTC)
	act := geo.Act{At: at, Actor: "k1", Role: geo.RoleWall, Do: "tiles.read", Object: "incidents/14/1/2", Detail: map[string]any{"times": 3.0, "why": "Ünïcode <&> \x00"}}
	must(t, s.Record(ctx, act, geo.Act{Actor: "k2", Do: "look"}))
	got := wholeAudit(t, r)[before:]
	if d := cmp.Diff(act, got[0].Act); d != "" {
		t.Error(d)
	}
	if now := got[1].Act.At; time.Since(now) > time.Minute || time.Since(now) < -time.Minute {
		t.Errorf("an act without a time is of %v", now)
	}
	want(t, "an act by nobody", s.Record(ctx, act, geo.Act{Do: "look"}), geo.Invalid)
	want(t, "an act through a reader", r.Record(ctx, act), geo.Unavailable)
	want(t, "an act that cannot be written", s.Record(ctx, geo.Act{Actor: "k", Do: "x", Detail: map[string]any{"f": func() {}}}), geo.Internal)
	if n := len(wholeAudit(t, s)); n != before+2 {
		t.Fatalf("%d entries became %d", before, n)
	}
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := range 20 {
				if err := s.Record(ctx, geo.Act{Actor: fmt.Sprint("w", w), Do: "look", Object: fmt.Sprint(i)}); err != nil {
					t.Error(err)
				}
				if _, _, _, err := s.OpenIncident(ctx, geo.By("x"), Incident(At(0, 0, 0, 0)), ""); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n := len(wholeAudit(t, s)); n != before+2+8*20*2 {
		t.Fatalf("%d entries", n)
	}
}
