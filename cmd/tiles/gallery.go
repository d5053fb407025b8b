package main

import (
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"onegrid/geo"
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

	mu      sync.Mutex          // of what follows: written by the one follower, read by all
	touched map[string]*touches // of the live tilesets, which are the same in every atlas
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
	g := &gallery{store: store, touched: map[string]*touches{}}
	g.now.Store(&hung{atlas: a, since: time.Now()})
	for _, s := range a.Tilesets() {
		if !s.Whole {
			g.touched[s.ID] = &touches{floor: s.Revision, last: map[vtile.Tile]int64{}}
		}
	}
	return g
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
	marks := g.touched[t.Set.ID]
	if t.All || len(marks.last)+len(t.Tiles) > mostTouches {
		marks.floor = t.Set.Revision
		clear(marks.last)
		return
	}
	for _, tile := range t.Tiles {
		marks.last[tile] = t.Set.Revision
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

// revision is a tileset's revision as URLs and events carry it.
func (g *gallery) revision(s *vtile.Tileset) string {
	return strconv.FormatInt(s.Revision, 10) + "-" + g.store
}

// found is a tileset as somebody asked for it.
type found struct {
	atlas  *vtile.Atlas
	set    *vtile.Tileset
	pinned bool // asked for by a revision whose tiles never change
}

// find returns the tileset of a revision, the current one for "". Of a tileset
// that changes as a whole it returns exactly what was asked for, or NotFound.
func (g *gallery) find(id, revision string) (found, error) {
	h := g.now.Load()
	set := h.atlas.Tileset(id)
	if set == nil {
		return found{}, geo.Errorf(geo.NotFound, "there is no tileset %q", id).On("tileset", id)
	}
	if revision == "" {
		return found{h.atlas, set, false}, nil
	}
	if revision == g.revision(set) {
		return found{h.atlas, set, true}, nil
	}
	if !set.Whole {
		return found{h.atlas, set, false}, nil // its tiles may be mixed
	}
	if h.before != nil {
		if old := h.before.Tileset(id); old != nil && revision == g.revision(old) {
			return found{h.before, old, true}, nil
		}
	}
	seq, store, _ := strings.Cut(revision, "-")
	if n, err := strconv.ParseInt(seq, 10, 64); err == nil && store == g.store && n > set.Revision {
		return found{}, geo.Errorf(geo.Unavailable, "revision %s of %s has not come here yet", revision, id).On("r", revision)
	}
	return found{}, geo.Errorf(geo.NotFound, "revision %s of %s is over; the one in force is %s", revision, id, g.revision(set)).On("r", revision)
}

// tileRevision is when a tile last changed, or may have. ok is false if that is
// after what f can draw: the tile is then not to be kept, and of no revision.
func (g *gallery) tileRevision(f found, t vtile.Tile) (revision int64, ok bool) {
	if f.set.Whole {
		return f.set.Revision, true
	}
	g.mu.Lock()
	marks := g.touched[f.set.ID]
	r := max(marks.floor, marks.last[t])
	g.mu.Unlock()
	if r > f.set.Revision {
		return 0, false
	}
	return r, true
}
