package coverage

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// flat is a network of one level, and plot builds it from rings by code, one
// lattice unit being 11 mm at the equator.
func flat(kind geo.NetworkKind) geo.Network {
	return geo.Network{ID: "n", Kind: kind, Levels: []geo.Level{{ID: "grid"}}}
}

func plot(t *testing.T, kind geo.NetworkKind, p Policy, shapes ...Shape) (*Coverage, []Repair) {
	t.Helper()
	var areas []Area
	for i := range shapes {
		shapes[i].Row = i + 1
		areas = append(areas, Area{Code: shapes[i].Code, Parent: NoArea})
	}
	c, report, err := Build(flat(kind), areas, shapes, p)
	if err != nil {
		t.Fatal(err)
	}
	return c, report.Repairs
}

func rings(code string, r ...lattice.Ring) Shape {
	return Shape{Code: code, Shape: lattice.MultiPolygon{r}}
}

// backwards returns a ring as a hole runs.
func backwards(r lattice.Ring) lattice.Ring {
	r = slices.Clone(r)
	slices.Reverse(r)
	return r
}

func hole(x, y, w, h int32) lattice.Ring { return backwards(block(x, y, w, h)) }

// told writes repairs as "kind of A B: done", in order.
func told(repairs []Repair) string {
	var out []string
	for _, r := range repairs {
		s := r.Kind + " of " + strings.Join(r.Codes, " ") + ": " + r.Done
		if r.Blocker {
			s += " (blocker)"
		}
		out = append(out, s)
	}
	return strings.Join(out, "; ")
}

func sizeOf(c *Coverage, code string) int64 {
	a, _ := c.AreaByCode(code)
	sum := int64(0)
	for _, p := range c.Polygons(a) {
		for _, ring := range p {
			sum += lattice.TwiceArea(ring)
		}
	}
	return sum / 2
}

func TestSettling(t *testing.T) {
	a, b := rings("a", block(0, 0, 1000, 1000)), rings("b", block(900, 0, 1000, 1000))
	// A ring of four areas around a hole of 400 x 400 units, 4.4 m.
	around := []Shape{
		rings("n", block(0, 700, 700, 300)), rings("e", block(700, 300, 300, 700)),
		rings("s", block(300, 0, 700, 300)), rings("w", block(0, 0, 300, 700))}
	bow := rings("x", lattice.Ring{{X: 0, Y: 0}, {X: 1000, Y: 1000}, {X: 1000, Y: 0}, {X: 0, Y: 1000}})
	for _, test := range []struct {
		name   string
		kind   geo.NetworkKind
		policy Policy
		shapes []Shape
		told   string
		sizes  string // a=1000000
	}{
		{"clean", geo.Basic, Policy{}, []Shape{a, rings("b", block(1000, 0, 1000, 1000))}, "", "a=1000000 b=1000000"},
		{"overlap, equal borders", geo.Basic, Policy{}, []Shape{b, a}, "overlap of a b: given to a: the longest shared border", "a=1000000 b=900000"},
		{"overlap by priority", geo.Basic, Policy{Priority: []string{"z", "b"}}, []Shape{a, b}, "overlap of a b: given to b: by priority", "a=900000 b=1000000"},
		{"overlap by the first of two priorities", geo.Basic, Policy{Priority: []string{"b", "a"}}, []Shape{a, b}, "overlap of a b: given to b: by priority", "a=900000 b=1000000"},
		{"overlap beside a longer border of a third", geo.Basic, Policy{}, []Shape{rings("a", block(0, 0, 1000, 100)), rings("b", block(500, 0, 1000, 100)), rings("c", block(0, -500, 2000, 500))},
			"overlap of a b: given to a: the longest shared border", "a=100000 b=50000 c=1000000"},
		{"overlap, longer border", geo.Basic, Policy{}, []Shape{a, rings("b", block(900, 200, 1000, 400))},
			"overlap of a b: given to a: the longest shared border", "a=1000000 b=360000"},
		{"one outline, two areas", geo.Basic, Policy{}, []Shape{rings("b", block(0, 0, 10, 10)), rings("a", block(0, 0, 10, 10))},
			"missing of b: listed: the area has no ground (blocker); overlap of a b: given to a: the smaller code", "a=100"},
		{"gap, listed", geo.Basic, Policy{}, around, "gap of e n s w: listed (blocker)", "n=210000"},
		{"gap, too wide", geo.Basic, Policy{GapWidthM: 4.3}, around, "gap of e n s w: listed (blocker)", "n=210000"},
		{"gap, narrow", geo.Basic, Policy{GapWidthM: 4.5}, around, "gap of e n s w: given to e: the longest shared border", "e=370000 n=210000"},
		{"gap, void", geo.Basic, Policy{WideGaps: VoidGaps}, around, "gap of e n s w: declared to be nobody's", "n=210000"},
		{"gap, filled", geo.Basic, Policy{WideGaps: FillGaps}, around, "gap of e n s w: given to e: the longest shared border", "e=370000"},
		{"gap of an exclusive network", geo.Exclusive, Policy{}, around, "", "n=210000"},
		{"narrow gap of an exclusive network", geo.Exclusive, Policy{GapWidthM: 5}, around, "gap of e n s w: given to e: the longest shared border", "e=370000"},
		{"bow-tie", geo.Basic, Policy{}, []Shape{bow},
			"bow-tie of x: filled even-odd: what its edges go round twice is outside; fragment of x: kept: it is wider than gaps that are closed; multipart of x: kept in 2 parts (blocker)", "x=500000"},
		{"the other way round", geo.Basic, Policy{}, []Shape{rings("a", lattice.Ring{{X: 0, Y: 0}, {X: 0, Y: 9}, {X: 9, Y: 9}, {X: 9, Y: 0}})},
			"wrong-winding of a: read as if it ran the other way: outlines are filled even-odd", "a=81"},
		{"closed and repeated", geo.Basic, Policy{}, []Shape{rings("a", lattice.Ring{{X: 0, Y: 0}, {X: 9, Y: 0}, {X: 9, Y: 0}, {X: 9, Y: 9}, {X: 0, Y: 0}})},
			"duplicate-point of a: the repeat was dropped", "a=40"},
		{"ring without an inside", geo.Basic, Policy{}, []Shape{rings("a", block(0, 0, 9, 9), lattice.Ring{{X: 3, Y: 3}, {X: 4, Y: 4}})},
			"dropped-ring of a: dropped: a ring of fewer than three different points in a row has no inside", "a=81"},
		{"spike", geo.Basic, Policy{}, []Shape{rings("a", lattice.Ring{{X: 0, Y: 0}, {X: 9, Y: 0}, {X: 20, Y: 0}, {X: 9, Y: 0}, {X: 9, Y: 9}, {X: 0, Y: 9}})},
			"spike of a: cut off: the outline runs out and back", "a=81"},
		{"hole within a hole", geo.Basic, Policy{WideGaps: VoidGaps}, []Shape{rings("a", block(0, 0, 90, 90), hole(10, 10, 70, 70), hole(20, 20, 50, 50))},
			"fragment of a: kept: it is wider than gaps that are closed; gap of a: declared to be nobody's; multipart of a: kept in 2 parts (blocker); nested-hole of a: filled even-odd: ground again within the hole", "a=5700"},
		{"the same ring twice", geo.Basic, Policy{}, []Shape{rings("a", block(0, 0, 9, 9), hole(0, 0, 9, 9))},
			"dropped-ring of a: dropped: the polygon encloses nothing; missing of a: listed: the area has no ground (blocker); repeated-ring of a: filled even-odd: what is drawn twice cancels", "a=0"},
		{"one polygon twice", geo.Basic, Policy{}, []Shape{{Code: "a", Shape: lattice.MultiPolygon{{block(0, 0, 9, 9)}, {block(0, 0, 9, 9)}}}}, "united-parts of a: counted once", "a=81"},
		{"overlapping members", geo.Basic, Policy{}, []Shape{{Code: "a", Shape: lattice.MultiPolygon{{block(0, 0, 9, 9)}, {block(5, 0, 9, 9)}}}},
			"united-parts of a: counted once", "a=126"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, repairs := plot(t, test.kind, test.policy, test.shapes...)
			if got := told(repairs); got != test.told {
				t.Errorf("told %q,\n want %q", got, test.told)
			}
			for _, s := range strings.Fields(test.sizes) {
				code, _, _ := strings.Cut(s, "=")
				if got := fmt.Sprintf("%s=%d", code, sizeOf(c, code)); got != s {
					t.Errorf("got %s, want %s", got, s)
				}
			}
		})
	}
}

// TestFragments cuts an arm off by an overlap that another area has by priority:
// narrow, it goes to whom it borders; wide, it stays.
func TestFragments(t *testing.T) {
	for _, high := range []int32{200, 2000} {
		// a has an arm of 5,000 units that b crosses and c accompanies.
		arm := rings("a", lattice.Ring{{X: 0, Y: 0}, {X: 9000, Y: 0}, {X: 9000, Y: high}, {X: 4000, Y: high}, {X: 4000, Y: 4000}, {X: 0, Y: 4000}})
		b := rings("b", block(5000, -500, 1000, 6000))
		c, repairs := plot(t, geo.Basic, Policy{GapWidthM: 5, Priority: []string{"b"}}, arm, b, rings("c", block(6000, high, 3000, 1000)))
		want := "fragment of a: given to c: the longest shared border; overlap of a b: given to b: by priority"
		if high == 2000 {
			want = "fragment of a: kept: it is wider than gaps that are closed; multipart of a: kept in 2 parts (blocker); overlap of a b: given to b: by priority"
		}
		if got := told(repairs); got != want {
			t.Errorf("told %q, want %q", got, want)
		}
		if a, _ := c.AreaByCode("a"); high == 200 && len(c.RegionsOf(a)) != 1 {
			t.Error("a is in parts")
		}
	}
}

// TestWidth compares the width that decides with shapes whose widest circle is
// known: long strips, a strip with a bulge, a bulge with tails, a comb, a ring.
func TestWidth(t *testing.T) {
	const metre = 1 / 0.011131949 // units at the equator, eastward
	unit := func(v float64) int32 { return int32(math.Round(v * metre)) }
	strip := func(x, y, w, h float64) lattice.Ring { return block(unit(x), unit(y), unit(w), unit(h)) }
	turned := func(r lattice.Ring) lattice.Ring {
		for i, p := range r {
			r[i] = lattice.Point{X: (p.X - p.Y) * 7 / 10, Y: (p.X + p.Y) * 7 / 10}
		}
		return r
	}
	comb := lattice.Ring{{X: 0, Y: 0}, {X: unit(41), Y: 0}}
	for x := 40.0; x >= 0; x -= 4 {
		comb = append(comb, lattice.Point{X: unit(x + 1), Y: unit(50)}, lattice.Point{X: unit(x), Y: unit(50)})
		if x > 0 {
			comb = append(comb, lattice.Point{X: unit(x), Y: unit(1)}, lattice.Point{X: unit(x - 3), Y: unit(1)})
		}
	}
	for _, test := range []struct {
		name   string
		rings  []lattice.Ring
		widthM float64
	}{
		{"strip", []lattice.Ring{strip(0, 0, 300, 2)}, 2},
		{"slanting strip", []lattice.Ring{turned(strip(0, 0, 300, 2))}, 2 * 0.7 * math.Sqrt2},
		{"square", []lattice.Ring{strip(0, 0, 20, 20)}, 20},
		{"bulge with tails", []lattice.Ring{{
			{X: 0, Y: 0}, {X: unit(200), Y: 0}, {X: unit(200), Y: unit(-5)}, {X: unit(212), Y: unit(-5)}, {X: unit(212), Y: unit(0)},
			{X: unit(400), Y: 0}, {X: unit(400), Y: unit(1)}, {X: unit(212), Y: unit(1)}, {X: unit(212), Y: unit(7)}, {X: unit(200), Y: unit(7)}, {X: unit(200), Y: unit(1)}, {X: 0, Y: unit(1)}}}, 12},
		{"comb", []lattice.Ring{comb}, 1.2},
		{"moat", []lattice.Ring{strip(0, 0, 60, 60), strip(3, 3, 54, 54)}, 2 * 3 * math.Sqrt2 / (1 + math.Sqrt2)}, // in the bends,
	} {
		t.Run(test.name, func(t *testing.T) {
			// The gap is a hole of "a"; what the moat encloses is "b".
			outer := strip(-500, -500, 2000, 2000)
			shapes := []Shape{rings("a", outer, backwards(test.rings[0]))}
			if len(test.rings) > 1 {
				shapes = append(shapes, rings("b", test.rings[1]))
			}
			closed := func(limitM float64) bool {
				_, repairs := plot(t, geo.Basic, Policy{GapWidthM: limitM}, shapes...)
				if len(repairs) != 1 || repairs[0].Kind != RepairGap {
					t.Fatalf("%+v", repairs)
				}
				return !repairs[0].Blocker
			}
			if limit := test.widthM * 0.9; closed(limit) {
				t.Errorf("closed at %v m", limit)
			}
			if limit := test.widthM * 1.1; !closed(limit) {
				t.Errorf("not closed at %v m", limit)
			}
		})
	}
}

func TestInletsAreListed(t *testing.T) {
	// Two areas whose border forks 60 m from the edge into a slot of up to 4 m.
	a := rings("a", lattice.Ring{{X: 0, Y: 0}, {X: 10_000, Y: 0}, {X: 10_000, Y: 4500}, {X: 9800, Y: 10_000}, {X: 0, Y: 10_000}})
	b := rings("b", lattice.Ring{{X: 10_000, Y: 0}, {X: 20_000, Y: 0}, {X: 20_000, Y: 10_000}, {X: 10_160, Y: 10_000}, {X: 10_000, Y: 4500}})
	_, repairs := plot(t, geo.Basic, Policy{GapWidthM: 5}, a, b)
	if got := told(repairs); got != "inlet of a b: left outside" {
		t.Fatal(got)
	}
	// A notch as wide as it is deep is none.
	a = rings("a", lattice.Ring{{X: 0, Y: 0}, {X: 10_000, Y: 0}, {X: 10_000, Y: 9700}, {X: 9850, Y: 10_000}, {X: 0, Y: 10_000}})
	b = rings("b", lattice.Ring{{X: 10_000, Y: 0}, {X: 20_000, Y: 0}, {X: 20_000, Y: 10_000}, {X: 10_150, Y: 10_000}, {X: 10_000, Y: 9700}})
	if _, repairs := plot(t, geo.Basic, Policy{GapWidthM: 5}, a, b); len(repairs) > 0 {
		t.Fatal(told(repairs))
	}
}

// TestBentBordersAreListed leads a side through a vertex that it passes by half a
// centimetre, because it is crossed elsewhere: moved is moved, and is told.
func TestBentBordersAreListed(t *testing.T) {
	a := rings("a", lattice.Ring{{X: 0, Y: 0}, {X: 500, Y: -2000}, {X: 1000, Y: 1}})
	b := rings("b", lattice.Ring{{X: 500, Y: 1}, {X: 700, Y: -300}, {X: 700, Y: 300}})
	_, repairs := plot(t, geo.Exclusive, Policy{}, a, b)
	for _, r := range repairs {
		if r.Kind == RepairBent && r.At == (lattice.Point{X: 500, Y: 1}) {
			return
		}
	}
	t.Errorf("told %q", told(repairs))
}
