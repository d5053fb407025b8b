package sqlite_test

import (
	"context"
	"sync/atomic"
	"testing"

	"onegrid/geo"
	"onegrid/geo/record"
	"onegrid/geo/storetest"
)

// BenchmarkOpenIncident is durable incidents a second from 64 callers at once,
// and from one.
func BenchmarkOpenIncident(b *testing.B) {
	for name, callers := range map[string]int{"1caller": 1, "64callers": 64} {
		b.Run(name, func(b *testing.B) {
			s := create(b)
			in := storetest.Incident(storetest.At(0, 0, 0, 0))
			var left atomic.Int64
			left.Store(int64(b.N))
			done := make(chan error)
			b.ResetTimer()
			for range callers {
				go func() {
					for left.Add(-1) >= 0 {
						if _, _, _, err := s.OpenIncident(context.Background(), geo.By("hotline"), in, ""); err != nil {
							done <- err
							return
						}
					}
					done <- nil
				}()
			}
			for range callers {
				if err := <-done; err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "incidents/s")
		})
	}
}

func BenchmarkLoadBuildings(b *testing.B) {
	o := record.Objects{Layer: geo.Buildings}
	for i := range 100_000 {
		o.Buildings = append(o.Buildings, storetest.Building(storetest.GridCode(i, i%100), storetest.At(i%4, 0, i, 0), 20))
	}
	s := create(b)
	for b.Loop() {
		if err := s.Load(context.Background(), geo.By("import"), o); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*100_000/b.Elapsed().Seconds(), "buildings/s")
}

func BenchmarkPublish(b *testing.B) {
	s := create(b)
	pubs := [2]geo.Publication{storetest.Basic(b, 0, "board"), storetest.Basic(b, 4000, "board")}
	for i := 0; b.Loop(); i++ {
		if _, err := s.Publish(context.Background(), geo.By("planner"), "", pubs[i%2:i%2+1]); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVersion(b *testing.B) {
	s := create(b)
	for b.Loop() {
		if _, err := s.Version(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}
