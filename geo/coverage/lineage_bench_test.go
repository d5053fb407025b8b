package coverage

import (
	"math/rand/v2"
	"testing"
)

// BenchmarkLineage traces a city with twenty changed grids, overlay included.
func BenchmarkLineage(b *testing.B) {
	sizes(b, func(b *testing.B, areas []Area, shapes []Shape) {
		c := mustBuild(b, areas, shapes, Policy{})
		p := &planner{Rand: rand.New(rand.NewPCG(1, 1)), c: c, n: quiltNetwork}
		for done := 0; done < 20; {
			op := p.make([]string{"splitByLine", "merge", "reshapeArc", "moveNode"}[done%4])
			if now, _, err := Apply(p.c, p.n, op); err == nil {
				p.c = now
				done++
			}
		}
		again, err := Decode(p.c.Encode()) // nothing is shared in memory
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			o, err := Lay(c, again)
			if err != nil {
				b.Fatal(err)
			}
			Trace(o, quiltNetwork, usualNoise)
		}
	})
}

// BenchmarkLineageBirmingham traces the real city against itself drawn by another
// hand, up to two metres off.
func BenchmarkLineageBirmingham(b *testing.B) {
	n, areas, shapes := birmingham(b)
	old, _, err := Build(n, areas, shapes, Policy{GapWidthM: 1})
	if err != nil {
		b.Fatal(err)
	}
	dirty, _ := jitter(rand.New(rand.NewPCG(1, 1)), shapes, 2, 0, 0, 0)
	new, _, err := Build(n, areas, dirty, Policy{GapWidthM: 6, WideGaps: FillGaps})
	if err != nil {
		b.Fatal(err)
	}
	var l *Lineage
	for b.Loop() {
		o, err := Lay(old, new)
		if err != nil {
			b.Fatal(err)
		}
		l = Trace(o, n, usualNoise)
	}
	b.ReportMetric(float64(len(l.Slivers)), "slivers")
	same := 0
	for _, e := range l.Events {
		if e.Fate == FateUnchanged {
			same++
		}
	}
	b.ReportMetric(float64(len(l.Events)-same), "changes")
}
