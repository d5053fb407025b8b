package coverage

import (
	"fmt"
	"slices"
	"testing"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

func windings(repairs []Repair) (out []Repair) {
	for _, r := range repairs {
		if r.Kind == RepairWinding {
			out = append(out, r)
		}
	}
	return out
}

// Blocks in a row, of which some run the wrong way: each is listed with its place,
// unless they are many and most.
func TestWindingIsListedOrTold(t *testing.T) {
	for _, test := range []struct {
		blocks, wrong int
		told          bool
	}{{11, 10, false}, {11, 11, true}, {22, 11, false}, {21, 11, true}, {1, 1, false}, {40, 11, false}} {
		var shapes []Shape
		for i := range test.blocks {
			ring := block(int32(i)*100, 0, 100, 100)
			if i >= test.blocks-test.wrong {
				ring = backwards(ring)
			}
			shapes = append(shapes, rings(fmt.Sprintf("a%02d", i), ring))
		}
		c, repairs := plot(t, geo.Basic, Policy{}, shapes...)
		if c.Regions() != test.blocks+1 {
			t.Errorf("%+v: %d regions", test, c.Regions())
		}
		if !test.told {
			places := map[lattice.Point]bool{}
			for _, r := range repairs {
				if r.Kind != RepairWinding || len(r.Codes) != 1 || len(r.Rows) != 1 || r.Count != 0 {
					t.Errorf("%+v: %+v", test, r)
				}
				places[r.At] = true
			}
			if len(repairs) != test.wrong || len(places) != test.wrong {
				t.Errorf("%+v: %d repairs in %d places", test, len(repairs), len(places))
			}
			continue
		}
		want := fmt.Sprintf("%d of %d rings read as if they ran the other way: outlines are filled even-odd", test.wrong, test.blocks)
		if len(repairs) != 1 || repairs[0].Count != test.wrong || repairs[0].Done != want {
			t.Errorf("%+v: %+v", test, repairs)
		}
	}
}

// The zoo drawn the other way round builds the same coverage, and the line is the
// only one about it: the one cage that was drawn so is right now.
func TestWindingOfTheWholeZoo(t *testing.T) {
	areas, shapes := readZoo(t)
	c, report, err := Build(zooNetwork, areas, shapes, Policy{})
	if err != nil {
		t.Fatal(err)
	}
	if listed := windings(report.Repairs); len(listed) != 2 || listed[0].Codes[0] != "clockwise" || listed[0].Count != 0 {
		t.Errorf("listed: %+v", listed)
	}
	for i := range shapes {
		for _, polygon := range shapes[i].Shape {
			for _, ring := range polygon {
				slices.Reverse(ring)
			}
		}
	}
	turned, report, err := Build(zooNetwork, areas, shapes, Policy{})
	if err != nil {
		t.Fatal(err)
	}
	told := windings(report.Repairs)
	if len(told) != 1 || told[0].Count < len(shapes)-1 || told[0].Codes != nil {
		t.Errorf("told: %+v", told)
	}
	if turned.Hash() != c.Hash() {
		t.Error("another coverage")
	}
}
