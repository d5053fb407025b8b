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

// Layer is the layer whose class says who may hear of a kind; empty where it is
// not the same for all events of the kind, or for everybody.
func (k Kind) Layer() geo.Layer {
	switch k {
	case IncidentRouted, IncidentMoved, IncidentClosed:
		return geo.Incidents
	case PostChanged:
		return geo.Posts
	case DeviceState:
		return geo.Devices
	}
	return ""
}

// Event is one thing that happened.
type Event struct {
	Seq     int64 // of the change
	Kind    Kind
	Layer   geo.Layer // that changed
	Network string    // that it is about; empty when about none
	Areas   []string  // codes of the basic areas that it concerns, each with all above it, finest first
	Left    []string  // likewise those that it concerned before, and no longer
	Whole   bool      // it concerns the whole city, and so each part of it
	Body    []byte    // the CloudEvent, as JSON
	Bare    []byte    // the same without the object: for those whom it concerns and who may not see that
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
		return []Event{ofPost(c, after)}
	case layer == geo.Devices && c.Op != "load":
		return []Event{ofDevice(c, before, after)}
	case layer == geo.Scheming:
		return []Event{everywhere(plain(c, SchemeChanged, map[string]any{"op": c.Op}), c, nil)}
	default:
		told := map[string]any{"layer": layer, "op": c.Op}
		return []Event{everywhere(plain(c, LayerChanged, told), c, told)}
	}
}

func plain(c geo.Change, k Kind, data any) Event {
	return Event{Seq: c.Seq, Kind: k, Layer: c.Kind, Body: seal(c, strconv.FormatInt(c.Seq, 10), k, c.Object, data)}
}

// everywhere makes an event one that concerns the whole city. bare is what may be
// told without the object, nil for the op alone.
func everywhere(e Event, c geo.Change, bare any) Event {
	if bare == nil {
		bare = map[string]any{"op": c.Op}
	}
	e.Whole, e.Bare = true, seal(c, strconv.FormatInt(c.Seq, 10), e.Kind, "", bare)
	return e
}

// ofPost tells of a post, or of all of them. Where a post was before is not known,
// so everybody hears that one changed.
func ofPost(c geo.Change, after *world.World) Event {
	e := everywhere(plain(c, PostChanged, map[string]any{"op": c.Op, "post": body(c)}), c, nil)
	var p geo.Post
	if json.Unmarshal(c.Body, &p) != nil {
		return e
	}
	for _, code := range p.Areas {
		e.Areas = append(e.Areas, chain(after, code)...)
	}
	for _, code := range p.Units {
		if b, ok := after.Buildings().ByCode(code); ok {
			e.Areas = append(e.Areas, chainOf(after, after.Buildings().Area(b.ID))...)
		}
	}
	return e
}

// ofDevice tells of a device. One that has gone was where the world before had
// it; where that is not known, everybody hears that one has gone.
func ofDevice(c geo.Change, before, after *world.World) Event {
	e := plain(c, DeviceState, map[string]any{"op": c.Op, "device": withoutView(body(c))})
	e.Areas = deviceAreas(c.Object, after)
	if before != nil {
		if was := deviceAreas(c.Object, before); !slices.Equal(was, e.Areas) {
			e.Left = was
		}
	}
	switch {
	case c.Op == "delete" && before == nil:
		return everywhere(e, c, nil)
	case c.Op == "delete":
		e.Areas, e.Left = e.Left, nil
	case e.Left != nil:
		e.Bare = everywhere(e, c, nil).Bare
	}
	return e
}

// ofPublication tells that a network has a new state, and that the edition that
// brought it counts. An edition that changes several networks is told once for
// each.
func ofPublication(c geo.Change, network string) []Event {
	data := map[string]any{"network": network, "edition": c.Object}
	seq := strconv.FormatInt(c.Seq, 10)
	return []Event{
		published(c, GridChanged, network, seal(c, seq+"/grids", GridChanged, network, data)),
		published(c, EditionInForce, network, seal(c, seq, EditionInForce, c.Object, data)),
	}
}

func published(c geo.Change, k Kind, network string, body []byte) Event {
	return Event{Seq: c.Seq, Kind: k, Layer: c.Kind, Network: network, Whole: true, Body: body, Bare: body}
}

// ofIncident tells what became of an incident. It concerns the areas where it
// happened, whoever owns it: an owner may be of another network, or stand above all
// whose it is to see.
func ofIncident(c geo.Change, before, after *world.World) Event {
	var in geo.Incident
	if json.Unmarshal(c.Body, &in) != nil {
		in.Code = c.Object
	}
	e := Event{Seq: c.Seq, Kind: IncidentRouted, Layer: c.Kind, Network: in.Network, Areas: incidentAreas(after, &in)}
	if before != nil {
		if old, open := before.Incidents().ByID(in.ID); open {
			if old.Owner != in.Owner {
				e.Kind = IncidentMoved
			}
			if was := incidentAreas(before, old); !slices.Equal(was, e.Areas) {
				e.Left = was
			}
		}
	}
	if in.State == "closed" || c.Op == "delete" {
		e.Kind = IncidentClosed
	}
	seq, id := strconv.FormatInt(c.Seq, 10), strconv.FormatInt(in.ID, 10)
	e.Body = seal(c, seq, e.Kind, id, map[string]any{"incident": body(c)})
	if e.Left != nil {
		e.Bare = seal(c, seq, e.Kind, id, map[string]any{"incident": map[string]int64{"id": in.ID}})
	}
	return e
}

// incidentAreas is where an incident happened; outside of all areas its owner's.
func incidentAreas(w *world.World, in *geo.Incident) []string {
	if n := w.Basic(); n != nil {
		if area := n.AreaAt(in.Point); area >= 0 {
			return chainOf(w, area)
		}
	}
	return chain(w, in.Owner)
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
	return chainOf(w, area)
}

func chainOf(w *world.World, area int32) (codes []string) {
	for n := w.Basic(); n != nil && area >= 0; area = n.Parent(area) {
		codes = append(codes, n.Grids[area].Code)
	}
	return codes
}

// deviceAreas is where a device is, nil outside and where it is not there.
func deviceAreas(code string, w *world.World) []string {
	d, ok := w.Devices().ByCode(code)
	if !ok {
		return nil
	}
	return chainOf(w, w.Devices().Area(d.ID))
}

// body is a change's body as JSON, null when it has none.
func body(c geo.Change) json.RawMessage {
	if !json.Valid(c.Body) {
		return json.RawMessage("null")
	}
	return c.Body
}

// withoutView leaves out what a camera sees, which is of a higher class than the
// camera: a state is told without it to all.
func withoutView(device json.RawMessage) json.RawMessage {
	var d map[string]json.RawMessage
	if json.Unmarshal(device, &d) != nil || d["view"] == nil {
		return device
	}
	delete(d, "view")
	out, err := json.Marshal(d)
	if err != nil {
		panic(err) // JSON that was read
	}
	return out
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
	return Event{Seq: seq, Kind: Reload, Whole: true, Body: seal(c, strconv.FormatInt(seq, 10), Reload, "", map[string]int64{"seq": seq})}
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
	return f.Subtree == "" || e.Whole || slices.Contains(e.Areas, f.Subtree) || slices.Contains(e.Left, f.Subtree)
}
