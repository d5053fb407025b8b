package main

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/problem"
)

// maxLocateBody bounds the body of a locate request.
const maxLocateBody = 64 << 10

// Header values that never change, shared by all answers: a header set this way
// costs no allocation. net/http only reads them.
var (
	jsonType    = []string{"application/json; charset=utf-8"}
	geojsonType = []string{"application/geo+json; charset=utf-8"}
	briefly     = []string{"private, max-age=60"}
	byCaller    = []string{"Authorization, Cookie, Origin"}
	never       = []string{"no-store"}
)

// locate answers GET /v1/locate.
func (s *service) locate(c *gin.Context) {
	t := s.answerer(access.Of(c))
	defer s.done(t)
	if err := t.shelf.asker.parseQuery(c.Request.URL.RawQuery, &t.q); err != nil {
		problem.Abort(c, err)
		return
	}
	if !t.stale && t.unchanged(c) {
		return
	}
	if err := t.locate(); err != nil {
		problem.Abort(c, err)
		return
	}
	t.buf = t.append(t.buf[:0], nil)
	answer(c, jsonType, t.buf)
}

// locateBody answers POST /v1/locate.
func (s *service) locateBody(c *gin.Context) {
	t := s.answerer(access.Of(c))
	defer s.done(t)
	body, err := readBody(c, t.buf[:0], maxLocateBody)
	if err == nil {
		err = noQuery(c)
	}
	if err == nil {
		_, err = t.shelf.asker.parseBody(body, &t.q, false)
	}
	if err == nil {
		err = t.locate()
	}
	if err != nil {
		problem.Abort(c, err)
		return
	}
	t.buf = t.append(body[:0], nil)
	c.Writer.Header()["Cache-Control"] = never
	answer(c, jsonType, t.buf)
}

// unchanged sets the validators of an answer that is made from the shelf, and
// answers 304 when the caller has it already. Callers who do not see all have
// answers of their own, which nobody keeps.
func (t *answerer) unchanged(c *gin.Context) bool {
	h := c.Writer.Header()
	if !t.view.Free() {
		h["Cache-Control"] = never
		return false
	}
	etag := t.shelf.etag(t.view)
	h["Etag"] = etag
	h["Cache-Control"] = briefly
	h["Vary"] = byCaller
	if match := c.Request.Header["If-None-Match"]; len(match) > 0 && matches(match[0], etag[0]) {
		c.Writer.WriteHeader(http.StatusNotModified)
		return true
	}
	return false
}

// matches compares an If-None-Match with an ETag, weakly.
func matches(header, etag string) bool {
	for _, tag := range strings.Split(header, ",") {
		tag = strings.TrimSpace(tag)
		if tag == "*" || strings.TrimPrefix(tag, "W/") == strings.TrimPrefix(etag, "W/") {
			return true
		}
	}
	return false
}

// answer sends a body that is ready.
func answer(c *gin.Context, contentType []string, body []byte) {
	h := c.Writer.Header()
	h["Content-Type"] = contentType
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	c.Writer.Write(body) // an error means that the caller has gone
}

// readBody reads a JSON body of at most limit bytes into buf.
func readBody(c *gin.Context, buf []byte, limit int64) ([]byte, error) {
	if err := wantType(c.Request, "application/json"); err != nil {
		return nil, err
	}
	if c.Request.ContentLength > limit {
		return nil, tooLarge(limit)
	}
	body := http.MaxBytesReader(c.Writer, c.Request.Body, limit)
	for {
		if len(buf) == cap(buf) {
			buf = append(buf, 0)[:len(buf)]
		}
		n, err := body.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		switch {
		case err == io.EOF:
			return buf, nil
		case err != nil:
			return nil, readFault(err, limit)
		}
	}
}

// wantType refuses a body of another content type than one of those named. One
// without any is refused too: a form on a foreign page can send that.
func wantType(r *http.Request, types ...string) error {
	given := r.Header.Get("Content-Type")
	media, _, _ := strings.Cut(given, ";")
	for _, t := range types {
		if strings.EqualFold(strings.TrimSpace(media), t) {
			if e := r.Header.Get("Content-Encoding"); e != "" && e != "identity" {
				return geo.Errorf(problem.UnsupportedMedia, "the body is %s: send it as it is", strconv.Quote(clipped(e))).On("Content-Encoding", e)
			}
			return wantUTF8(given)
		}
	}
	return geo.Errorf(problem.UnsupportedMedia, "Content-Type is %s, not %s", strings.Join(types, " or "), strconv.Quote(clipped(given))).
		On("Content-Type", given)
}

// wantUTF8 refuses a content type that names another character set.
func wantUTF8(given string) error {
	if !strings.Contains(given, ";") {
		return nil
	}
	_, named, err := mime.ParseMediaType(given)
	if err != nil {
		return geo.Errorf(problem.UnsupportedMedia, "Content-Type cannot be read: %v", err).On("Content-Type", given)
	}
	if set, ok := named["charset"]; ok && !strings.EqualFold(set, "utf-8") {
		return geo.Errorf(problem.UnsupportedMedia, "the character set is %s: send UTF-8", strconv.Quote(clipped(set))).On("charset", set)
	}
	return nil
}

func tooLarge(limit int64) error {
	return geo.Errorf(geo.TooLarge, "the body is longer than %d bytes", limit)
}

// readFault tells why a body could not be read.
func readFault(err error, limit int64) error {
	if _, over := err.(*http.MaxBytesError); over {
		return tooLarge(limit)
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return geo.Errorf(problem.TooSlow, "the body did not arrive in time")
	}
	return &geo.Error{Kind: geo.Invalid, Message: "the body broke off", Err: err}
}

// noQuery refuses any query parameter.
func noQuery(c *gin.Context) error {
	_, err := params(c)
	return err
}

// params takes the query apart for all but the hottest path: only the named
// parameters are known, and each may be given once.
func params(c *gin.Context, known ...string) (map[string]string, error) {
	values := map[string]string{}
	raw := c.Request.URL.RawQuery
	if len(raw) > maxQuery {
		return nil, geo.Errorf(geo.TooLarge, "the query is longer than %d bytes", maxQuery)
	}
	for raw != "" {
		var pair string
		pair, raw, _ = strings.Cut(raw, "&")
		if pair == "" {
			continue
		}
		key, value, err := cutPair(pair)
		if err != nil {
			return nil, err
		}
		if !contains(known, key) {
			return nil, unknown(key, value)
		}
		if _, twice := values[key]; twice {
			return nil, geo.Errorf(geo.Invalid, "%s is given twice", key).On(key, value)
		}
		values[key] = value
	}
	return values, nil
}

func contains(list []string, s string) bool {
	for _, each := range list {
		if each == s {
			return true
		}
	}
	return false
}
