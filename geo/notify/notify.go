// Package notify turns the change log into events for other systems: one event
// a change, numbered as the log is, so that a consumer that was away reads on
// from its last number and misses nothing.
package notify

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"onegrid/geo"
	"onegrid/geo/world"
)

// Kind is what an event tells of.
type Kind string

// The kinds.
const (
	IncidentRouted Kind = "incident.routed"  // a new incident and its owner
	IncidentMoved  Kind = "incident.moved"   // an open incident has another owner
	IncidentClosed Kind = "incident.closed"  // it is over
	GridChanged    Kind = "grid.changed"     // a network has a new state
	EditionInForce Kind = "edition.in_force" // an edition counts from now on
	PostChanged    Kind = "post.changed"     // a post, or all of them
	DeviceState    Kind = "device.state"     // a device was put, its state in it
	LayerChanged   Kind = "layer.changed"    // estates, buildings, sites or the base map
	SchemeChanged  Kind = "scheme.changed"   // the deployment's setting
	Reload         Kind = "reload"           // too far behind: read the present state, then go on
)

// Kinds are all that a consumer may ask for; Reload always comes.
var kinds = [...]Kind{
	IncidentRouted, IncidentMoved, IncidentClosed, GridChanged, EditionInForce,
	PostChanged, DeviceState, LayerChanged, SchemeChanged,
}

// KindNamed returns the kind of a name.
func KindNamed(name string) (Kind, error) {
	for _, k := range kinds {
		if string(k) == name {
			return k, nil
		}
	}
	return "", geo.Errorf(geo.Invalid, "there is no kind of event %s", strconv.QuoteToGraphic(name)).On("kinds", name)
}

// Event is one thing that happened.
type Event struct {
	Seq     int64 // of the change
	Kind    Kind
	Network string   // that it is about; empty when about none
	Areas   []string // codes of the basic areas that it concerns, finest first
	Body    []byte   // the CloudEvent, as JSON
}

// envelope is a CloudEvent 1.0 in JSON.
type envelope struct {
	SpecVersion string          `json:"specversion"`
	ID          string          `json:"id"`
	Source      string          `json:"source"`
	Type        Kind            `json:"type"`
	Subject     string          `json:"subject,omitempty"`
	Time        time.Time       `json:"time"`
	ContentType string          `json:"datacontenttype"`
	Data        json.RawMessage `json:"data"`
}

// source tells, as a URI reference, where events come from.
const source = "/v1/events"

// Of makes the event that tells a change. before is the world before it, nil if
// unknown (the log is read from long ago): then a moved incident is told as
// routed. after is the world with it or any later one.
func Of(c geo.Change, before, after *world.World) Event {
	e := Event{Seq: c.Seq}
	var data any
	subject := c.Object
	switch layer := c.Kind; {
	case layer == geo.Incidents:
		return ofIncident(c, before, after)
	case strings.HasPrefix(string(layer), "grids:"):
		e.Kind, e.Network = GridChanged, strings.TrimPrefix(string(layer), "grids:")
		data = map[string]any{"network": e.Network, "op": c.Op, "edition": edition(after)}
	case layer == "editions" || layer == "edition":
		e.Kind = EditionInForce
		data = body(c)
	case layer == geo.Posts:
		e.Kind, data = PostChanged, map[string]any{"op": c.Op, "post": body(c)}
	case layer == geo.Devices && c.Op != "load":
		e.Kind, data = DeviceState, map[string]any{"op": c.Op, "device": body(c)}
		e.Areas = deviceAreas(c, after)
	case layer == geo.Scheming:
		e.Kind, data = SchemeChanged, map[string]any{"op": c.Op}
	default:
		e.Kind, data = LayerChanged, map[string]any{"layer": layer, "op": c.Op}
	}
	e.Body = seal(c, e.Kind, subject, data)
	return e
}

// ofIncident tells what became of an incident.
func ofIncident(c geo.Change, before, after *world.World) Event {
	var in geo.Incident
	if json.Unmarshal(c.Body, &in) != nil {
		in.Code = c.Object
	}
	e := Event{Seq: c.Seq, Kind: IncidentRouted, Network: in.Network, Areas: chain(after, in.Owner)}
	switch {
	case in.State == "closed" || c.Op == "delete":
		e.Kind = IncidentClosed
	case before != nil:
		if old, open := before.Incidents().ByID(in.ID); open && old.Owner != in.Owner {
			e.Kind = IncidentMoved
			e.Areas = append(e.Areas, chain(before, old.Owner)...)
		}
	}
	e.Body = seal(c, e.Kind, strconv.FormatInt(in.ID, 10), map[string]any{"incident": body(c)})
	return e
}

// chain returns the codes from an area of the basic network up to the top.
func chain(w *world.World, code string) []string {
	n := w.Basic()
	if n == nil || code == "" {
		return nil
	}
	area, ok := n.Find(code)
	if !ok {
		return []string{code}
	}
	var codes []string
	for ; area >= 0; area = n.Parent(area) {
		codes = append(codes, n.Grids[area].Code)
	}
	return codes
}

func deviceAreas(c geo.Change, w *world.World) []string {
	var d geo.Device
	if json.Unmarshal(c.Body, &d) != nil {
		return nil
	}
	n := w.Basic()
	area := w.Devices().Area(d.ID)
	if n == nil || area < 0 {
		return nil
	}
	return chain(w, n.Grids[area].Code)
}

func edition(w *world.World) int64 { return w.Edition().ID }

// body is a change's body as JSON, null when it has none.
func body(c geo.Change) json.RawMessage {
	if !json.Valid(c.Body) {
		return json.RawMessage("null")
	}
	return c.Body
}

func seal(c geo.Change, k Kind, subject string, data any) []byte {
	inner, err := json.Marshal(data)
	if err == nil {
		inner, err = json.Marshal(envelope{"1.0", strconv.FormatInt(c.Seq, 10), source, k, subject, c.At.UTC(), "application/json", inner})
	}
	if err != nil {
		panic(err) // strings, numbers and JSON that was checked
	}
	return inner
}

// ReloadEvent tells a consumer that what it missed is no longer told one by one:
// it reads the present state, which holds everything up to seq, and goes on.
func ReloadEvent(seq int64, at time.Time) Event {
	c := geo.Change{Seq: seq, At: at}
	return Event{Seq: seq, Kind: Reload, Body: seal(c, Reload, "", map[string]int64{"seq": seq})}
}

// Filter says which events a consumer hears. The zero value hears all.
type Filter struct {
	Kinds    map[Kind]bool // nil: all
	Networks map[string]bool
	Subtree  string // code of an area of the basic network: what concerns it or lies in it
}

// Wants reports whether the filter lets an event through.
func (f *Filter) Wants(e *Event) bool {
	if e.Kind == Reload {
		return true
	}
	if f.Kinds != nil && !f.Kinds[e.Kind] {
		return false
	}
	if f.Networks != nil && !f.Networks[e.Network] {
		return false
	}
	if f.Subtree == "" {
		return true
	}
	for _, code := range e.Areas {
		if code == f.Subtree {
			return true
		}
	}
	// What concerns the whole city concerns each part of it.
	return e.Kind == GridChanged || e.Kind == EditionInForce || e.Kind == SchemeChanged
}
