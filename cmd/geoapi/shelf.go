package main

import (
	"encoding/json"
	"slices"
	"sort"
	"strings"
	"sync/atomic"
	"time"

	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/lattice"
	"onegrid/geo/route"
	"onegrid/geo/world"
)

// A shelf holds what answers are put together from: for every area its JSON,
// for every border the street along it. A piece is made when it is first asked
// for and kept as long as the network, the posts and the base map stay what they
// are, so that an answer is a few copies.
type shelf struct {
	key   shelfKey
	world *world.World // the last one that it was found right for
	books []*book      // in the order of the world's networks
	asker *asker

	terms       []time.Time // at which posts begin or end
	from, until time.Time   // the term that now is in
	etags       [4][]string // as headers, by what of the whole city is seen
	edition     []byte      // {"id", "effective_from", "effective_to"}, or null before the first
	editionID   int64
	nearby      lattice.Box // the jurisdiction and what a wrong system can move into it
}

// shelfKey is what the pieces are made of: if it is equal, so are they.
type shelfKey struct {
	scheme, posts, base, buildings int64 // revisions
	networks                       int64 // the newest revision of any
	edition                        int64
	published                      int64 // when the edition was, in µs: another store counts its editions alike
	term                           int64 // posts come and go by date: when the last one did
}

// book holds one network's pieces.
type book struct {
	network *world.Network
	areas   []atomic.Pointer[piece]
	arcs    []atomic.Pointer[along]
}

// piece is one area, prepared. Its texts lie side by side in memory: an answer's
// time goes into fetching them more than into copying them.
type piece struct {
	full       string      // {"id", "code", "name", "network", "level", "posts"}
	ref        string      // {"id", "code", "network", "level"}: for rows of batches
	cell       string      // the code, as a field of CSV
	brief      string      // full without posts
	named      route.Named // parts of brief where they stand there
	above      *piece      // the parent's, nil at the top
	neighbours atomic.Pointer[[]byte]
}

// shelves hands out the shelf for a world.
type shelves struct {
	current atomic.Pointer[shelf]
}

// at returns the shelf for w at a time. The books of networks that did not
// change are taken over from the shelf before.
func (l *shelves) at(w *world.World, now time.Time) *shelf {
	s := l.current.Load()
	if s != nil && s.world == w && now.Before(s.until) {
		return s
	}
	next := &shelf{world: w, edition: appendEdition(nil, w.Edition()), editionID: w.Edition().ID, nearby: nearbyOf(w)}
	if s != nil && s.key.posts == w.Revision(geo.Posts) && s.terms != nil {
		next.terms = s.terms
	} else {
		next.terms = termsOf(w)
	}
	next.from, next.until = term(next.terms, now)
	next.key = keyOf(w, next.from)
	if s != nil && s.key == next.key {
		next.books, next.asker, next.etags = s.books, s.asker, s.etags
	} else {
		next.books = bookkeep(w, next.key, s)
		next.asker = newAsker(w.Scheme())
		for seen := range next.etags {
			next.etags[seen] = []string{next.key.etag(seen)}
		}
	}
	l.current.Store(next) // a race makes a piece twice, no more
	return next
}

// termsOf returns the times at which a post begins or ends, in order.
func termsOf(w *world.World) []time.Time {
	terms := []time.Time{}
	for p := range w.AllPosts() {
		for _, t := range [...]*time.Time{p.From, p.To} {
			if t != nil {
				terms = append(terms, *t)
			}
		}
	}
	slices.SortFunc(terms, time.Time.Compare)
	return slices.CompactFunc(terms, time.Time.Equal)
}

// term returns the span around now in which no post begins or ends.
func term(terms []time.Time, now time.Time) (from, until time.Time) {
	i := sort.Search(len(terms), func(i int) bool { return terms[i].After(now) })
	from, until = time.Unix(0, 0), time.Unix(1<<40, 0)
	if i > 0 {
		from = terms[i-1]
	}
	if i < len(terms) {
		until = terms[i]
	}
	return from, until
}

func keyOf(w *world.World, from time.Time) shelfKey {
	k := shelfKey{
		scheme:    w.Revision(geo.Scheming),
		posts:     w.Revision(geo.Posts),
		base:      w.Revision(geo.Base),
		buildings: w.Revision(geo.Buildings),
		edition:   w.Edition().ID,
		term:      from.UnixNano(),
	}
	if k.edition != 0 {
		k.published = w.Edition().PublishedAt.UnixMicro()
	}
	for _, n := range w.Networks() {
		k.networks = max(k.networks, n.Revision)
	}
	return k
}

// etag is weak: the answer also tells the world's seq, which moves on with every
// incident while what it says of the place stays the same.
func (k shelfKey) etag(seen int) string {
	b := []byte(`W/"`)
	for i, rev := range [...]int64{int64(seen), k.edition, k.published, k.networks, k.scheme, k.posts, k.base, k.buildings, k.term / 1e9} {
		if i > 0 {
			b = append(b, '-')
		}
		b = appendInt(b, rev)
	}
	return string(append(b, '"'))
}

// etag is that of an answer to a caller who sees the whole city, as a header. The
// answers tell those who see posts more than others, and admins more of the scheme.
func (s *shelf) etag(v access.View) []string {
	seen := 0
	if v.Layer(geo.Posts) {
		seen |= 1
	}
	if v.Admin() {
		seen |= 2
	}
	return s.etags[seen]
}

// bookkeep makes the books for w. Which street a border runs along takes the
// longest to find and changes the least, so that is taken over from the shelf
// before wherever the network and the base map are the same.
func bookkeep(w *world.World, key shelfKey, before *shelf) []*book {
	var books []*book
	for i, n := range w.Networks() {
		b := &book{network: n, areas: make([]atomic.Pointer[piece], len(n.Grids))}
		switch {
		case n.Coverage == nil:
		case before != nil && before.key.base == key.base && i < len(before.books) && before.books[i].network == n:
			b.arcs = before.books[i].arcs
		default:
			b.arcs = make([]atomic.Pointer[along], n.Coverage.Arcs())
		}
		books = append(books, b)
	}
	return books
}

// appendEdition writes what answers tell of an edition.
func appendEdition(b []byte, e geo.Edition) []byte {
	if e.ID == 0 {
		return append(b, "null"...)
	}
	b = append(b, `{"id":`...)
	b = appendInt(b, e.ID)
	b = append(b, `,"effective_from":`...)
	b = appendTime(b, e.EffectiveFrom)
	b = append(b, `,"effective_to":`...)
	if e.EffectiveTo == nil {
		b = append(b, "null"...)
	} else {
		b = appendTime(b, *e.EffectiveTo)
	}
	return append(b, '}')
}

// book returns a network's book.
func (s *shelf) book(n *world.Network) *book {
	for _, b := range s.books {
		if b.network == n {
			return b
		}
	}
	// The shelf was right for this world's revisions, so only the pointer is new.
	for _, b := range s.books {
		if b.network.Spec.ID == n.Spec.ID {
			return b
		}
	}
	panic("no book of network " + n.Spec.ID)
}

// piece returns an area's piece, made now if nobody asked before.
func (s *shelf) piece(b *book, area int32) *piece {
	if p := b.areas[area].Load(); p != nil {
		return p
	}
	p := s.prepare(b, area)
	b.areas[area].Store(p)
	return p
}

// prepare makes an area's piece.
func (s *shelf) prepare(b *book, area int32) *piece {
	g := &b.network.Grids[area]
	brief, ref, cell := appendGrid(nil, g), appendRef(nil, g), quoteField([]byte(g.Code))
	full := append(slices.Clone(brief[:len(brief)-1]), `,"posts":[`...)
	for i, post := range s.world.Posts(g.Code, s.from) {
		if i > 0 {
			full = append(full, ',')
		}
		full = appendPost(full, post)
	}
	full = append(full, "]}"...)
	p := &piece{}
	text := string(slices.Concat(full, ref, cell, brief))
	for _, part := range [...]struct {
		of   *string
		size int
	}{{&p.full, len(full)}, {&p.ref, len(ref)}, {&p.cell, len(cell)}, {&p.brief, len(brief)}} {
		*part.of, text = text[:part.size], text[part.size:]
	}
	p.named = within(p.brief, route.NameOf(g.Code, g.Name))
	if parent := b.network.Parent(area); parent >= 0 {
		p.above = s.piece(b, parent)
	}
	return p
}

// within returns names as parts of a text, those that stand in it.
func within(text string, n route.Named) route.Named {
	for _, name := range [...]*string{&n.En, &n.Zh} {
		if i := strings.Index(text, *name); i >= 0 {
			*name = text[i : i+len(*name)]
		}
	}
	return n
}

// appendChain writes [told...] from the top down to the area. It is not kept for
// each area: what lies above is shared by many, and so is in the cache, where a
// chain of one's own was what an answer waited for longest.
func (p *piece) appendChain(b []byte, posts bool) []byte {
	return append(p.appendDown(append(b, '['), posts), ']')
}

func (p *piece) appendDown(b []byte, posts bool) []byte {
	if p.above != nil {
		b = append(p.above.appendDown(b, posts), ',')
	}
	return append(b, p.told(posts)...)
}

// told is the area with its posts, or for those who do not see these without.
func (p *piece) told(posts bool) string {
	if posts {
		return p.full
	}
	return p.brief
}

// along is the street along a border.
type along struct {
	json string
	name route.Named // parts of json where they stand there
}

// follows returns the street along a border, made now if nobody asked before.
func (s *shelf) follows(b *book, arc int) *along {
	if t := b.arcs[arc].Load(); t != nil {
		return t
	}
	name := route.Follows(s.world, b.network, arc)
	t := &along{json: string(appendText(nil, name))}
	t.name = within(t.json, route.NameOf("", name))
	b.arcs[arc].Store(t)
	return t
}

// neighbours returns the areas beside an area, as JSON.
func (s *shelf) neighbours(b *book, area int32) []byte {
	p := s.piece(b, area)
	if n := p.neighbours.Load(); n != nil {
		return *n
	}
	list := []byte{'['}
	if b.network.Coverage != nil {
		for i, other := range b.network.Coverage.Neighbours(area) {
			if i > 0 {
				list = append(list, ',')
			}
			list = append(list, s.piece(b, other).brief...)
		}
	}
	list = append(list, ']')
	p.neighbours.Store(&list)
	return list
}

// appendGrid writes what every mention of a grid says of it.
func appendGrid(b []byte, g *geo.Grid) []byte {
	b = append(b, `{"id":`...)
	b = appendInt(b, g.ID)
	b = append(b, `,"code":`...)
	b = appendString(b, g.Code)
	b = append(b, `,"name":`...)
	b = appendText(b, g.Name)
	b = append(b, `,"network":`...)
	b = appendString(b, g.Network)
	b = append(b, `,"level":`...)
	b = appendString(b, g.Level)
	if g.Building != "" {
		b = append(b, `,"building":`...)
		b = appendString(b, g.Building)
	}
	if g.Floors != nil {
		b = append(b, `,"floors":[`...)
		b = appendInt(b, int64(g.Floors[0]))
		b = append(b, ',')
		b = appendInt(b, int64(g.Floors[1]))
		b = append(b, ']')
	}
	return append(b, '}')
}

// appendRef writes which grid it is and no more.
func appendRef(b []byte, g *geo.Grid) []byte {
	b = append(b, `{"id":`...)
	b = appendInt(b, g.ID)
	b = append(b, `,"code":`...)
	b = appendString(b, g.Code)
	b = append(b, `,"network":`...)
	b = appendString(b, g.Network)
	b = append(b, `,"level":`...)
	b = appendString(b, g.Level)
	return append(b, '}')
}

// appendPost writes a post as answers show it: the role and its references.
func appendPost(b []byte, p *geo.Post) []byte {
	body, err := json.Marshal(postView{p.Code, p.Role, p.Name, p.Ref, p.Link})
	if err != nil {
		panic(err) // strings only
	}
	return append(b, body...)
}

// postView is a post as answers show it.
type postView struct {
	Code string   `json:"code"`
	Role string   `json:"role" doc:"Leader, member, police ..."`
	Name geo.Text `json:"name,omitempty"`
	Ref  string   `json:"ref,omitempty" doc:"Opaque reference into the personnel system."`
	Link string   `json:"link,omitempty" doc:"Link template into the personnel system."`
}
