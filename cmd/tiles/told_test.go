package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"onegrid/cmd/internal/server"
	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/follow"
	"onegrid/geo/lattice"
	"onegrid/geo/vtile"
	"onegrid/geo/world"
)

// inside is the service with the secret town, in this process: its world is changed
// by the test.
type inside struct {
	*service
	url string
}

func insideTown(t *testing.T) (*inside, map[string]*visitor) {
	t.Helper()
	store, _ := secretTown(t)
	visitors := keysOf(t, store)
	ctx, cancel := context.WithCancel(t.Context())
	live := &world.Live{}
	follower, err := follow.Run(ctx, store, live, follow.Options{})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	<-follower.Done()
	d, err := access.NewDirectory(t.Context(), store, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := newService(&serveCommand{CacheMB: 16, Geoapi: &url.URL{}}, parts{world: live.Load(), store: "town", frame: server.Options{Callers: d}})
	at := httptest.NewServer(s.handler())
	t.Cleanup(at.Close)
	t.Cleanup(s.hub.close) // before it, or it would wait for streams
	ticking, ended := make(chan bool), make(chan bool)
	go func() {
		defer close(ended)
		for tick := time.NewTicker(10 * time.Millisecond); ; {
			select {
			case <-tick.C:
				s.hub.tick()
			case <-ticking:
				tick.Stop()
				return
			}
		}
	}()
	t.Cleanup(func() { close(ticking); <-ended })
	return &inside{s, at.URL}, visitors
}

// change changes the world and tells the pages.
func (s *inside) change(t *testing.T, kind geo.Layer, op, object string, body any) {
	t.Helper()
	s.apply(t, geo.Change{Kind: kind, Op: op, Object: object, Body: bodyOf(t, body)})
}

// apply is change for several that come together.
func (s *inside) apply(t *testing.T, changes ...geo.Change) {
	t.Helper()
	w := s.gallery.atlas().World()
	for i := range changes {
		changes[i].Seq, changes[i].At = w.Seq()+1+int64(i), time.Now()
	}
	next, err := w.Apply(changes)
	if err != nil {
		t.Fatal(err)
	}
	s.changed(change{next, changes})
}

func bodyOf(t *testing.T, v any) []byte {
	t.Helper()
	if v == nil {
		return nil
	}
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (s *inside) incident(t *testing.T, id int64, half, state string) {
	s.apply(t, incidentChange(t, id, half, state))
}

func incidentChange(t *testing.T, id int64, half, state string) geo.Change {
	in := geo.Incident{ID: id, Code: "restricted-" + half, Point: halves[half], At: time.Unix(1700000000, 0), Category: "fire", State: state,
		Network: "basic", Grid: map[string]string{"west": gridCode(0), "east": gridCode(15)}[half]}
	return geo.Change{Kind: geo.Incidents, Op: "put", Object: fmt.Sprint(id), Body: bodyOf(t, in)}
}

func (s *inside) device(t *testing.T, code, half string, bearing float64) {
	d, ok := s.gallery.atlas().World().Devices().ByCode(code)
	if !ok {
		t.Fatal(code)
	}
	moved := *d
	moved.Point, moved.View = halves[half], &geo.View{BearingDeg: bearing, AngleDeg: 60, RangeM: 40}
	s.change(t, geo.Devices, "put", code, moved)
}

// halves are places in either half of the town, far from each other.
var halves = map[string]lattice.Point{"west": townPoint(0.3, 0.3), "east": townPoint(3.7, 3.7)}

// Everything happens in either half that can, and what each page is told of it is
// what its reader may know: objects, tiles and revisions.
func TestPagesAreToldWhatTheirReaderMayKnow(t *testing.T) {
	s, visitors := insideTown(t)
	pages := map[string]*listener{}
	for name, r := range visitors {
		p, err := dialAs(s.url+"/live", "", r.bearer)
		if err != nil {
			t.Fatal(err)
		}
		p.t = t
		t.Cleanup(p.close)
		p.until("hello")
		pages[name] = p
	}
	first := s.gallery.atlas().World().Seq()
	happen(t, s)
	for name, r := range visitors {
		t.Run(name, func(t *testing.T) {
			pages[name].t = t
			told := told{visitor: r, t: t}
			told.hear(s, pages[name])
			told.complete()
			// Whoever comes back hears the same again.
			back, err := dialAs(s.url+"/live", fmt.Sprint(first), r.bearer)
			if err != nil {
				t.Fatal(err)
			}
			back.t = t
			defer back.close()
			if h := back.until("hello"); h.data["reload"] != nil {
				t.Errorf("back: %+v", h)
			}
			again := told
			again.texts = nil
			again.hear(s, back)
			if !slices.Equal(again.texts, told.texts) {
				t.Errorf("told %d events, and %d when it came back", len(told.texts), len(again.texts))
			}
		})
	}
}

func happen(t *testing.T, s *inside) {
	for i := range int64(12) {
		s.incident(t, 100+i, []string{"west", "east"}[i%2], "open")
	}
	s.device(t, "internal-east-0", "east", 10)
	s.device(t, "internal-west-0", "west", 20)
	s.device(t, "internal-west-1", "east", 30) // leaves
	s.device(t, "internal-east-1", "west", 40) // comes
	s.device(t, "internal-west-0", "west", 90) // looks elsewhere
	s.incident(t, 100, "west", "closed")
	s.incident(t, 101, "east", "closed")
	s.incident(t, 102, "east", "open") // moves away
	s.incident(t, 103, "west", "open") // and here
	s.change(t, geo.Devices, "delete", "internal-west-2", nil)
	s.change(t, geo.Devices, "delete", "internal-east-2", nil)
}

// told is what one page heard.
type told struct {
	*visitor
	t     *testing.T
	texts []string
	coded map[string]int // events by kind, op and code
}

// hear listens until there are two ticks on end after the last change: with the
// first there may be more on the way.
func (h *told) hear(s *inside, p *listener) {
	h.coded = map[string]int{}
	last := float64(s.gallery.atlas().World().Seq())
	for ticks := 0; ticks < 2; {
		e := p.next(true)
		if e.kind == "tick" {
			if e.data["seq"] == last {
				ticks++
			}
			continue
		}
		ticks = 0
		text, _ := json.Marshal(e.data)
		h.texts = append(h.texts, e.kind+" "+string(text))
		switch e.kind {
		case "tiles":
			h.tiles(s, e)
		case "incident", "device":
			h.object(e)
		default:
			h.t.Errorf("an event of another kind: %+v", e)
		}
	}
}

func (h *told) object(e heard) {
	f := e.data["feature"].(map[string]any)
	code := f["properties"].(map[string]any)["code"].(string)
	class := map[string]geo.Class{"incident": geo.ClassRestricted, "device": geo.ClassInternal}[e.kind]
	h.coded[e.kind+" "+e.data["op"].(string)+" "+code]++
	if !h.sees(class) || e.kind == "incident" && !h.network() {
		h.t.Errorf("is told of %s: %v", code, e.data)
	}
	at, _ := json.Marshal(f["geometry"].(map[string]any)["coordinates"])
	far, _ := json.Marshal(halves["east"])
	if h.scope.Subtree != "" && string(at) == string(far) {
		h.t.Errorf("is told where %s is, outside of its subtree: %v", code, e.data)
	}
}

// tiles checks that the tiles that are named are where the reader may know of
// something.
func (h *told) tiles(s *inside, e heard) {
	set := s.gallery.atlas().Tileset(e.data["tileset"].(string))
	sight, ok := set.Sight(access.Sight{Classes: access.SetOf(h.classes...), Subtree: h.scope.Subtree, Networks: networksOf(h.scope)})
	if !ok {
		h.t.Errorf("is told of the tileset %s", set.ID)
	}
	if revision := e.data["revision"].(string); !strings.HasSuffix(revision, "-"+sight.Tag()) {
		h.t.Errorf("is told of the revision %s, and sees %s", revision, sight.Tag())
	}
	class := map[string]geo.Class{"devices": geo.ClassInternal, "incidents": geo.ClassRestricted}[set.ID]
	if len(e.data["tiles"].([]any)) == 0 {
		h.t.Errorf("is told that something of %s changed that it does not see", set.ID)
	}
	for _, tile := range e.data["tiles"].([]any) {
		zxy := tile.([]any)
		at := vtile.Tile{Z: uint8(zxy[0].(float64)), X: uint32(zxy[1].(float64)), Y: uint32(zxy[2].(float64))}
		switch {
		case at.Z < 14:
		case !h.sees(class) && !(set.ID == "devices" && h.sees(geo.ClassRestricted)):
			h.t.Errorf("is told that tile %s of %s changed", at, set.ID)
		case at.Z == 16 && h.scope.Subtree != "" && slices.Contains(vtile.Cover(lattice.BoxOf(halves["east"]), 16), at):
			h.t.Errorf("is told that tile %s of %s changed, outside of its subtree", at, set.ID)
		}
	}
}

func networksOf(s geo.Scope) string {
	if s.Networks == nil {
		return ""
	}
	return access.NetworksOf(s.Networks)
}

// complete checks that everything was told that may be known.
func (h *told) complete() {
	whole := h.scope.Subtree == ""
	incidents, devices := h.sees(geo.ClassRestricted) && h.network(), h.sees(geo.ClassInternal)
	for what, want := range map[string]bool{
		"incident put restricted-west": incidents, "incident delete restricted-west": incidents, "incident put restricted-east": incidents && whole,
		"incident delete restricted-east": incidents && whole,
		"device put internal-west-0":      devices, "device put internal-east-0": devices && whole,
		"device delete internal-west-1": devices && !whole, "device put internal-west-1": devices && whole, // to who sees the west alone it is gone
		"device put internal-east-1": devices, "device delete internal-west-2": devices, "device delete internal-east-2": devices && whole,
	} {
		if got := h.coded[what] > 0; got != want {
			h.t.Errorf("%s: told %v, to be told %v", what, got, want)
		}
	}
}

// Of changes that come together nobody is left with what lies between them: what
// was in a subtree for that long is not there, or gone.
func TestChangesThatComeTogetherLeaveNothingBehind(t *testing.T) {
	s, visitors := insideTown(t)
	page, err := dialAs(s.url+"/live", "", visitors["operator in the west"].bearer)
	if err != nil {
		t.Fatal(err)
	}
	page.t = t
	defer page.close()
	page.until("hello")
	s.apply(t, incidentChange(t, 100, "west", "open"), incidentChange(t, 100, "east", "open"), // came, and moved on
		incidentChange(t, 101, "west", "open"), incidentChange(t, 101, "west", "closed"),
		incidentChange(t, 102, "east", "open"), incidentChange(t, 102, "west", "open"))
	shown := map[float64]bool{}
	for last := float64(s.gallery.atlas().World().Seq()); ; {
		e := page.next(true)
		if e.kind == "tick" && e.data["seq"] == last {
			break
		}
		if e.kind == "incident" {
			f := e.data["feature"].(map[string]any)
			shown[f["id"].(float64)] = e.data["op"] == "put"
		}
	}
	if shown[100] || shown[101] || !shown[102] {
		t.Errorf("there is 102 alone, and the page shows %v", shown)
	}
}

// New borders bring a place into a subtree, or take it out, without a change of what
// happens there: whose sight is that subtree begins anew, and has it, or has not.
func TestNewBordersAreToldToWhomTheyConcern(t *testing.T) {
	store, path := newTown(t)
	between := geo.Incident{Point: townPoint(2.2, 1.9), At: time.Now(), Received: time.Now(), Category: "fire", State: "open", Network: "basic", Owner: gridCode(6), Grid: gridCode(6), Edition: 1}
	if _, _, _, err := store.OpenIncident(t.Context(), geo.By("hotline"), between, ""); err != nil {
		t.Fatal(err)
	}
	at, _ := start(t, path)
	for _, c := range []struct {
		scope         geo.Scope
		before, after int
	}{
		{geo.Scope{Subtree: west}, 0, 1}, {geo.Scope{Subtree: east}, 1, 0}, {geo.Scope{}, 1, 1},
	} {
		_, bearer := keyOf(t, store, geo.RoleWall, c.scope)
		r := &visitor{bearer: bearer}
		open := func(want int) {
			t.Helper()
			var got struct{ Features []struct{} }
			if r.json(t, at+"/live/incidents.json", &got); len(got.Features) != want {
				t.Errorf("%+v: %d incidents, want %d", c.scope, len(got.Features), want)
			}
		}
		open(c.before)
		page, err := dialAs(at+"/live", "", bearer)
		if err != nil {
			t.Fatal(err)
		}
		page.t = t
		page.until("hello")
		publishTown(t, store, 0.5) // the incident's place is west of it
		page.until("edition")
		e := page.next(false)
		if reload := e.kind == "hello" && e.data["reload"] == true; reload != (c.scope.Subtree != "") || e.kind == "hello" && e.id != int64(e.data["seq"].(float64)) {
			t.Errorf("%+v: after the edition: %+v", c.scope, e)
		}
		open(c.after)
		page.close()
		is := publishTown(t, store, 0).ID
		soon(t, "the borders as they were", func() bool {
			var got struct{ Edition int64 }
			r.json(t, at+"/tiles", &got)
			return got.Edition == is
		})
	}
}

// Thousands of pages with a few sights cost a few texts.
func TestOneTextServesAllWhoSeeTheSame(t *testing.T) {
	made := 0
	e := toEach("tiles", 1, func(by access.Sight) any {
		made++
		if by.Classes.Has(geo.ClassRestricted) {
			return map[string]any{"to": by.Tag()}
		}
		return nil
	})
	public, all, part := thePublic, access.Sight{Classes: access.AllClasses}, access.Sight{Classes: access.AllClasses, Subtree: west}
	for range 1000 {
		if e.to(public) != nil || !strings.Contains(string(e.to(all)), `"pir"`) || !strings.Contains(string(e.to(part)), part.Tag()) {
			t.Fatalf("%q %q %q", e.to(public), e.to(all), e.to(part))
		}
	}
	if made != 1+1+1000 { // one for each page of a part of the city
		t.Errorf("%d texts were made", made)
	}
}

// What somebody does not see leaves no trace in the tags of tiles either: they stay
// where it happens, and change for those who see it.
func TestTagsDoNotTellWhereSomethingHappens(t *testing.T) {
	s, visitors := insideTown(t)
	at := vtile.Cover(lattice.BoxOf(halves["west"]), 16)[0].String()
	tag := func(who, set string) string {
		a, _ := visitors[who].get(t, s.url+"/tiles/"+set+"/"+at+".mvt")
		if a.StatusCode/100 != 2 {
			t.Fatalf("%s: %s %s: %s", who, set, at, a.Status)
		}
		return a.Header.Get("ETag")
	}
	for _, c := range []struct {
		happens func()
		set     string
		blind   string
		seeing  string
	}{
		{func() { s.incident(t, 100, "west", "open") }, "incidents", "viewer", "operator"},
		{func() { s.incident(t, 100, "west", "closed") }, "incidents", "viewer", "wall"},
		{func() { s.device(t, "internal-west-0", "west", 10) }, "devices", "viewer", "service"},
		{func() { s.device(t, "internal-west-0", "west", 120) }, "devices", "service", "operator"},
	} {
		blind, seeing := tag(c.blind, c.set), tag(c.seeing, c.set)
		c.happens()
		if is := tag(c.blind, c.set); is != blind {
			t.Errorf("%s of %s: %s, which does not see it, has %s after %s", at, c.set, c.blind, is, blind)
		}
		if is := tag(c.seeing, c.set); is == seeing {
			t.Errorf("%s of %s: %s, which sees it, still has %s", at, c.set, c.seeing, is)
		}
	}
}
