// Package notify turns the change log into events for other systems: one event
// a change, numbered as the log is, so that a consumer that was away reads on
// from its last number and misses nothing.
package notify

import (
	"encoding/json"
	"slices"
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

// kinds are all that a consumer may ask for; Reload always comes.
var kinds = [...]Kind{
	IncidentRouted, IncidentMoved, IncidentClosed, GridChanged, EditionInForce,
	PostChanged, DeviceState, LayerChanged, SchemeChanged,
}

// KindNamed returns the kind of a name.
func KindNamed(name string) (Kind, error) {
	if k := Kind(name); slices.Contains(kinds[:], k) {
		return k, nil
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

// Of makes the events that tell a change: one, but for a publication, which is
// told as what changed and as what is in force. before is the world before it,
// nil if unknown (the log is read from long ago): then a moved incident is told
// as routed. after is the world with it or any later one.
func Of(c geo.Change, before, after *world.World) []Event {
	switch layer := c.Kind; {
	case layer == geo.Incidents:
		return []Event{ofIncident(c, before, after)}
	case strings.HasPrefix(string(layer), string(geo.GridsOf(""))):
		return ofPublication(c, strings.TrimPrefix(string(layer), string(geo.GridsOf(""))))
	case layer == geo.Posts:
		return []Event{plain(c, PostChanged, map[string]any{"op": c.Op, "post": body(c)})}
	case layer == geo.Devices && c.Op != "load":
		e := plain(c, DeviceState, map[string]any{"op": c.Op, "device": body(c)})
		e.Areas = deviceAreas(c, after)
		return []Event{e}
	case layer == geo.Scheming:
		return []Event{plain(c, SchemeChanged, map[string]any{"op": c.Op})}
	default:
		return []Event{plain(c, LayerChanged, map[string]any{"layer": layer, "op": c.Op})}
	}
}

func plain(c geo.Change, k Kind, data any) Event {
	return Event{Seq: c.Seq, Kind: k, Body: seal(c, strconv.FormatInt(c.Seq, 10), k, c.Object, data)}
}

// ofPublication tells that a network has a new state, and that the edition that
// brought it counts. An edition that changes several networks is told once for
// each.
func ofPublication(c geo.Change, network string) []Event {
	data := map[string]any{"network": network, "edition": c.Object}
	seq := strconv.FormatInt(c.Seq, 10)
	return []Event{
		{Seq: c.Seq, Kind: GridChanged, Network: network, Body: seal(c, seq+"/grids", GridChanged, network, data)},
		{Seq: c.Seq, Kind: EditionInForce, Network: network, Body: seal(c, seq, EditionInForce, c.Object, data)},
	}
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
	e.Body = seal(c, strconv.FormatInt(c.Seq, 10), e.Kind, strconv.FormatInt(in.ID, 10), map[string]any{"incident": body(c)})
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

// body is a change's body as JSON, null when it has none.
func body(c geo.Change) json.RawMessage {
	if !json.Valid(c.Body) {
		return json.RawMessage("null")
	}
	return c.Body
}

func seal(c geo.Change, id string, k Kind, subject string, data any) []byte {
	inner, err := json.Marshal(data)
	if err == nil {
		inner, err = json.Marshal(envelope{"1.0", id, source, k, subject, c.At.UTC(), "application/json", inner})
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
	return Event{Seq: seq, Kind: Reload, Body: seal(c, strconv.FormatInt(seq, 10), Reload, "", map[string]int64{"seq": seq})}
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
	// What concerns the whole city concerns each part of it.
	return slices.Contains(e.Areas, f.Subtree) || e.Kind == GridChanged || e.Kind == EditionInForce || e.Kind == SchemeChanged
}
