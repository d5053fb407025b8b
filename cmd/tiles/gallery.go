package main

import (
	"iter"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/vtile"
)

// keepOld is for how long tiles of the edition before are still served to pages
// that have not heard of the new one.
const keepOld = 2 * time.Minute

// gallery holds the atlas of the current world, and the one before the last
// change of what an edition or an import changes: a page asks for tiles by
// revision, and gets those of its revision or none, never a mix.
type gallery struct {
	store string // the store's name, part of every revision
	now   atomic.Pointer[hung]

	mu      sync.Mutex            // of what follows: written by the one follower, read by all
	touched map[touchKey]*touches // of the live tilesets, which are the same in every atlas
}

// touchKey is a live tileset, as those have it who see some classes of the whole
// city. Each set of classes has touches of its own: they show in tags, and must
// not tell a caller where something changed that it does not see.
type touchKey struct {
	set     string
	classes access.ClassSet
}

// hung is what hangs in the gallery at a moment.
type hung struct {
	atlas  *vtile.Atlas
	before *vtile.Atlas // nil when there is none, or none any more
	since  time.Time
}

// touches tell when each tile of a live tileset last changed.
type touches struct {
	floor int64 // all tiles changed at this revision, or before
	last  map[vtile.Tile]int64
}

// mostTouches bounds the memory of touches: beyond it all tiles count as changed.
const mostTouches = 100_000

func newGallery(store string, a *vtile.Atlas) *gallery {
	g := &gallery{store: store, touched: map[touchKey]*touches{}}
	g.now.Store(&hung{atlas: a, since: time.Now()})
	for _, s := range a.Tilesets() {
		if s.Whole {
			continue
		}
		for sight := range sights(s) {
			g.touched[touchKey{s.ID, sight.Classes}] = &touches{floor: s.Revision, last: map[vtile.Tile]int64{}}
		}
	}
	return g
}

// sights are those of a tileset that are not narrowed, each once.
func sights(s *vtile.Tileset) iter.Seq[access.Sight] {
	return func(yield func(access.Sight) bool) {
		seen := map[access.Sight]bool{}
		for classes := range access.AllClasses + 1 {
			sight, ok := s.Sight(access.Sight{Classes: classes})
			if ok && !seen[sight] && !yield(sight) {
				return
			}
			seen[sight] = true
		}
	}
}

// hang puts up the next atlas. The touches are noted first: a reader who still
// has the old atlas then sees that its tile is older than it should be, and does
// not keep it.
func (g *gallery) hang(next *vtile.Atlas, what []vtile.Touch) {
	old := g.now.Load()
	h := &hung{atlas: next, before: old.before, since: old.since}
	g.mu.Lock()
	for _, t := range what {
		if t.Set.Whole {
			h.before, h.since = old.atlas, time.Now()
			continue
		}
		g.touch(t)
	}
	g.mu.Unlock()
	g.now.Store(h)
}

func (g *gallery) touch(t vtile.Touch) {
	for sight := range sights(t.Set) {
		marks, tiles := g.touched[touchKey{t.Set.ID, sight.Classes}], t.Tiles(sight)
		if t.All || len(marks.last)+len(tiles) > mostTouches {
			marks.floor = t.Set.Revision
			clear(marks.last)
			continue
		}
		for _, tile := range tiles {
			marks.last[tile] = t.Set.Revision
		}
	}
}

// tidy lets go of the edition before when its time is over.
func (g *gallery) tidy(now time.Time) {
	if h := g.now.Load(); h.before != nil && now.Sub(h.since) > keepOld {
		g.now.CompareAndSwap(h, &hung{atlas: h.atlas, since: h.since})
	}
}

// atlas is the current one.
func (g *gallery) atlas() *vtile.Atlas { return g.now.Load().atlas }

// revision is a tileset's revision as URLs and events carry it: SEQ-STORE-SIGHT.
//
// The last part says what of the tileset is in its tiles (see access.Sight.Tag).
// Callers who see different things so ask at different addresses: no cache between
// them and us, and no browser's after another has signed in, can answer one with
// what was drawn for another. The part is held against the caller: it is a name,
// not a right.
func (g *gallery) revision(s *vtile.Tileset, sight access.Sight) string {
	return strconv.FormatInt(s.Revision, 10) + "-" + g.store + "-" + sight.Tag()
}

// found is a tileset as somebody asked for it.
type found struct {
	atlas  *vtile.Atlas
	set    *vtile.Tileset
	sight  access.Sight // the caller's, as far as the tileset turns on it
	pinned bool         // asked for by a revision whose tiles never change
}

// find returns the tileset of a revision as a caller may have it, the current one
// for "". Of a tileset that changes as a whole it returns exactly what was asked
// for, or NotFound. Denied if the caller sees nothing of it, or if the revision is
// of what others see.
func (g *gallery) find(id, revision string, by access.Sight) (found, error) {
	h := g.now.Load()
	set := h.atlas.Tileset(id)
	if set == nil {
		return found{}, geo.Errorf(geo.NotFound, "there is no tileset %q", id).On("tileset", id)
	}
	sight, ok := set.Sight(by)
	if !ok {
		return found{}, geo.Errorf(geo.Denied, "this key sees nothing of the tileset %s", id).On("tileset", id)
	}
	now := found{h.atlas, set, sight, false}
	if revision == "" {
		return now, nil
	}
	current := g.revision(set, sight)
	if revision == current {
		now.pinned = true
		return now, nil
	}
	if old, ok := h.earlier(id, by); ok && set.Whole && revision == g.revision(old.set, old.sight) {
		return old, nil
	}
	seq, rest, _ := strings.Cut(revision, "-")
	store, tag, _ := strings.Cut(rest, "-")
	if store == g.store && tag != sight.Tag() {
		return found{}, geo.Errorf(geo.Denied, "revision %s of %s is not of what this key sees: that is %s", revision, id, current).On("r", revision)
	}
	if !set.Whole {
		return now, nil // its tiles may be mixed
	}
	if n, err := strconv.ParseInt(seq, 10, 64); err == nil && store == g.store && n > set.Revision {
		return found{}, geo.Errorf(geo.Unavailable, "revision %s of %s has not come here yet", revision, id).On("r", revision)
	}
	return found{}, geo.Errorf(geo.NotFound, "revision %s of %s is over; the one in force is %s", revision, id, current).On("r", revision)
}

// earlier is a tileset as it was before the last edition or import.
func (h *hung) earlier(id string, by access.Sight) (f found, ok bool) {
	if h.before == nil {
		return found{}, false
	}
	set := h.before.Tileset(id)
	if set == nil {
		return found{}, false
	}
	sight, ok := set.Sight(by)
	return found{h.before, set, sight, true}, ok
}

// tileRevision is when a tile last changed, or may have, as the caller sees it. ok
// is false if that is after what f can draw: the tile is then not to be kept, and
// of no revision.
func (g *gallery) tileRevision(f found, t vtile.Tile) (revision int64, ok bool) {
	if f.set.Whole || f.sight.Narrowed() {
		return f.set.Revision, true
	}
	g.mu.Lock()
	marks := g.touched[touchKey{f.set.ID, f.sight.Classes}]
	r := max(marks.floor, marks.last[t])
	g.mu.Unlock()
	if r > f.set.Revision {
		return 0, false
	}
	return r, true
}
