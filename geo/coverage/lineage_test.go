package coverage

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"onegrid/geo/lattice"
)

// usualNoise is for borders that are known to a metre or two.
var usualNoise = Noise{WidthM: 2, Share: 0.005}

// lineageOf traces two coverages and looks at what holds of every lineage.
func lineageOf(t testing.TB, old, new *Coverage, noise Noise) *Lineage {
	t.Helper()
	o, err := Lay(old, new)
	if err != nil {
		t.Fatal(err)
	}
	l := Trace(o, mosaicNetwork, noise)
	once := map[string]int{}
	sum := map[string]float64{}
	add := func(s Share) {
		sum["old "+s.Old] += s.OfOld
		sum["new "+s.New] += s.OfNew
	}
	for _, e := range l.Events {
		for _, code := range e.Old {
			once["old "+code]++
		}
		for _, code := range e.New {
			once["new "+code]++
		}
		for _, s := range e.Shares {
			if slices.Contains(e.Old, s.Old) {
				sum["old "+s.Old] += s.OfOld
			}
			if slices.Contains(e.New, s.New) {
				sum["new "+s.New] += s.OfNew
			}
		}
	}
	for _, s := range l.Slivers {
		add(s)
	}
	for prefix, c := range map[string]*Coverage{"old ": old, "new ": new} {
		for a, area := range c.Areas() {
			k := prefix + area.Code
			if once[k] != 1 {
				t.Errorf("%s is in %d events", k, once[k])
			}
			if ground := len(c.appendRegions(nil, int32(a))) > 0; ground && math.Abs(sum[k]-1) > 1e-5 {
				t.Errorf("the shares of %s sum to %v", k, sum[k])
			}
		}
	}
	return l
}

// find returns the event of an old area, or of a new one.
func (l *Lineage) find(old, new string) *Event {
	for i, e := range l.Events {
		if old != "" && slices.Contains(e.Old, old) || old == "" && slices.Contains(e.New, new) {
			return &l.Events[i]
		}
	}
	return nil
}

// TestLineageOfOperations does one operation and finds it from geometry alone. It is
// known which it was, so it is known what has to be found.
func TestLineageOfOperations(t *testing.T) {
	found := map[Fate]int{}
	for seed := range uint64(rounds(60, 3000)) {
		p := &planner{Rand: rand.New(rand.NewPCG(seed, 12)), c: someMosaic(t, seed), n: mosaicNetwork}
		operated(p, p.IntN(8)) // towns get gaps and voids
		for _, kind := range Kinds {
			op := p.make(kind)
			name := op.name() // another one where there was no opportunity
			now, _, err := Apply(p.c, p.n, op)
			if err != nil {
				continue
			}
			l := lineageOf(t, p.c, now, Noise{WidthM: 0.05}) // a cut between two vertices bends the edge by a unit
			fail := func(e *Event, want string) {
				t.Helper()
				b, _ := json.Marshal(e)
				t.Errorf("seed %d: after %s\n%s\n%s", seed, describe(op), want, b)
			}
			other := map[string]bool{} // codes whose ground is not as it was
			switch op := op.(type) {
			case *SplitByLine:
				want := []string{op.Left, op.Right}
				slices.Sort(want)
				if e := l.find(op.Grid, ""); e.Fate != FateSplit || len(e.Old) != 1 || !slices.Equal(e.New, want) {
					fail(e, "a split")
				}
				other[op.Grid], other[op.Left], other[op.Right] = true, true, true
			case *Merge:
				want := slices.Sorted(slices.Values(op.Grids))
				if e := l.find("", op.Into); e.Fate != FateMerged || !slices.Equal(e.Old, want) || len(e.New) != 1 {
					fail(e, "a merger")
				}
				for _, code := range append(op.Grids, op.Into) {
					other[code] = true
				}
			case *Rename:
				if a, _ := p.c.AreaByCode(op.Grid); len(p.c.appendRegions(nil, a)) == 0 {
					break // there is nothing to know it by
				}
				if e := l.find(op.Grid, ""); e.Fate != FateRenamed || !e.Exact || len(e.Also) > 0 || !slices.Equal(e.New, []string{op.Code}) {
					fail(e, "another code")
				}
				other[op.Grid], other[op.Code] = true, true
			case *Reparent:
				if e := l.find(op.Grid, ""); e.Fate != FateReparented || !e.Exact {
					fail(e, "another parent")
				}
				other[op.Grid] = true
			case *Create:
				if e := l.find("", op.Code); e.Fate != FateCreated || len(e.Old) > 0 {
					fail(e, "a new area")
				}
				other[op.Code] = true
			case *Retire:
				if e := l.find(op.Grid, ""); e.Fate != FateRetired || len(e.New) > 0 {
					fail(e, "an end")
				}
				other[op.Grid] = true
			case *AssignGap:
				if op.To != "" {
					if e := l.find(op.To, ""); e.Fate != FateReshaped || e.Exact || len(e.Shares) != 2 || e.Shares[0].Old != "" {
						fail(e, "more ground")
					}
				}
				other[op.To] = true
			case *MoveBuildings:
				other[op.To] = true
				for _, t := range op.Takes {
					other[t.From] = true
				}
			}
			for _, e := range l.Events {
				found[e.Fate]++
				if e.Level != "grid" || anyOf(other, e.Old) || anyOf(other, e.New) {
					continue
				}
				bends := name == "splitByLine" || name == "moveBuildings"
				drawn := map[string]bool{"reshapeArc": true, "moveNode": true, "insertVertex": true, "deleteVertex": true}
				if (e.Fate != FateUnchanged || !e.Exact && !bends) && !drawn[name] {
					fail(&e, "nothing happened there")
				}
				if e.Exact && !sameGround(p.c, now, e.Old[0], e.New[0]) {
					fail(&e, "this is not the same ground")
				}
			}
		}
	}
	t.Log(found)
	for _, f := range []Fate{FateSplit, FateMerged, FateCreated, FateRetired, FateReshaped, FateRenamed, FateReparented, FateUnchanged} {
		if found[f] == 0 {
			t.Errorf("nothing was %s", f)
		}
	}
}

func anyOf(set map[string]bool, codes []string) bool {
	return slices.ContainsFunc(codes, func(c string) bool { return set[c] })
}

// sameGround tells whether two areas have the same outline, vertices in line apart:
// each corner of the one lies on the border of the other.
func sameGround(c, d *Coverage, old, new string) bool {
	a, _ := c.AreaByCode(old)
	b, _ := d.AreaByCode(new)
	p, q := c.Polygons(a), d.Polygons(b)
	for _, pair := range [][2]lattice.MultiPolygon{{p, q}, {q, p}} {
		for _, polygon := range pair[0] {
			for _, ring := range polygon {
				for _, v := range ring {
					if lattice.Side(pair[1], v) != 0 {
						return false
					}
				}
			}
		}
	}
	return true
}

// TestLineageIsTheSameAnyhow compares lineages of states that are the same and were
// reached differently.
func TestLineageIsTheSameAnyhow(t *testing.T) {
	for seed := range uint64(rounds(30, 1000)) {
		p := &planner{Rand: rand.New(rand.NewPCG(seed, 13)), c: someMosaic(t, seed), n: mosaicNetwork}
		operated(p, 3)
		old := p.c
		operated(p, 15)
		one := lineageOf(t, old, p.c, usualNoise)
		var again [2]*Coverage
		for i, c := range [...]*Coverage{old, p.c} {
			var err error
			if again[i], err = Decode(c.Encode()); err != nil {
				t.Fatal(err)
			}
		}
		other := lineageOf(t, again[0], again[1], usualNoise)
		a, _ := json.Marshal(one)
		b, _ := json.Marshal(other)
		if string(a) != string(b) {
			t.Fatalf("seed %d:\n%s\n%s", seed, a, b)
		}
		// Backwards, splits are mergers and what was created ends.
		back := lineageOf(t, p.c, old, usualNoise)
		count := func(l *Lineage, fates ...Fate) (n int) {
			for _, e := range l.Events {
				if slices.Contains(fates, e.Fate) {
					n++
				}
			}
			return n
		}
		for _, f := range [][2]Fate{{FateSplit, FateMerged}, {FateMerged, FateSplit}, {FateCreated, FateRetired}, {FateMoved, FateMoved}, {FateUnchanged, FateUnchanged}} {
			if count(one, f[0]) != count(back, f[1]) {
				t.Errorf("seed %d: %d were %s, and backwards %d %s", seed, count(one, f[0]), f[0], count(back, f[1]), f[1])
			}
		}
	}
}

// TestLineageOfAnotherHand compares a town with one whose borders another hand drew
// a decimetre off: nothing changed, and the slivers are listed.
func TestLineageOfAnotherHand(t *testing.T) {
	for seed := range uint64(rounds(10, 200)) {
		old := someMosaic(t, seed)
		new := jittered(t, rand.New(rand.NewPCG(seed, 1)), old, 8)
		l := lineageOf(t, old, new, usualNoise)
		for _, e := range l.Events {
			if e.Fate != FateUnchanged {
				b, _ := json.Marshal(e)
				t.Errorf("seed %d: %s", seed, b)
			}
			if len(e.Old) == 1 && e.Exact && e.Level == "grid" {
				t.Errorf("%s is not exactly what it was", e.Old[0])
			}
		}
		if len(l.Slivers) < old.Arcs()/2 {
			t.Errorf("seed %d: only %d slivers of %d borders are told", seed, len(l.Slivers), old.Arcs())
		}
	}
}

// TestLineageOfMoves draws fates that operations do not make, on a street of
// blocks, and codes that change places.
func TestLineageOfMoves(t *testing.T) {
	draw := func(codes string, cuts ...int32) *Coverage {
		areas := []Area{{Code: "D", Parent: NoArea}, {Code: "S", Level: 1, Parent: 0}}
		var shapes []Shape
		for i, code := range codes {
			x, y := cuts[i], cuts[i+1]
			if code == '.' {
				continue
			}
			areas = append(areas, Area{Code: string(code), Level: 2, Parent: 1})
			shapes = append(shapes, Shape{Code: string(code), Shape: lattice.MultiPolygon{{{{X: x, Y: 0}, {X: y, Y: 0}, {X: y, Y: 3000}, {X: x, Y: 3000}}}}})
		}
		c, _, err := Build(mosaicNetwork, areas, shapes, Policy{})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	for _, k := range []struct {
		name     string
		old, new *Coverage
		want     []string
		warnings int
	}{
		{"crosswise", draw("ab", 0, 1000, 3000), draw("cd", 0, 2000, 3000), []string{"moved [a b] [c d]"}, 0},
		{"shifted", draw("abc", 0, 1000, 2000, 3000), draw("abc", 0, 1400, 2400, 3000),
			[]string{"reshaped [a] [a]", "reshaped [b] [b]", "reshaped [c] [c]"}, 0},
		{"codes change places", draw("ab", 0, 1000, 3000), draw("ba", 0, 1000, 3000), []string{"renamed [a] [b]", "renamed [b] [a]"}, 2},
		{"a third of each", draw("abc", 0, 900, 2100, 3000), draw("axc", 0, 600, 2400, 3000),
			[]string{"reshaped [a] [a]", "reshaped [b] [x]", "reshaped [c] [c]"}, 0},
		{"one between two", draw("ab", 0, 3000, 6000), draw("axb", 0, 2000, 4000, 6000), []string{"moved [a b] [a b x]"}, 0},
		{"halves of one go to both", draw("abcd", 0, 1000, 2000, 3000, 4000), draw("zw", 0, 1500, 4000), []string{"moved [a b c d] [w z]"}, 0},
		{"mostly of one", draw("ab", 0, 3000, 6000), draw("axb", 0, 2100, 3950, 6000), []string{"split [b] [b x]", "reshaped [a] [a]"}, 0},
		{"of parts", draw("a.b", 0, 1000, 1200, 2200), draw("axb", 0, 600, 1600, 2200), []string{"created [] [x]", "reshaped [a] [a]", "reshaped [b] [b]"}, 0},
		{"into parts", draw("axb", 0, 600, 1600, 2200), draw("a.b", 0, 1000, 1200, 2200), []string{"retired [x] []", "reshaped [a] [a]", "reshaped [b] [b]"}, 0},
	} {
		l := lineageOf(t, k.old, k.new, usualNoise)
		var got []string
		for _, e := range l.Of("grid") {
			got = append(got, fmt.Sprint(e.Fate, " ", e.Old, " ", e.New))
		}
		if !slices.Equal(got, k.want) {
			t.Errorf("%s: %q, want %q", k.name, got, k.want)
		}
		if len(l.Warnings) != k.warnings {
			t.Errorf("%s: %v", k.name, l.Warnings)
		}
	}
}

// TestFlows counts what moved.
func TestFlows(t *testing.T) {
	old := someMosaic(t, 3)
	p := &planner{Rand: rand.New(rand.NewPCG(3, 3)), c: old, n: mosaicNetwork}
	for {
		if now, _, err := Apply(old, mosaicNetwork, p.make("splitByLine")); err == nil {
			p.c = now
			break
		}
	}
	o, err := Lay(old, p.c)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 1))
	before, after := newFinder(old), newFinder(p.c)
	box := old.Bounds()
	want := map[[2]string]int64{}
	var weights []Weight
	for range 500 {
		at := lattice.Point{X: box.Min.X + int32(r.Int64N(box.Width())), Y: box.Min.Y + int32(r.Int64N(box.Height()))}
		w := Weight{NoArea, NoArea, int64(r.IntN(9))}
		a, b := before.code(at), after.code(at)
		if i, ok := old.AreaByCode(a); ok {
			w.Old = i
		}
		if i, ok := p.c.AreaByCode(b); ok {
			w.New = i
		}
		weights = append(weights, w)
		if a != "" || b != "" {
			want[[2]string{a, b}] += w.N
		}
	}
	flows := o.Flows(2, weights)
	for _, f := range flows {
		if k := [2]string{f.Old, f.New}; want[k] != f.N {
			t.Errorf("%v: %d, not %d", k, f.N, want[k])
		} else {
			delete(want, k)
		}
	}
	for k, n := range want {
		if n > 0 {
			t.Errorf("%v is missing", k)
		}
	}
	total := int64(0)
	for _, f := range o.Flows(0, weights) {
		total += f.N
	}
	for _, f := range flows {
		total -= f.N
	}
	if total != 0 {
		t.Error("the districts' households are not the grids'")
	}
}
