package world

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"onegrid/geo"
	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
	"onegrid/geo/record"
)

// TestTrieIsAMap puts and deletes at random, keeps every version, and looks at
// each again at the end: none may have changed.
func TestTrieIsAMap(t *testing.T) {
	keys := rapid.OneOf(rapid.Uint64Range(0, 40), rapid.Uint64())
	rapid.Check(t, func(t *rapid.T) {
		var is *trie[int]
		want := map[uint64]int{}
		type version struct {
			is   *trie[int]
			want map[uint64]int
		}
		var versions []version
		for i := range rapid.IntRange(0, 60).Draw(t, "steps") {
			k := keys.Draw(t, "key")
			if rapid.IntRange(0, 2).Draw(t, "delete") == 0 {
				is = is.del(k)
				delete(want, k)
			} else {
				is = is.put(k, i)
				want[k] = i
			}
			copied := map[uint64]int{}
			for k, v := range want {
				copied[k] = v
			}
			versions = append(versions, version{is, copied})
		}
		for _, v := range versions {
			var sorted []uint64
			for k := range v.want {
				sorted = append(sorted, k)
			}
			slices.Sort(sorted)
			i := 0
			v.is.all(func(val int) bool {
				if i >= len(sorted) || v.want[sorted[i]] != val {
					t.Fatalf("place %d: %d", i, val)
				}
				i++
				return true
			})
			if i != len(sorted) {
				t.Fatalf("%d values, want %d", i, len(sorted))
			}
			for range 5 {
				k := keys.Draw(t, "asked")
				got, ok := v.is.get(k)
				if want, there := v.want[k]; ok != there || got != want {
					t.Fatalf("get %d: %d, %v; want %d, %v", k, got, ok, want, there)
				}
			}
		}
	})
}

var boxes = rapid.Custom(func(t *rapid.T) lattice.Box {
	corner := rapid.OneOf(rapid.Int32Range(-60, 60), rapid.Int32())
	size := rapid.OneOf(rapid.Int32Range(0, 30), rapid.Int32Range(0, 1<<31-1))
	var b lattice.Box
	b.Min = lattice.Point{X: corner.Draw(t, "x"), Y: corner.Draw(t, "y")}
	b.Max.X = int32(min(int64(b.Min.X)+int64(size.Draw(t, "w")), 1<<31-1))
	b.Max.Y = int32(min(int64(b.Min.Y)+int64(size.Draw(t, "h")), 1<<31-1))
	return b
})

// TestRowsAreAMap edits a layer at random, packs it now and then, and compares
// it with a plain map after every step.
func TestRowsAreAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := map[int64]geo.Site{}
		p := newPacking(geo.Sites, 0)
		for i := range rapid.IntRange(0, 30).Draw(t, "packed") {
			s := site(t, int64(2*i))
			want[s.ID] = s
			if err := p.add(s.ID, record.AppendSite(nil, &s)); err != nil {
				t.Fatal(err)
			}
		}
		done, err := p.done()
		if err != nil {
			t.Fatal(err)
		}
		r := (&Rows{layer: geo.Sites, packed: done}).placed(nil)
		for range rapid.IntRange(0, 25).Draw(t, "steps") {
			id := rapid.Int64Range(-3, 70).Draw(t, "id")
			switch rapid.IntRange(0, 4).Draw(t, "what") {
			case 0:
				r = r.without(id)
				delete(want, id)
			case 1:
				if r, err = r.repacked(); err != nil {
					t.Fatal(err)
				}
			default:
				s := site(t, id)
				want[id] = s
				r = r.with(Row{ID: id, Area: coverage.NoArea, Body: string(record.AppendSite(nil, &s)), box: lattice.BoxOf(s.Point)})
			}
			compare(t, r, want)
		}
	})
}

func site(t *rapid.T, id int64) geo.Site {
	small := rapid.Int32Range(0, 20)
	return geo.Site{ID: id, Code: fmt.Sprint("s", id), Point: lattice.Point{X: small.Draw(t, "x"), Y: small.Draw(t, "y")}}
}

func compare(t *rapid.T, r *Rows, want map[int64]geo.Site) {
	t.Helper()
	var sorted []geo.Site
	for _, s := range want {
		sorted = append(sorted, s)
	}
	slices.SortFunc(sorted, func(a, b geo.Site) int { return cmp.Compare(a.ID, b.ID) })
	if r.Len() != len(sorted) {
		t.Fatalf("%d rows, want %d", r.Len(), len(sorted))
	}
	i := 0
	for row := range r.All() {
		if row.ID != sorted[i].ID || record.ReadSite(row.Body).Point != sorted[i].Point {
			t.Fatalf("row %d is %d, want %d", i, row.ID, sorted[i].ID)
		}
		i++
	}
	q := boxes.Draw(t, "query")
	var got, meant []int64
	for _, i := range r.Search(q, []int32{-1})[1:] {
		got = append(got, r.Row(i).ID)
	}
	for _, s := range sorted {
		if q.Contains(s.Point) {
			meant = append(meant, s.ID)
		}
	}
	if !slices.Equal(got, meant) {
		t.Fatalf("search finds %v, want %v", got, meant)
	}
	for id := int64(-4); id < 72; id++ {
		_, there := want[id]
		_, byID := r.Find(id)
		_, byCode := r.FindCode(fmt.Sprint("s", id))
		if byID != there || byCode != there {
			t.Fatalf("id %d: found %v, by code %v, want %v", id, byID, byCode, there)
		}
	}
}

func TestArenaHoldsSmallAndLarge(t *testing.T) {
	var f filling
	var want [][]byte
	for i, n := range []int{0, 1, 127, 128, 1 << 19, 1 << 20, 5, 3 << 20, 1 << 19, 1<<19 + 5, 7} {
		b := bytes.Repeat([]byte{byte(i + 1)}, n)
		want = append(want, b)
		if err := f.add(b); err != nil {
			t.Fatal(err)
		}
	}
	a := f.done()
	for i, b := range want {
		if a.body(i) != string(b) {
			t.Fatalf("record %d of %d bytes came back as %d bytes", i, len(b), len(a.body(i)))
		}
	}
}

func TestMalformedRowsAreRefused(t *testing.T) {
	p := newPacking(geo.Buildings, 1)
	if err := p.add(1, []byte("no record")); err != nil {
		t.Fatal(err)
	}
	if _, err := p.done(); geo.KindOf(err) != geo.Internal {
		t.Fatal(err)
	}
	p = newPacking(geo.Buildings, 2)
	if err := p.add(2, nil); err != nil {
		t.Fatal(err)
	}
	if err := p.add(1, nil); err == nil {
		t.Fatal("rows out of order")
	}
}

// TestWhatCannotBeReadIsNamed: of a million rows, the message names the one.
func TestWhatCannotBeReadIsNamed(t *testing.T) {
	for _, l := range []geo.Layer{geo.Devices, geo.Incidents, geo.Posts} {
		b := NewBuilder(nil, false)
		if err := b.Layer(l, 1, 1); err != nil {
			t.Fatal(err)
		}
		err := b.Row(4711, []byte("no "))
		if geo.KindOf(err) != geo.Internal || !strings.Contains(err.Error(), "4711") {
			t.Errorf("%s: %v", l, err)
		}
	}
}
