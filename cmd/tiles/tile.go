package main

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/problem"
	"onegrid/geo/vtile"
)

// Headers that many answers share.
var (
	tileType       = []string{"application/vnd.mapbox-vector-tile"}
	jsonType       = []string{"application/json; charset=utf-8"}
	forever        = []string{"public, max-age=31536000, immutable"}
	privateForever = []string{"private, max-age=31536000, immutable"}
	revalidate     = []string{"no-cache"}
	privately      = []string{"private, no-cache"}
	never          = []string{"no-store"}
	byEncoding     = []string{"Accept-Encoding"}
	byCaller       = []string{"Accept-Encoding, Authorization, Cookie"}
)

// thePublic sees what is public of the whole city: what is drawn for it may be
// kept by anybody.
var thePublic = access.Sight{Classes: access.SetOf(geo.ClassPublic)}

// tile answers GET /tiles/{tileset}/{z}/{x}/{y}.mvt.
//
// A tile that is asked for by its tileset's revision (?r=, as in the TileJSON)
// never changes and may be kept for ever; one that is asked for without is to be
// asked for again, with its ETag.
func (s *service) tile(c *gin.Context) {
	t, err := tileOf(c.Param("z"), c.Param("x"), c.Param("y"))
	if err != nil {
		problem.Abort(c, err)
		return
	}
	caller := access.Of(c)
	f, err := s.gallery.find(c.Param("tileset"), c.Query("r"), caller.Sight())
	if err != nil {
		problem.Abort(c, err)
		return
	}
	if f.sight.Classes.Has(geo.ClassRestricted) {
		s.reads.Note(caller, "tiles.read", f.set.ID+"/"+t.String())
	}
	revision, keep := s.gallery.tileRevision(f, t)
	h := c.Writer.Header()
	on, control := caching(f, f.pinned && keep)
	h["Cache-Control"] = control
	vary(h, on)
	asked := c.GetHeader("If-None-Match")
	if keep && asked != "" {
		if tag, ok := s.unchanged(asked, version{revision, f.sight}); ok {
			h["Etag"] = []string{tag}
			c.Status(304)
			c.Writer.WriteHeaderNow()
			return
		}
	}
	p := s.picture(f, t, tileKey{f.set.ID, f.sight, revision, t}, keep)
	if asked != "" {
		if tag, ok := sameHash(asked, p.hash); ok {
			h["Etag"] = []string{tag}
			c.Status(304)
			c.Writer.WriteHeaderNow()
			return
		}
	}
	s.show(c, p, version{revision, f.sight})
}

// caching says who may keep a tile, and for whom. What is public may be kept by
// everybody, at an address that names it as such: one that does not is answered
// differently to different callers. All else is its reader's own.
func caching(f found, immutable bool) (vary, control []string) {
	switch open := f.sight == thePublic; {
	case open && immutable:
		return byEncoding, forever
	case open:
		return byCaller, revalidate
	case immutable:
		return byCaller, privateForever
	}
	return byCaller, privately
}

// vary says on what of a request an answer turns, besides what the frame says: on
// the origin, where other sites' pages may ask.
func vary(h http.Header, on []string) {
	if said := h["Vary"]; said != nil {
		on = append(slices.Clip(said), on...)
	}
	h["Vary"] = on
}

// show writes a picture.
func (s *service) show(c *gin.Context, p *picture, v version) {
	h := c.Writer.Header()
	e, body := s.encoder.form(p, accepts(c.GetHeader("Accept-Encoding")))
	h["Etag"] = []string{s.tag(p.hash, v, e)}
	if len(body) == 0 {
		c.Status(204)
		c.Writer.WriteHeaderNow()
		return
	}
	h["Content-Type"] = tileType
	if e != identity {
		h["Content-Encoding"] = encodingNames[e]
	}
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	c.Status(200)
	c.Writer.Write(body)
}

// picture returns a tile drawn: from the cache, from another request that is
// drawing it, or drawn now.
func (s *service) picture(f found, t vtile.Tile, k tileKey, keep bool) *picture {
	if !keep {
		s.metrics.drawn.Inc()
		return draw(f, t, k)
	}
	if p := s.cache.get(k); p != nil {
		s.metrics.cached.Inc()
		return p
	}
	drawn, _, _ := s.drawing.Do(k.String(), func() (any, error) {
		if p := s.cache.get(k); p != nil {
			return p, nil
		}
		s.metrics.drawn.Inc()
		p := draw(f, t, k)
		s.cache.put(p)
		return p, nil
	})
	return drawn.(*picture)
}

func (k tileKey) String() string {
	seen := strconv.Itoa(int(k.sight.Classes)) + "/" + strconv.Quote(k.sight.Subtree) + k.sight.Networks
	return k.set + "/" + seen + "/" + strconv.FormatInt(k.revision, 10) + "/" + k.tile.String()
}

func draw(f found, t vtile.Tile, k tileKey) *picture {
	b := f.atlas.Append(nil, f.set, f.sight, t)
	sum := sha256.Sum256(b)
	p := &picture{key: k, hash: base64.RawURLEncoding.EncodeToString(sum[:12]), cost: int64(len(b))}
	p.forms[identity].Store(&b)
	return p
}

// A tile's ETag is
//
//	"HASH.REVISION-SIGHT.RUN+ENCODING"
//
// HASH is the content's. REVISION is when the tile last changed for those with the
// SIGHT, as this run of the server knows: while both are the same the content is
// too, and nothing has to be drawn or looked up to say so.

// version is what a tile's content turns on.
type version struct {
	revision int64
	sight    access.Sight
}

func (s *service) mark(v version) string {
	return strconv.FormatInt(v.revision, 36) + "-" + v.sight.Tag() + s.run
}

func (s *service) tag(hash string, v version, e encoding) string {
	return `"` + hash + "." + s.mark(v) + "+" + string("igzb"[e]) + `"`
}

// unchanged returns the tag among those asked for that this run gave for the
// version.
func (s *service) unchanged(asked string, v version) (string, bool) {
	mark := s.mark(v)
	return anyTag(asked, func(tag string) bool {
		_, rest, ok := strings.Cut(tag, ".")
		return ok && rest[:strings.IndexByte(rest+"+", '+')] == mark
	})
}

// sameHash returns the tag among those asked for whose hash is the content's.
func sameHash(asked, hash string) (string, bool) {
	return anyTag(asked, func(tag string) bool {
		return strings.HasPrefix(tag, hash) && len(tag) > len(hash) && tag[len(hash)] == '.'
	})
}

// anyTag returns the first of a list of entity tags for whose text is holds.
func anyTag(list string, holds func(string) bool) (string, bool) {
	for list != "" {
		var item string
		item, list, _ = strings.Cut(list, ",")
		item = strings.TrimPrefix(strings.TrimSpace(item), "W/")
		if n := len(item); n > 2 && item[0] == '"' && item[n-1] == '"' && holds(item[1:n-1]) {
			return item, true
		}
	}
	return "", false
}

// tileOf reads a tile's address: z, x and y.mvt.
func tileOf(z, x, file string) (vtile.Tile, error) {
	y, ok := strings.CutSuffix(file, ".mvt")
	if !ok {
		return vtile.Tile{}, geo.Errorf(geo.NotFound, "tiles are named {z}/{x}/{y}.mvt, not %s/%s/%s", z, x, file).On("y", file)
	}
	var n [3]uint32
	for i, text := range [3]string{z, x, y} {
		v, err := strconv.ParseUint(text, 10, 31)
		if err != nil || len(text) > 1 && text[0] == '0' {
			return vtile.Tile{}, geo.Errorf(geo.NotFound, "tile %s/%s/%s: %q is not a whole number", z, x, y, text).On(string("zxy"[i]), text)
		}
		n[i] = uint32(v)
	}
	if n[0] > 255 {
		return vtile.Tile{}, geo.Errorf(geo.NotFound, "zoom %s: the finest zoom is %d", z, vtile.MaxZoom).On("z", z)
	}
	t := vtile.Tile{Z: uint8(n[0]), X: n[1], Y: n[2]}
	return t, t.Check()
}
