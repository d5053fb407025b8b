package main

import (
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"onegrid/geo/access"
	"onegrid/geo/lattice"
	"onegrid/geo/vtile"
)

// anySight is one of odd names, which must not be taken for parts of a key.
func anySight() *rapid.Generator[access.Sight] {
	return rapid.Custom(func(t *rapid.T) access.Sight {
		name := rapid.SampledFrom([]string{"", "a", "a/b", `"`, `a"`, "1", ",", "p", "-", "\x00"})
		s := access.Sight{Classes: access.ClassSet(rapid.IntRange(0, 7).Draw(t, "classes")), Subtree: name.Draw(t, "subtree")}
		if rapid.Bool().Draw(t, "narrowed") {
			s.Networks = access.NetworksOf(rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c"}), 0, 3).Draw(t, "networks"))
		}
		return s
	})
}

// No two sights share a key: of the cache, of what is being drawn, of a URL or a
// tag.
func TestKeysNeverMixSights(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tile := vtile.Tile{Z: 14, X: uint32(rapid.IntRange(0, 1).Draw(t, "x"))}
		key := func(name string) tileKey {
			return tileKey{rapid.SampledFrom([]string{"devices", "devices/1", "incidents"}).Draw(t, name), anySight().Draw(t, name), int64(rapid.IntRange(0, 11).Draw(t, name)), tile}
		}
		one, other := key("one"), key("other")
		if (one == other) != (one.String() == other.String()) {
			t.Fatalf("%+v and %+v are drawn as %q and %q", one, other, one, other)
		}
		if a, b := one.sight, other.sight; (a == b) != (a.Tag() == b.Tag()) {
			t.Fatalf("%+v and %+v have the tags %s and %s", a, b, a.Tag(), b.Tag())
		}
		s := &service{run: ".run"}
		v, u := version{one.revision, one.sight}, version{other.revision, other.sight}
		if _, ok := s.unchanged(s.tag("hash", v, gzipped), u); ok != (v == u) {
			t.Fatalf("%s is taken for what %+v sees", s.tag("hash", v, gzipped), u)
		}
	})
}

// Whatever is asked for and kept, each gets what is drawn for the like of it.
func TestTheCacheNeverMixesSights(t *testing.T) {
	s, _ := insideTown(t)
	rng := rand.New(rand.NewPCG(9, 9))
	a := s.gallery.atlas()
	tiles := append(vtile.Cover(lattice.BoxOf(townPoint(0, 0), townPoint(4, 4)), 14), vtile.Cover(lattice.BoxOf(townPoint(1, 1)), 11)...)
	subtrees, networks := []string{"", "", west, east, "none"}, []string{"", "", ",basic,", ",towers,", ","}
	for range 3000 {
		set := a.Tilesets()[rng.IntN(len(a.Tilesets()))]
		by := access.Sight{Classes: access.ClassSet(rng.IntN(8)), Subtree: subtrees[rng.IntN(len(subtrees))], Networks: networks[rng.IntN(len(networks))]}
		f, err := s.gallery.find(set.ID, "", by)
		if err != nil {
			continue
		}
		tile := tiles[rng.IntN(len(tiles))]
		revision, keep := s.gallery.tileRevision(f, tile)
		got := s.picture(f, tile, tileKey{set.ID, f.sight, revision, tile}, keep).form(identity)
		if want := a.Append(nil, set, by, tile); string(got) != string(want) {
			t.Fatalf("%s %s for %+v: %d bytes, not %d", set.ID, tile, by, len(got), len(want))
		}
	}
	if kept, _ := s.cache.size(); kept < 50 {
		t.Errorf("only %d are kept", kept)
	}
}
