package storetest

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"onegrid/geo"
	"onegrid/geo/lattice"
	"onegrid/geo/record"
)

// deltasLeadToSnapshot writes at random and follows in steps of random length:
// the world that was led along must look like one made from everything.
func deltasLeadToSnapshot(t *testing.T, h Harness) {
	pubs := []geo.Publication{Basic(t, 0, "board"), Basic(t, 0, "renamed"), Basic(t, 4000, "board"), Basic(t, -4000, "board")}
	rapid.Check(t, func(rt *rapid.T) {
		s := h.Create(t, Scheme())
		defer s.Close()
		m := &scribbler{t: t, rt: rt, s: s, pubs: pubs}
		if rapid.Bool().Draw(rt, "filled") {
			fillCity(t, s)
		}
		w, at := Snapshot(t, s)
		for range rapid.IntRange(1, 6).Draw(rt, "steps") {
			for range rapid.IntRange(0, 4).Draw(rt, "writes") {
				m.write()
			}
			w, at = follow(t, s, w, at)
		}
		whole, end := Snapshot(t, s)
		if at != end {
			rt.Fatalf("led to %v, the end is %v", at, end)
		}
		if d := cmp.Diff(PictureOf(t, whole), PictureOf(t, w)); d != "" {
			rt.Fatalf("snapshot (-) and deltas (+) differ:\n%s", d)
		}
	})
}

// scribbler writes at random, among few codes so that they meet.
type scribbler struct {
	t    *testing.T
	rt   *rapid.T
	s    Store
	pubs []geo.Publication
	open []int64
}

func (m *scribbler) write() {
	ctx := context.Background()
	switch rapid.SampledFrom([]string{"incident", "incident", "close", "put", "put", "delete", "load", "publish", "scheme"}).Draw(m.rt, "write") {
	case "incident":
		in, _, _, err := m.s.OpenIncident(ctx, geo.By("hotline"), Incident(m.place()), "")
		must(m.t, err)
		m.open = append(m.open, in.ID)
	case "close":
		if len(m.open) > 0 {
			_, err := m.s.CloseIncident(ctx, geo.By("desk"), rapid.SampledFrom(m.open).Draw(m.rt, "incident"))
			must(m.t, err)
		}
	case "put":
		_, err := m.s.Put(ctx, geo.By("handheld"), m.objects(1))
		must(m.t, err)
	case "delete":
		o := m.objects(1)
		if _, err := m.s.Delete(ctx, geo.By("handheld"), o.Layer, codeOf(o)); err != nil {
			want(m.t, "delete", err, geo.NotFound)
		}
	case "load":
		must(m.t, m.s.Load(ctx, geo.By("import"), m.objects(rapid.IntRange(0, 5).Draw(m.rt, "objects"))))
	case "publish":
		pubs := []geo.Publication{Towers(rapid.IntRange(0, 3).Draw(m.rt, "floors"))}
		if rapid.Bool().Draw(m.rt, "basic") {
			pubs = append(pubs, rapid.SampledFrom(m.pubs).Draw(m.rt, "edition"))
		}
		_, err := m.s.Publish(ctx, geo.By("planner"), "", pubs)
		must(m.t, err)
	case "scheme":
		scheme := Scheme()
		scheme.Bounds.Households = [2]int{200, rapid.IntRange(300, 400).Draw(m.rt, "bound")}
		_, err := m.s.SetScheme(ctx, geo.By("it"), scheme)
		must(m.t, err)
	}
}

func (m *scribbler) place() lattice.Point {
	at := rapid.IntRange(-Step, (Side+1)*Step)
	return At(0, 0, at.Draw(m.rt, "x"), at.Draw(m.rt, "y"))
}

// objects draws n objects of one layer with different codes.
func (m *scribbler) objects(n int) record.Objects {
	codes := rapid.Permutation([]string{"a", "b", "c", "d", "e", "f"}).Draw(m.rt, "codes")[:n]
	o := record.Objects{Layer: rapid.SampledFrom([]geo.Layer{geo.Estates, geo.Buildings, geo.Devices, geo.Sites, geo.Posts, geo.Base}).Draw(m.rt, "layer")}
	for _, code := range codes {
		p := m.place()
		switch o.Layer {
		case geo.Estates:
			o.Estates = append(o.Estates, geo.Estate{Code: code, Shape: square(p, 500)})
		case geo.Buildings:
			o.Buildings = append(o.Buildings, Building(code, p, rapid.IntRange(0, 90).Draw(m.rt, "households")))
		case geo.Devices:
			o.Devices = append(o.Devices, geo.Device{Code: code, Point: p, Kind: rapid.SampledFrom([]string{"camera", "gate"}).Draw(m.rt, "kind")})
		case geo.Sites:
			o.Sites = append(o.Sites, geo.Site{Code: code, Point: p, Kind: "merchant"})
		case geo.Posts:
			o.Posts = append(o.Posts, geo.Post{Code: code, Role: "leader", Areas: []string{GridCode(rapid.IntRange(0, Side-1).Draw(m.rt, "column"), 0), "d"}})
		case geo.Base:
			o.Base = append(o.Base, geo.BaseFeature{Code: code, Kind: "street", Shape: geo.Geometry{Lines: [][]lattice.Point{{p, m.place()}}}})
		}
	}
	return o
}

func codeOf(o record.Objects) string {
	switch o.Layer {
	case geo.Estates:
		return o.Estates[0].Code
	case geo.Buildings:
		return o.Buildings[0].Code
	case geo.Devices:
		return o.Devices[0].Code
	case geo.Sites:
		return o.Sites[0].Code
	case geo.Posts:
		return o.Posts[0].Code
	}
	return o.Base[0].Code
}
