package main

import (
	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/coverage"
	"onegrid/geo/crs"
	"onegrid/geo/lattice"
	"onegrid/geo/route"
	"onegrid/geo/world"
)

// answerer answers questions on one world. It belongs to one goroutine at a time.
type answerer struct {
	view  access.View
	world *world.World // the view's
	posts bool         // are seen
	shelf *shelf
	stale bool // the store has not answered for a while
	brief bool // rows of a batch: codes, no names or posts; words only where asked for

	q     question
	a     route.Answer
	words route.Words
	buf   []byte
}

// append appends the answer to t.q as a JSON object. id is the token of a
// row's own id, nil if it has none.
func (t *answerer) append(b, id []byte) []byte {
	q, a := &t.q, &t.a
	b = append(b, '{')
	if id != nil {
		b = append(b, `"id":`...)
		b = append(b, id...)
		b = append(b, ',')
	}
	b = append(b, `"status":"`...)
	b = append(b, a.Status...)
	b = append(b, `","owner":`...)
	b = t.appendPlace(b, a.Owner)
	b = append(b, `,"grid":`...)
	b = t.appendPlace(b, a.Grid)
	if q.include&includeChain != 0 {
		b = append(b, `,"chain":`...)
		if a.Grid.Has() {
			b = t.appendChain(b, a.Grid)
		} else {
			b = append(b, "[]"...)
		}
	}
	b = append(b, `,"others":[`...)
	for i, other := range a.Others {
		if i > 0 {
			b = append(b, ',')
		}
		b = t.appendPlace(b, other)
	}
	b = append(b, `],"border":`...)
	b = t.appendBorder(b)
	if !t.brief || q.include&includeExplain != 0 {
		b = append(b, `,"text":`...)
		b = t.appendWords(b)
	}
	if !t.brief || q.crs > crs.CGCS2000 { // where nothing was converted, the caller has it
		b = t.appendLocation(b)
	}
	b = append(b, `,"edition":`...)
	if t.brief {
		b = append(b, `{"id":`...)
		b = append(appendInt(b, t.shelf.editionID), '}')
	} else {
		b = append(b, t.shelf.edition...)
	}
	b = append(b, `,"seq":`...)
	b = appendInt(b, t.world.Seq())
	b = append(b, `,"valid_until":null,"warnings":[`...)
	b = t.appendWarnings(b, ',', true)
	b = append(b, ']')
	if q.include&(includeNeighbours|includeBoundary|includeExplain) != 0 {
		b = t.appendExtras(b)
	}
	return append(b, '}')
}

// appendLocation writes the point in WGS84 and how it came there.
func (t *answerer) appendLocation(b []byte) []byte {
	q := &t.q
	b = append(b, `,"location":{"lon":`...)
	b = lattice.Append(b, q.Point.X)
	b = append(b, `,"lat":`...)
	b = lattice.Append(b, q.Point.Y)
	b = append(b, `,"source":"point","crs":"`...)
	b = append(b, q.crs.String()...)
	b = append(b, `","conversion_error_m":`...)
	b = appendFixed(b, q.errorM, 3)
	return append(b, '}')
}

func (t *answerer) pieceOf(p route.Place) *piece {
	return t.shelf.piece(t.shelf.book(p.Network), p.Area)
}

func (t *answerer) appendPlace(b []byte, p route.Place) []byte {
	switch {
	case !p.Has():
		return append(b, "null"...)
	case t.brief:
		return append(b, t.pieceOf(p).ref...)
	}
	return append(b, t.pieceOf(p).told(t.posts)...)
}

// appendChain writes the areas from the top down to one, those that are seen.
func (t *answerer) appendChain(b []byte, p route.Place) []byte {
	if t.view.Free() || p.Network == t.world.Basic() { // where all above what is seen is, too
		return t.pieceOf(p).appendChain(b, t.posts)
	}
	return append(t.appendDown(append(b, '['), p), ']')
}

func (t *answerer) appendDown(b []byte, p route.Place) []byte {
	if up := p.Network.Parent(p.Area); up >= 0 {
		b = t.appendDown(b, route.Place{Network: p.Network, Area: up})
	}
	if !t.sees(p) {
		return b
	}
	if b[len(b)-1] != '[' {
		b = append(b, ',')
	}
	return append(b, t.pieceOf(p).told(t.posts)...)
}

// appendNeighbours writes the areas beside an area, those that are seen.
func (t *answerer) appendNeighbours(b []byte, p route.Place) []byte {
	if t.view.Free() {
		return append(b, t.shelf.neighbours(t.shelf.book(p.Network), p.Area)...)
	}
	var seen []route.Place
	if c := p.Network.Coverage; c != nil {
		for _, other := range c.Neighbours(p.Area) {
			seen = append(seen, route.Place{Network: p.Network, Area: other})
		}
	}
	return t.appendBriefs(b, seen)
}

// appendBriefs writes [brief...] of those areas that are seen.
func (t *answerer) appendBriefs(b []byte, places []route.Place) []byte {
	b = append(b, '[')
	for _, p := range places {
		if !t.sees(p) {
			continue
		}
		if b[len(b)-1] != '[' {
			b = append(b, ',')
		}
		b = append(b, t.pieceOf(p).brief...)
	}
	return append(b, ']')
}

// beyond returns the owner's counterpart on the other side of its border,
// without an area where the jurisdiction ends, or what the caller sees of it.
func (t *answerer) beyond() route.Place {
	a := &t.a
	c := a.Owner.Network.Coverage
	side := a.Border.Beyond
	if a.Status == route.Nearest { // there "beyond" is the owner itself
		side = coverage.Exterior
	}
	area := c.AreaOf(side)
	if area >= 0 {
		area = route.Ancestor(c.Areas(), area, int(c.Areas()[a.Owner.Area].Level))
	}
	if p := (route.Place{Network: a.Owner.Network, Area: area}); t.sees(p) {
		return p
	}
	return route.Place{Network: a.Owner.Network, Area: coverage.NoArea}
}

func (t *answerer) appendBorder(b []byte) []byte {
	a := &t.a
	if !a.Has {
		return append(b, "null"...)
	}
	b = append(b, `{"distance_m":`...)
	b = appendFixed(b, a.Border.DistanceM, 2)
	b = append(b, `,"bearing_deg":`...)
	b = appendFixed(b, a.Border.BearingDeg, 1)
	b = append(b, `,"at":`...)
	b = a.Border.At.AppendJSON(b)
	b = append(b, `,"neighbour":`...)
	if p := t.beyond(); p.Has() && t.brief {
		b = append(b, t.pieceOf(p).ref...)
	} else if p.Has() {
		b = append(b, t.pieceOf(p).brief...)
	} else {
		b = append(b, "null"...)
	}
	if !t.brief || t.q.include&includeExplain != 0 {
		b = append(b, `,"follows":`...)
		b = append(b, t.shelf.follows(t.shelf.book(a.Owner.Network), a.Border.Arc).json...)
	}
	b = append(b, `,"side":"`...)
	b = append(b, a.Border.Side...)
	b = append(b, `","rule":"`...)
	b = append(b, t.rule()...)
	return append(b, `"}`...)
}

// rule names what decided between the two sides of the border.
func (t *answerer) rule() string {
	switch t.a.Status {
	case route.Nearest:
		return "nearest"
	case route.OnBorder:
		if t.a.Owner.Network.Index.Region(t.q.Point) == coverage.Exterior {
			return "first-from-east"
		}
		return "east-then-north"
	}
	return "inside"
}

// appendWords writes the sentence, by language.
func (t *answerer) appendWords(b []byte) []byte {
	a, w := &t.a, &t.words
	*w = route.Words{Status: a.Status, Known: a.Has}
	if a.Owner.Has() {
		w.Owner = t.pieceOf(a.Owner).named
	}
	if a.Has {
		w.DistanceM, w.Side = a.Border.DistanceM, a.Border.Side
		w.Follows = t.shelf.follows(t.shelf.book(a.Owner.Network), a.Border.Arc).name
		if p := t.beyond(); p.Has() {
			w.Beyond = t.pieceOf(p).named
		}
	}
	b = append(b, `{"en":`...)
	b = quoted(b, w.AppendEnglish)
	b = append(b, `,"zh":`...)
	b = quoted(b, w.AppendChinese)
	return append(b, '}')
}

// quoted appends what write appends, as a JSON string. Names hardly ever hold
// what must be escaped, so it is written in place and looked at afterwards.
func quoted(b []byte, write func([]byte) []byte) []byte {
	start := len(b)
	b = write(append(b, '"'))
	for _, c := range b[start+1:] {
		if c < 0x20 || c == '"' || c == '\\' {
			return appendHardString(b[:start], string(b[start+1:]))
		}
	}
	return append(b, '"')
}

// appendWarnings writes the warnings, in quotes for JSON and bare for CSV.
func (t *answerer) appendWarnings(b []byte, separator byte, quotes bool) []byte {
	first := true
	add := func(b []byte, code string) []byte {
		if !first {
			b = append(b, separator)
		}
		first = false
		if quotes {
			return append(append(append(b, '"'), code...), '"')
		}
		return append(b, code...)
	}
	if t.a.Status == route.Outside && t.suspect() {
		b = add(b, "crs_suspect")
	}
	if t.stale {
		b = add(b, "stale_world")
	}
	return b
}

// appendExtras writes what was asked for besides.
func (t *answerer) appendExtras(b []byte) []byte {
	a, include := &t.a, t.q.include
	if include&includeNeighbours != 0 {
		b = append(b, `,"neighbours":`...)
		if a.Owner.Has() {
			b = t.appendNeighbours(b, a.Owner)
		} else {
			b = append(b, "[]"...)
		}
	}
	if include&includeBoundary != 0 {
		b = append(b, `,"boundary":`...)
		if a.Owner.Has() {
			b = appendGeometry(b, a.Owner.Network.Coverage.Polygons(a.Owner.Area))
		} else {
			b = append(b, "null"...)
		}
	}
	if include&includeExplain != 0 {
		b = append(b, `,"explain":`...)
		b = t.appendExplain(b)
	}
	return b
}

// appendExplain writes why the owner is the owner, a step after another.
func (t *answerer) appendExplain(b []byte) []byte {
	a := &t.a
	b = append(b, '[')
	step := func(en, zh string) {
		if b[len(b)-1] != '[' {
			b = append(b, ',')
		}
		b = append(b, `{"en":`...)
		b = appendString(b, en)
		b = append(b, `,"zh":`...)
		b = appendString(b, zh)
		b = append(b, '}')
	}
	if t.q.crs != crs.WGS84 {
		step("the point was brought from "+t.q.crs.String()+" to WGS84", "坐标由 "+t.q.crs.String()+" 转换为 WGS84")
	}
	switch a.Status {
	case route.Inside:
		step("the point lies inside the grid", "该点位于网格内部")
	case route.OnBorder:
		if t.rule() == "east-then-north" {
			step("the point lies on a border: it belongs to the grid on its east or, along an exactly east-west line, on its north", "该点位于边界线上：归东侧网格；正东西向边界归北侧网格")
		} else {
			step("the point lies on the outer border: the first grid counter-clockwise from east answers", "该点位于辖区外边界上：自正东起逆时针方向的第一个网格负责")
		}
	case route.Nearest:
		step("the point lies outside; the nearest grid within max_m answers, as asked", "该点位于辖区之外，按请求取 max_m 范围内最近的网格")
	case route.Outside:
		step("the point lies outside the jurisdiction of the basic network", "该点位于基础网格辖区之外")
	}
	if a.Owner.Has() {
		if a.Owner.Area != a.Grid.Area {
			step("the answer is asked for at level "+a.Owner.Grid().Level, "请求指定层级："+geo.Text.In(t.levelName(a.Owner), "zh"))
		}
		step("no rule of the scheme sends it elsewhere: the basic grid answers", "方案中没有其他规则适用：由基础网格负责")
	}
	return append(b, ']')
}

// levelName is the name of an area's level, its id where it has no name.
func (t *answerer) levelName(p route.Place) geo.Text {
	id := p.Grid().Level
	if i := p.Network.Spec.LevelIndex(id); i >= 0 && len(p.Network.Spec.Levels[i].Name) > 0 {
		return p.Network.Spec.Levels[i].Name
	}
	return geo.Plain(id)
}
