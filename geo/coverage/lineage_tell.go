package coverage

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// tell writes a generation's events, slivers and warnings.
func (g *generation) tell(l *Lineage) {
	from := len(l.Events)
	for i := range g.clans {
		l.Events = append(l.Events, g.event(&g.clans[i]))
	}
	slices.SortFunc(l.Events[from:], func(a, b Event) int {
		return cmp.Or(cmp.Compare(slices.Index(fates, a.Fate), slices.Index(fates, b.Fate)),
			slices.Compare(a.Old, b.Old), slices.Compare(a.New, b.New))
	})
	from = len(l.Slivers)
	for i := range g.shared {
		if s := &g.shared[i]; g.isNoise(s) {
			l.Slivers = append(l.Slivers, g.share(s))
		}
	}
	slices.SortFunc(l.Slivers[from:], byCodes)
	g.warn(l)
}

// event tells what became of a clan.
func (g *generation) event(w *clan) Event {
	e := Event{Level: g.level}
	for _, a := range w.olds {
		e.Old = append(e.Old, g.Old.codeOf(a))
	}
	for _, b := range w.news {
		e.New = append(e.New, g.New.codeOf(b))
	}
	for _, i := range w.shared {
		e.Shares = append(e.Shares, g.share(&g.shared[i]))
	}
	slices.SortFunc(e.Shares, byCodes)
	switch before, after := len(w.olds), len(w.news); {
	case before == 0:
		e.Fate = FateCreated
	case after == 0:
		e.Fate = FateRetired
	case before == 1 && after == 1:
		e.Exact = w.exact
		g.one(&e, w)
	case before == 1:
		e.Fate = FateSplit
	case after == 1:
		e.Fate = FateMerged
	default:
		e.Fate = FateMoved
	}
	return e
}

// one tells what became of one area that became one.
func (g *generation) one(e *Event, w *clan) {
	var fates []Fate
	for _, i := range w.shared {
		if s := &g.shared[i]; s.Old != w.olds[0] || s.New != w.news[0] {
			fates = []Fate{FateReshaped}
		}
	}
	if (g.was[w.olds[0]] > 0) != (g.is[w.news[0]] > 0) {
		fates = []Fate{FateReshaped} // it had no ground, or has none
	}
	if e.Old[0] != e.New[0] {
		fates = append(fates, FateRenamed)
	}
	if !g.sameParent(w.olds[0], w.news[0]) {
		fates = append(fates, FateReparented)
	}
	if fates == nil {
		fates = []Fate{FateUnchanged}
	}
	e.Fate, e.Also = fates[0], fates[1:]
	if len(e.Also) == 0 {
		e.Also = nil
	}
}

// sameParent tells whether two areas hang under the same one: it has the same code,
// or it is known to be the same under a code that is no other's.
func (g *generation) sameParent(a, b int32) bool {
	p, q := g.Old.area(a).Parent, g.New.area(b).Parent
	if p < 0 || q < 0 {
		return p < 0 && q < 0
	}
	if g.Old.codeOf(p) == g.New.codeOf(q) {
		return true
	}
	_, stays := g.New.AreaByCode(g.Old.codeOf(p))
	_, was := g.Old.AreaByCode(g.New.codeOf(q))
	now, known := g.same[p]
	return known && now == q && !stays && !was
}

func byCodes(a, b Share) int {
	return cmp.Or(strings.Compare(a.Old, b.Old), strings.Compare(a.New, b.New))
}

func (g *generation) share(s *Shared) Share {
	ofOld, ofNew := g.shares(s)
	return Share{Level: g.level, Old: g.Old.codeOf(s.Old), New: g.New.codeOf(s.New), AreaM2: rounded(s.AreaM2, 1e4),
		OfOld: float64(ofOld) / whole, OfNew: float64(ofNew) / whole, WidthM: rounded(s.WidthM, 1e3), At: s.At}
}

// rounded keeps what a figure is good for: square centimetres, millimetres.
func rounded(v, steps float64) float64 { return math.Round(v*steps) / steps }

// warn tells the codes that were given to other ground: who looks an old paper up
// by its code finds another area.
func (g *generation) warn(l *Lineage) {
	for _, a := range g.olds {
		code := g.Old.codeOf(a)
		j, found := slices.BinarySearchFunc(g.news, code, func(b int32, code string) int {
			return strings.Compare(g.New.codeOf(b), code)
		})
		if !found || g.halves[[2]int32{a, g.news[j]}] || g.was[a] == 0 || g.is[g.news[j]] == 0 {
			continue
		}
		w := Warning{Code: code, Level: g.level, Message: fmt.Sprintf("code %s was given to other ground", code)}
		most := -1.0
		for k := range g.shared {
			if s := &g.shared[k]; s.New == g.news[j] && s.AreaM2 > most {
				most, w.At = s.AreaM2, s.At
			}
		}
		l.Warnings = append(l.Warnings, w)
	}
}
