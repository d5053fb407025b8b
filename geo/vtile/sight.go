package vtile

import (
	"slices"
	"strings"

	"onegrid/geo"
	"onegrid/geo/access"
)

// Who sees what. A tileset's layers have classes and networks, and a layer that a
// caller does not see is not in the caller's tiles. Beyond that:
//
//   - Devices and incidents are drawn where they are in the caller's subtree.
//   - Their counts are public, in areas of the subtree. Whoever does not see all of
//     what is counted is told them in steps of access.FewerThan: 0 of 4, 5 of 9. The
//     small ones are left out by that, and cannot be worked out as an area's count
//     less those of its other parts either (see toldOf). When a count passes a step
//     shows: then it was just that.
//   - How many households a building has is for those who see the class internal.
//
// What is public is not cut by place: it is the map.

// turns are what of a sight a tileset's tiles turn on.
type turns struct {
	classes  access.ClassSet
	networks []string
	place    bool // the subtree
}

// Sight returns what of a sight the tileset's tiles turn on: those for whom that
// is the same see the same tiles, at the same revision. ok is false if nothing of
// the tileset is seen.
func (s *Tileset) Sight(of access.Sight) (seen access.Sight, ok bool) {
	if !slices.ContainsFunc(s.Layers, func(l LayerSpec) bool { return l.seen(of) }) {
		return access.Sight{}, false
	}
	seen.Classes = of.Classes & s.turns.classes
	if s.turns.place {
		seen.Subtree = of.Subtree
	} else if of.Subtree != "" { // where place does not matter, who is narrowed by it is told what the public is
		seen.Classes &= access.SetOf(geo.ClassPublic)
	}
	if of.Networks != "" {
		seen.Networks = s.turns.among(of)
	}
	return seen, true
}

// among are the networks that are seen of those that matter, "" if all are.
func (t *turns) among(of access.Sight) string {
	var seen []string
	for _, id := range t.networks {
		if of.Network(id) {
			seen = append(seen, id)
		}
	}
	if len(seen) == len(t.networks) {
		return ""
	}
	return access.NetworksOf(seen)
}

// LayersOf returns the layers that a sight has of the tileset.
func (s *Tileset) LayersOf(of access.Sight) []LayerSpec {
	return slices.DeleteFunc(slices.Clone(s.Layers), func(l LayerSpec) bool { return !l.seen(of) })
}

func (l *LayerSpec) seen(by access.Sight) bool {
	return by.Classes.Has(l.Class) && (l.network == "" || by.Network(l.network))
}

// exactly tells whether counts are told as they are: to who sees all that is
// counted. What is counted of a subtree is what lies in it.
func (s *Tileset) exactly(to access.Sight) bool {
	return to.Classes.Has(s.counts.of) && s.turns.among(to) == ""
}

// merged are the turns of a composition.
func merged(parts []*Tileset) turns {
	var t turns
	for _, p := range parts {
		t.classes |= p.turns.classes
		t.networks = append(t.networks, p.turns.networks...)
	}
	slices.SortFunc(t.networks, strings.Compare)
	t.networks = slices.Compact(t.networks)
	return t
}
