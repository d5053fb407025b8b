package main

import (
	"testing"

	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/lattice"
	"onegrid/geo/vtile"
	"onegrid/geo/world"
)

// An edition may bring a network that a key does not see, and with it another sight
// of what the key saw all of: tiles of the edition before are still its own.
func TestTheEditionBeforeIsAsItWasSeen(t *testing.T) {
	atlas := func(seq int64, before *vtile.Atlas, stacked ...string) *vtile.Atlas {
		p := world.Parts{Seq: seq, Scheme: geo.Scheme{Networks: townScheme.Networks[:1]}}
		for _, id := range stacked {
			p.Scheme.Networks = append(p.Scheme.Networks, geo.Network{ID: id, Kind: geo.Stacked, Levels: []geo.Level{{ID: "floors"}}})
			p.Networks = append(p.Networks, world.Part{ID: id})
		}
		w, err := world.New(p)
		if err != nil {
			t.Fatal(err)
		}
		return vtile.NewAtlas(w, before)
	}
	by := access.Sight{Classes: access.AllClasses, Networks: ",basic,towers,"}
	first := atlas(1, nil, "towers")
	g := newGallery("town", first)
	was, err := g.find("buildings", "", by)
	if err != nil {
		t.Fatal(err)
	}
	revision := g.revision(was.set, was.sight)
	second := atlas(2, first, "towers", "annexes")
	g.hang(second, second.Since(first, nil))
	is, err := g.find("buildings", "", by)
	if err != nil || is.sight.Tag() == was.sight.Tag() {
		t.Fatalf("%+v is seen as before, %v", is.sight, err)
	}
	if old, err := g.find("buildings", revision, by); err != nil || old.atlas != first || old.sight != was.sight {
		t.Errorf("the edition before: %v", err)
	}
	if _, err := g.find("buildings", revision, access.Sight{Classes: access.AllClasses, Networks: ",basic,"}); geo.KindOf(err) != geo.Denied {
		t.Errorf("of another sight: %v", err)
	}
}

// What was found before a change is not kept as what is there after it; and who sees
// a part has each change as one of all tiles, for the touches are those of the whole.
func TestATileOfBeforeIsNotKeptAsOneOfAfter(t *testing.T) {
	s, _ := insideTown(t)
	all, part := access.Sight{Classes: access.AllClasses}, access.Sight{Classes: access.AllClasses, Subtree: west}
	here, there := vtile.Cover(lattice.BoxOf(halves["west"]), 16)[0], vtile.Tile{Z: 16}
	find := func(by access.Sight) found {
		t.Helper()
		f, err := s.gallery.find("incidents", "", by)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	before := find(all)
	first, _ := s.gallery.tileRevision(before, there)
	s.incident(t, 100, "west", "open")
	if r, keep := s.gallery.tileRevision(before, here); keep {
		t.Errorf("the tile of before is kept, at %d", r)
	}
	if r, keep := s.gallery.tileRevision(before, there); !keep || r != first {
		t.Errorf("a tile where nothing happened is not as it was: %d, %v", r, keep)
	}
	now := s.gallery.atlas().World().Seq()
	for _, at := range []vtile.Tile{here, there} {
		if r, keep := s.gallery.tileRevision(find(part), at); !keep || r != now {
			t.Errorf("%s of a part is of %d, not %d", at, r, now)
		}
	}
	if r, _ := s.gallery.tileRevision(find(all), here); r != now {
		t.Errorf("%s is of %d, not %d", here, r, now)
	}
}
