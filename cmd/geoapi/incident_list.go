package main

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/problem"
	"onegrid/geo/route"
	"onegrid/geo/world"
)

// Limits of a list of incidents.
const (
	maxList = 10_000
	// What one request reads of the store: a page within a small area may need
	// many more incidents than it shows.
	listChunk  = 1000
	listChunks = 20
)

// incidents answers GET /v1/incidents as GeoJSON, in the order of the ids, which
// is that in which they were kept. The open ones come from the world, which
// answers whatever happens to the store.
func (s *service) incidents(c *gin.Context) {
	v := s.view(c)
	q, err := s.incidentQuery(c, v)
	var page []*geo.Incident
	var next int64
	matched := -1
	if err == nil && q.state == "open" {
		page, next, matched = q.open()
	} else if err == nil {
		page, next, err = q.stored(c.Request.Context(), s.store)
	}
	if err != nil {
		problem.Abort(c, err)
		return
	}
	s.reads.Note(access.Of(c), incidentsRead, q.state)
	b := []byte(`{"type":"FeatureCollection","seq":`)
	b = appendInt(b, v.World().Seq())
	b = append(b, `,"features":[`...)
	for i, in := range page {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendIncident(b, v, in)
	}
	b = append(b, `],"next":`...)
	if next == 0 {
		b = append(b, "null"...)
	} else {
		b = appendInt(b, next)
	}
	if matched >= 0 {
		b = append(b, `,"matched":`...)
		b = appendInt(b, int64(matched))
	}
	b = append(b, '}')
	c.Writer.Header()["Cache-Control"] = never
	answer(c, geojsonType, b)
}

// incidentQuery is which incidents are asked for.
type incidentQuery struct {
	view   access.View
	state  string // open, closed or all
	within route.Place
	after  int64 // an id
	limit  int
}

func (s *service) incidentQuery(c *gin.Context, v access.View) (*incidentQuery, error) {
	given, err := params(c, "state", "grid", "after", "limit")
	if err == nil {
		err = v.Must(geo.Incidents)
	}
	if err != nil {
		return nil, err
	}
	q := &incidentQuery{view: v, state: "open", within: route.Place{Area: -1}}
	if q.limit, err = limitOf(given, maxList, maxList); err != nil {
		return nil, err
	}
	if state, ok := given["state"]; ok {
		if q.state = state; !slices.Contains([]string{"open", "closed", "all"}, state) {
			return nil, geo.Errorf(geo.Invalid, "state is open, closed or all, not %s", strconv.QuoteToGraphic(clipped(state))).On("state", state)
		}
	}
	if after, ok := given["after"]; ok {
		if q.after, err = strconv.ParseInt(after, 10, 64); err != nil || q.after < 0 {
			return nil, geo.Errorf(geo.Invalid, "after is the id of an incident, not %s", strconv.QuoteToGraphic(clipped(after))).On("after", after)
		}
	}
	if code, ok := given["grid"]; ok {
		if q.within, err = findGrid(v, code); err != nil {
			return nil, err
		}
		if q.within.Network != v.World().Basic() {
			return nil, geo.Errorf(geo.Invalid, "grid %s is not of the basic network", code).On("grid", code)
		}
	}
	return q, nil
}

// holds reports whether an incident is seen and lies where it is asked for.
func (q *incidentQuery) holds(in *geo.Incident) bool {
	return q.view.Incident(in) &&
		(!q.within.Has() || descends(q.within.Network, areaAt(q.view.World(), in.Point), q.within.Area))
}

// open returns a page of the open incidents, after which id the next one begins,
// 0 if there is none, and how many there are in all.
func (q *incidentQuery) open() (page []*geo.Incident, next int64, matched int) {
	for in := range q.view.World().Incidents().All() {
		if q.holds(in) {
			page = append(page, in)
		}
	}
	matched = len(page)
	slices.SortFunc(page, func(a, b *geo.Incident) int { return cmp.Compare(a.ID, b.ID) })
	for len(page) > 0 && page[0].ID <= q.after {
		page = page[1:]
	}
	if len(page) > q.limit {
		page = page[:q.limit]
		next = page[q.limit-1].ID
	}
	return page, next, matched
}

// stored returns a page of what the store keeps. It may be short although more
// follows: a request reads only so much.
func (q *incidentQuery) stored(ctx context.Context, store keeper) (page []*geo.Incident, next int64, err error) {
	state := q.state
	if state == "all" {
		state = ""
	}
	after := q.after
	for range listChunks {
		n := listChunk
		if !q.within.Has() && q.view.Free() {
			n = min(n, q.limit-len(page))
		}
		chunk, err := store.Incidents(ctx, state, after, n)
		if err != nil {
			return nil, 0, err
		}
		for i := range chunk {
			if after = chunk[i].ID; !q.holds(&chunk[i]) {
				continue
			}
			if page = append(page, &chunk[i]); len(page) == q.limit {
				return page, after, nil
			}
		}
		if len(chunk) < n {
			return page, 0, nil
		}
	}
	return page, after, nil
}

// descends reports whether area is top or lies below it.
func descends(n *world.Network, area, top int32) bool {
	for ; area >= 0; area = n.Parent(area) {
		if area == top {
			return true
		}
	}
	return false
}
