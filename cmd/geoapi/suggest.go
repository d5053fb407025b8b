package main

import (
	"net/http"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"

	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/lattice"
	"onegrid/geo/problem"
	"onegrid/geo/route"
	"onegrid/geo/world"
)

// Limits of a suggestion request.
const (
	maxSuggestions     = 100
	defaultSuggestions = 10
	maxSuggestText     = 200
)

// suggestion is one thing that a person may have meant.
type suggestion struct {
	Kind    string         `json:"kind" enum:"grid,estate,building,site"`
	Code    string         `json:"code"`
	Name    geo.Text       `json:"name"`
	Level   string         `json:"level,omitempty" doc:"Of a grid."`
	Context string         `json:"context" doc:"Where it is: the areas above it, or its address."`
	Point   *lattice.Point `json:"point" doc:"[lon, lat]"`
}

type suggestions struct {
	Suggestions []suggestion `json:"suggestions"`
	Seq         int64        `json:"seq"`
}

// suggest answers GET /v1/suggest?q=...&limit=...
func (s *service) suggest(c *gin.Context) {
	q, err := params(c, "q", "limit")
	if err != nil {
		problem.Abort(c, err)
		return
	}
	limit, err := limitOf(q, defaultSuggestions, maxSuggestions)
	if err == nil && len(q["q"]) > maxSuggestText {
		err = geo.Errorf(geo.TooLarge, "q is longer than %d bytes", maxSuggestText).On("q", q["q"])
	}
	if err != nil {
		problem.Abort(c, err)
		return
	}
	v := s.view(c)
	out := suggestions{s.finder.find(v, q["q"], limit), v.World().Seq()}
	c.Writer.Header()["Cache-Control"] = never
	c.JSON(http.StatusOK, out)
}

// limitOf reads the parameter limit.
func limitOf(q map[string]string, usual, most int) (int, error) {
	text, given := q["limit"]
	if !given {
		return usual, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		return 0, geo.Errorf(geo.Invalid, "limit is a number from 1 to %d, not %s", most, strconv.QuoteToGraphic(clipped(text))).On("limit", text)
	}
	return n, nil
}

// finder looks for names, codes and addresses. It keeps a catalogue of each kind
// of thing and makes it anew when its layer has changed.
type finder struct {
	mu         sync.Mutex
	catalogues [4]*catalogue
}

// catalogue holds the names of one kind of thing in one text, an entry a line,
// its fields between separators. So looking for a part of a name is one search
// through memory, which the processor does at gigabytes a second.
type catalogue struct {
	kind     string
	revision int64
	text     string
	starts   []int32 // of each entry in text
	ids      []int64 // of each entry: an object's id, or network<<32 | area
}

const (
	fieldMark = "\x1f"
	entryMark = "\n"
)

// find returns at most limit things that are seen and whose name, code or address
// holds q: first those with a field that equals it, then those that begin with it,
// then the rest; grids before estates, buildings and sites.
func (f *finder) find(v access.View, q string, limit int) []suggestion {
	out := []suggestion{}
	q = folded(q)
	if q == "" {
		return out
	}
	catalogues := f.fresh(v.World())
	seen := map[[2]int64]bool{}
	for _, pattern := range [...]string{fieldMark + q + fieldMark, fieldMark + q, q} {
		for k, c := range catalogues {
			skip := func(id int64) bool { return seen[[2]int64{int64(k), id}] || !found(v, k, id) }
			for _, id := range c.search(pattern, limit, skip) {
				if len(out) == limit {
					return out
				}
				seen[[2]int64{int64(k), id}] = true
				if s, ok := suggestionOf(v, c.kind, id); ok {
					out = append(out, s)
				}
			}
		}
	}
	return out
}

// folded brings a text to the form that is compared: lower case, full-width
// signs as half-width ones, no control characters, single spaces.
func folded(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= '\uff01' && r <= '\uff5e':
			return r - '\uff01' + '!'
		case r == '\u3000' || r < ' ':
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return strings.ToLower(strings.Join(strings.Fields(s), " "))
}

// search returns the ids of at most limit entries that hold the pattern and are
// not skipped.
func (c *catalogue) search(pattern string, limit int, skip func(int64) bool) []int64 {
	var out []int64
	for at := 0; at < len(c.text) && len(out) < limit; {
		i := strings.Index(c.text[at:], pattern)
		if i < 0 {
			break
		}
		at += i
		entry := sort.Search(len(c.starts), func(k int) bool { return int(c.starts[k]) > at }) - 1
		if !skip(c.ids[entry]) {
			out = append(out, c.ids[entry])
		}
		at = len(c.text)
		if entry+1 < len(c.starts) {
			at = int(c.starts[entry+1])
		}
	}
	return out
}

// The kinds, in the order of the suggestions.
const (
	kindGrid = iota
	kindEstate
	kindBuilding
	kindSite
)

// fresh returns the catalogues for w.
func (f *finder) fresh(w *world.World) [4]*catalogue {
	f.mu.Lock()
	defer f.mu.Unlock()
	var grids int64
	for _, n := range w.Networks() {
		grids = max(grids, n.Revision)
	}
	renew := func(k int, revision int64, fill func(*catalogueWriter)) {
		if c := f.catalogues[k]; c != nil && c.revision == revision {
			return
		}
		cw := &catalogueWriter{}
		fill(cw)
		kind := [...]string{"grid", "estate", "building", "site"}[k]
		f.catalogues[k] = &catalogue{kind, revision, cw.text.String(), cw.starts, cw.ids}
	}
	renew(kindGrid, grids, func(cw *catalogueWriter) {
		for i, n := range w.Networks() {
			for area := range n.Grids {
				g := &n.Grids[area]
				cw.add(int64(i)<<32|int64(area), g.Code, g.Name)
			}
		}
	})
	renew(kindEstate, w.Revision(geo.Estates), func(cw *catalogueWriter) {
		for e := range w.Estates().All() {
			cw.add(e.ID, e.Code, e.Name)
		}
	})
	renew(kindBuilding, w.Revision(geo.Buildings), func(cw *catalogueWriter) {
		for b := range w.Buildings().All() {
			cw.add(b.ID, b.Code, b.Name, b.Address)
		}
	})
	renew(kindSite, w.Revision(geo.Sites), func(cw *catalogueWriter) {
		for s := range w.Sites().All() {
			cw.add(s.ID, s.Code, s.Name, s.Address)
		}
	})
	return f.catalogues
}

// found reports whether a thing may be found by whoever looks: it lies in an area
// that is seen. No when it has gone meanwhile.
func found(v access.View, kind int, id int64) bool {
	w := v.World()
	switch kind {
	case kindEstate:
		return v.Object(geo.Estates, w.Estates().Area(id))
	case kindBuilding:
		return v.Object(geo.Buildings, w.Buildings().Area(id))
	case kindSite:
		return v.Object(geo.Sites, w.Sites().Area(id))
	}
	n, area := w.Networks()[id>>32], int32(id)
	return int(area) < len(n.Grids) && v.Area(n, area)
}

type catalogueWriter struct {
	text   strings.Builder
	starts []int32
	ids    []int64
}

// add writes an entry. A catalogue ends at 2 GB of text; what is beyond is not
// found by name.
func (cw *catalogueWriter) add(id int64, code string, name geo.Text, more ...string) {
	if cw.text.Len() > 1<<31-1<<16 {
		return
	}
	cw.starts = append(cw.starts, int32(cw.text.Len()))
	cw.ids = append(cw.ids, id)
	cw.text.WriteString(fieldMark)
	field := func(s string) {
		if s != "" {
			cw.text.WriteString(folded(s))
			cw.text.WriteString(fieldMark)
		}
	}
	field(code)
	for _, s := range name {
		field(s)
	}
	for _, s := range more {
		field(s)
	}
	cw.text.WriteString(entryMark)
}

// suggestionOf describes the thing of an id. No when it has gone meanwhile.
func suggestionOf(v access.View, kind string, id int64) (suggestion, bool) {
	w, s := v.World(), suggestion{Kind: kind}
	switch kind {
	case "grid":
		n, area := w.Networks()[id>>32], int32(id)
		if int(area) >= len(n.Grids) {
			return s, false
		}
		g := &n.Grids[area]
		s.Code, s.Name, s.Level = g.Code, g.Name, g.Level
		s.Context = above(v, n, n.Parent(area))
		if n.Coverage != nil {
			p := n.Label(area)
			s.Point = &p
		} else if b, ok := w.Buildings().ByCode(g.Building); ok {
			s.Point = &b.Interior
		}
	case "estate":
		e, ok := w.Estates().ByID(id)
		if !ok {
			return s, false
		}
		s.Code, s.Name, s.Context = e.Code, e.Name, aboveBasic(v, w.Estates().Area(id))
		if p, ok := lattice.Interior(e.Shape); ok {
			s.Point = &p
		}
	case "building":
		b, ok := w.Buildings().ByID(id)
		if !ok {
			return s, false
		}
		s.Code, s.Name, s.Point = b.Code, b.Name, &b.Interior
		if s.Context = b.Address; s.Context == "" {
			s.Context = aboveBasic(v, w.Buildings().Area(id))
		}
	case "site":
		t, ok := w.Sites().ByID(id)
		if !ok {
			return s, false
		}
		s.Code, s.Name, s.Point = t.Code, t.Name, &t.Point
		if s.Context = t.Address; s.Context == "" {
			s.Context = aboveBasic(v, w.Sites().Area(id))
		}
	}
	return s, true
}

func aboveBasic(v access.View, area int32) string {
	if n := v.World().Basic(); n != nil && area >= 0 {
		return above(v, n, area)
	}
	return ""
}

// above names an area and those above it, from the top, as far as they are seen.
func above(v access.View, n *world.Network, area int32) string {
	var names []string
	for ; area >= 0; area = n.Parent(area) {
		if v.Area(n, area) {
			g := &n.Grids[area]
			names = append(names, route.NameOf(g.Code, g.Name).Zh)
		}
	}
	slices.Reverse(names)
	return strings.Join(names, " ")
}
