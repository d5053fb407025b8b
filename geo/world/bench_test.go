package world_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"onegrid/geo"
	"onegrid/geo/lattice"
	"onegrid/geo/storetest"
)

func BenchmarkApplyIncident(b *testing.B) {
	for _, open := range []int{100, 10_000, 100_000} {
		b.Run(fmt.Sprint(open, "open"), func(b *testing.B) {
			p := parts(b)
			for i := range open {
				in := storetest.Incident(storetest.At(0, 0, i*7919%(4*storetest.Step), i*104729%(4*storetest.Step)))
				in.State = "open"
				p.Incidents = append(p.Incidents, in)
			}
			w := build(b, p)
			in := storetest.Incident(storetest.At(1, 1, 0, 0))
			in.State = "open"
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				in.ID = int64(open + 1 + i%1000)
				body, _ := json.Marshal(&in)
				var err error
				if w, err = w.Apply([]geo.Change{{Seq: int64(2 + i), Kind: geo.Incidents, Op: "put", Body: body}}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkSearchBuildings finds the rows of about a z14 tile among 200,000.
func BenchmarkSearchBuildings(b *testing.B) {
	p := parts(b)
	for i := range 200_000 {
		p.Buildings = append(p.Buildings, storetest.Building(fmt.Sprint("b", i), storetest.At(0, 0, i*7919%(4*storetest.Step), i*104729%(4*storetest.Step)), 1))
	}
	rows := build(b, p).Rows(geo.Buildings)
	box := lattice.Box{Min: storetest.At(1, 1, 0, 0), Max: storetest.At(1, 1, storetest.Step/3, storetest.Step/3)}
	var hits []int32
	b.ReportAllocs()
	for b.Loop() {
		hits = rows.Search(box, hits[:0])
	}
	b.ReportMetric(float64(len(hits)), "rows")
}
