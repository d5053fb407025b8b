// Package problem tells errors to callers over HTTP: a *geo.Error becomes an
// RFC 9457 problem whose type never changes, with the field, the value and the
// place that are at fault.
package problem

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// MediaType is the content type of a problem.
const MediaType = "application/problem+json"

// Kinds that only an HTTP caller can meet.
const (
	WrongMethod      geo.Kind = "wrong-method"
	UnsupportedMedia geo.Kind = "unsupported-media"
	TooMany          geo.Kind = "too-many"
	TooSlow          geo.Kind = "too-slow"
	Unauthenticated  geo.Kind = "unauthenticated"
)

// typeBase comes before the kind in a problem's type. A URN, because a type must
// stay the same whichever host, port or proxy the answer came through.
const typeBase = "urn:onegrid:problem:"

// How much of an offending value is repeated, in bytes: in a field of its own,
// and within a message.
const (
	maxValue = 200
	maxClip  = 60
)

// Problem is the body of an answer that is an error.
type Problem struct {
	Type   string         `json:"type" doc:"Stable identifier of the kind of problem." example:"urn:onegrid:problem:invalid"`
	Title  string         `json:"title" doc:"The kind in words; the same for every problem of the type."`
	Status int            `json:"status" doc:"The HTTP status."`
	Detail string         `json:"detail" doc:"What was wrong this time, naming the value."`
	Field  string         `json:"field,omitempty" doc:"The field, query parameter or column at fault."`
	Value  string         `json:"value,omitempty" doc:"What stood there, cut to 200 bytes."`
	At     *lattice.Point `json:"at,omitempty" doc:"The place on the map: [lon, lat] in WGS84 degrees."`
	Row    int            `json:"row,omitempty" doc:"1-based row or feature of a file."`
}

type class struct {
	status int
	title  string
}

var classes = map[geo.Kind]class{
	geo.Invalid:      {http.StatusBadRequest, "The request is not valid"},
	geo.NotFound:     {http.StatusNotFound, "There is no such thing"},
	geo.Conflict:     {http.StatusConflict, "The request meets something that is already there"},
	Unauthenticated:  {http.StatusUnauthorized, "Who are you?"},
	geo.Denied:       {http.StatusForbidden, "Not allowed"},
	geo.TooLarge:     {http.StatusRequestEntityTooLarge, "Over a limit"},
	geo.Unavailable:  {http.StatusServiceUnavailable, "Not available now"},
	geo.Full:         {http.StatusInsufficientStorage, "The disk is full"},
	geo.Internal:     {http.StatusInternalServerError, "A fault of the service"},
	WrongMethod:      {http.StatusMethodNotAllowed, "The path is there, the method is not"},
	UnsupportedMedia: {http.StatusUnsupportedMediaType, "The content type is not supported"},
	TooMany:          {http.StatusTooManyRequests, "Too many at once"},
	TooSlow:          {http.StatusRequestTimeout, "The request took too long to arrive"},
}

// Of makes the problem that tells err. An error without a kind, or of kind
// Internal, is told as a fault of the service without its text, which may hold
// what is not for callers.
func Of(err error) Problem {
	kind := geo.KindOf(err)
	c, known := classes[kind]
	if !known {
		kind, c = geo.Internal, classes[geo.Internal]
	}
	p := Problem{Type: typeBase + string(kind), Title: c.title, Status: c.status}
	if kind == geo.Internal {
		p.Detail = "an unexpected error; the service's log names it"
		return p
	}
	var e *geo.Error
	errors.As(err, &e)
	p.Detail = e.Message
	if e.Err != nil {
		p.Detail += ": " + e.Err.Error()
	}
	p.Detail = strings.ToValidUTF8(p.Detail, "\uFFFD")
	p.Field = strings.ToValidUTF8(e.Field, "\uFFFD")
	p.Value = cut(strings.ToValidUTF8(e.Value, "\uFFFD"), maxValue)
	p.At, p.Row = e.At, e.Row
	return p
}

// Err returns the error that a problem tells, for callers in this program.
func (p Problem) Err() error {
	return &geo.Error{Kind: geo.Kind(strings.TrimPrefix(p.Type, typeBase)), Message: p.Detail, Field: p.Field, Value: p.Value, At: p.At, Row: p.Row}
}

// Clip shortens what a caller sent to what fits into a message.
func Clip(s string) string { return cut(s, maxClip) }

// cut shortens s to n bytes at a character's border.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}

// Append appends the problem that tells err to b, as JSON.
func Append(b []byte, err error) []byte {
	body, jerr := json.Marshal(Of(err))
	if jerr != nil { // cannot be: the struct holds nothing that JSON refuses
		panic(jerr)
	}
	return append(b, body...)
}

// Write answers r with the problem that tells err. A fault of our own and a full
// disk are logged here, once; the caller need not.
func Write(w http.ResponseWriter, r *http.Request, err error) {
	p := Of(err)
	h := w.Header()
	if p.Status == http.StatusInternalServerError || p.Status == http.StatusInsufficientStorage {
		slog.ErrorContext(r.Context(), "request failed", "method", r.Method, "path", r.URL.Path,
			"request", h.Get("X-Request-Id"), "error", err)
	}
	if p.Status == http.StatusServiceUnavailable && h.Get("Retry-After") == "" {
		h.Set("Retry-After", "1")
	}
	h.Set("Content-Type", MediaType)
	h.Set("Cache-Control", "no-store")
	h.Del("ETag")
	w.WriteHeader(p.Status)
	if r.Method != http.MethodHead {
		body, _ := json.Marshal(p)
		w.Write(body)
	}
}

// Abort answers c with the problem that tells err and stops the chain.
func Abort(c *gin.Context, err error) {
	Write(c.Writer, c.Request, err)
	c.Writer.WriteHeaderNow() // without a body, as of HEAD, gin would answer for us
	c.Abort()
}
