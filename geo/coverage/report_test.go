package coverage

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

// TestReportOrder: two slivers of one size that leave the same vertex differ only
// in their width.
func TestReportOrder(t *testing.T) {
	want := []Repair{
		{Kind: RepairOverlap, Codes: []string{"a"}, AreaM2: 1, WidthM: 1, Done: "x"},
		{Kind: RepairOverlap, Codes: []string{"a"}, AreaM2: 1, WidthM: 2, Done: "x"},
		{Kind: RepairOverlap, Codes: []string{"a"}, AreaM2: 1, WidthM: 3, Done: "w"},
		{Kind: RepairOverlap, Codes: []string{"a"}, AreaM2: 1, WidthM: 3, Done: "x", Rows: []int{1}},
		{Kind: RepairOverlap, Codes: []string{"a"}, AreaM2: 1, WidthM: 3, Done: "x", Rows: []int{2}},
		{Kind: RepairOverlap, Codes: []string{"b"}, ID: "overlap-1"},
		{Kind: RepairOverlap, Codes: []string{"b"}, ID: "overlap-2"},
		{Kind: RepairSpike, Codes: []string{"a"}},
	}
	r := rand.New(rand.NewPCG(1, 1))
	for range 50 {
		report := Report{Repairs: slices.Clone(want)}
		r.Shuffle(len(want), func(i, j int) { report.Repairs[i], report.Repairs[j] = report.Repairs[j], report.Repairs[i] })
		if report.sort(); !reflect.DeepEqual(report.Repairs, want) {
			t.Fatalf("got %+v", report.Repairs)
		}
	}
}
