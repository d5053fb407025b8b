package coverage

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"onegrid/geo"
)

// TestChoices chooses at random for the repairs of random messes. What comes out
// is as sound as what the policy makes, each choice is carried out or has become
// stale through another, and to choose what the policy does changes nothing.
func TestChoices(t *testing.T) {
	chosenFor := map[string]int{}
	try(t, rounds(300, 50_000), func(t *rapid.T) {
		areas, shapes := soup(t, rapid.SampledFrom([]int32{5, 9, 16}).Draw(t, "side"))
		p := Policy{GapWidthM: rapid.SampledFrom([]float64{0, 0.02, 1}).Draw(t, "gap")}
		n := soupNetwork
		n.Kind = rapid.SampledFrom([]geo.NetworkKind{geo.Basic, geo.Exclusive}).Draw(t, "kind")
		c, report, err := Build(n, areas, shapes, p)
		if err != nil {
			t.Fatal(err)
		}
		var open []Repair
		for _, r := range report.Repairs {
			if (r.ID != "") != (len(r.Choices) > 0) || r.ID != "" && !slices.Contains(r.Choices, r.Choice) {
				t.Fatalf("%+v", r)
			}
			if r.ID != "" {
				open = append(open, r)
				p.Choices = append(p.Choices, Choice{r.ID, r.Choice})
			}
		}
		same, confirmed, err := Build(n, areas, shapes, p)
		if err != nil || same.Hash() != c.Hash() || len(confirmed.Repairs) != len(report.Repairs) {
			t.Fatalf("to choose what the policy does changes something (%v)", err)
		}
		if len(open) == 0 {
			return
		}
		r := rapid.SampledFrom(open).Draw(t, "repair")
		choice := Choice{r.ID, rapid.SampledFrom(r.Choices).Draw(t, "choice")}
		p.Choices = []Choice{choice}
		d, after, err := Build(n, areas, shapes, p)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(after.Repairs, func(s Repair) bool { return s.ID == r.ID })
		if i < 0 || after.Repairs[i].Choice != choice.Choose || !strings.Contains(after.Repairs[i].Done, byChoice) {
			t.Fatalf("%+v was not carried out: %+v", choice, after.Repairs)
		}
		again, twice, err := Build(n, areas, shapes, p)
		if err != nil || again.Hash() != d.Hash() || !reflect.DeepEqual(after, twice) {
			t.Fatal("the same choice gave another result", err)
		}
		chosenFor[r.Kind+" "+strings.Fields(choice.Choose)[0]]++
		for _, v := range d.Check(n) {
			if v.Kind != Gap && v.Kind != ManyRegions && v.Kind != NoRegion {
				t.Fatalf("%+v", v)
			}
		}
		p.Choices = []Choice{{r.ID, "give nobody"}}
		if _, _, err := Build(n, areas, shapes, p); geo.KindOf(err) != geo.Invalid {
			t.Fatalf("what cannot be chosen: %v", err)
		}
		p.Choices = []Choice{{r.ID[:len(r.ID)-16] + "0123456789abcdef", choice.Choose}}
		if _, _, err := Build(n, areas, shapes, p); geo.KindOf(err) != geo.Conflict {
			t.Fatalf("a stale choice: %v", err)
		}
	})
	for _, kind := range []string{"overlap give", "gap give", "gap void", "fragment give", "fragment keep", "fragment outside", "spike cut", "hole-outside drop"} {
		if chosenFor[kind] == 0 {
			t.Errorf("%q was never chosen: %v", kind, chosenFor)
		}
	}
}

// TestChoicesSettleAll takes the cages of the zoo in which a choice matters, and
// says what must come out.
func TestChoicesSettleAll(t *testing.T) {
	areas, shapes := readZoo(t)
	_, report, err := Build(zooNetwork, areas, shapes, Policy{})
	if err != nil {
		t.Fatal(err)
	}
	idOf := func(kind, code string) string {
		for _, r := range report.Repairs {
			if r.Kind == kind && r.Codes[0] == code {
				return r.ID
			}
		}
		t.Fatalf("no %s of %s", kind, code)
		return ""
	}
	p := Policy{Choices: []Choice{
		{idOf(RepairOverlap, "inside-another-a"), "give inside-another-b"},
		{idOf(RepairOverlap, "twins-a"), "give twins-b"},
		{idOf(RepairGap, "enclosed-lake"), "void"},
		{idOf(RepairGap, "sliver-a"), "give sliver-b"},
		{idOf(RepairFragment, "bow-tie"), "outside"},
		{idOf(RepairOutside, "hole-outside"), "drop"},
		{idOf(RepairNested, "nested-hole"), "drop"},
		{idOf(RepairSpike, "wide-spike"), "cut"},
		{idOf(RepairFragment, "cut-arm-a"), "give cut-arm-b"},
	}}
	c, _, err := Build(zooNetwork, areas, shapes, p)
	if err != nil {
		t.Fatal(err)
	}
	units := func(m2 float64) float64 { return m2 / 0.0111319490793 / 0.01105742758 } // of a square metre at the equator
	for code, m2 := range map[string]float64{"inside-another-b": 900, "twins-b": 6400, "twins-a": 0, "sliver-b": 3212, "bow-tie": 1200,
		"hole-outside": 3200, "nested-hole": 3900, "wide-spike": 3200, "cut-arm-b": 748} {
		if got, want := float64(sizeOf(c, code)), units(m2); got < want*0.998 || got > want*1.002 {
			t.Errorf("%s has %.0f units, want %.0f", code, got, want)
		}
	}
	for _, v := range c.Check(zooNetwork) {
		if v.At == shapes[slices.IndexFunc(shapes, func(s Shape) bool { return s.Code == "enclosed-lake" })].Shape[0][1][0] {
			t.Errorf("the lake is nobody's by choice, and yet: %+v", v)
		}
	}
	// A piece that another choice has changed is no longer the one that was listed.
	stale := Policy{Choices: []Choice{
		{idOf(RepairOverlap, "cut-arm-a"), "give cut-arm-a"}, {idOf(RepairFragment, "cut-arm-a"), "keep"}}}
	if _, _, err := Build(zooNetwork, areas, shapes, stale); geo.KindOf(err) != geo.Conflict {
		t.Errorf("a choice for what is no longer there: %v", err)
	}
}
