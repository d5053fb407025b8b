package notify_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"onegrid/geo"
	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
	"onegrid/geo/notify"
	"onegrid/geo/storetest"
	"onegrid/geo/world"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var scheme = geo.Scheme{Networks: []geo.Network{
	{ID: "basic", Kind: geo.Basic, Levels: []geo.Level{{ID: "grid"}}},
	{ID: "towers", Kind: geo.Stacked, Levels: []geo.Level{{ID: "grid"}}},
}}

func worldAt(t *testing.T, seq int64) *world.World {
	t.Helper()
	w, err := world.New(world.Parts{Seq: seq, At: time.Unix(seq, 0), Scheme: scheme})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// log is a change log in memory.
type log struct {
	mu      sync.Mutex
	changes []geo.Change
}

func (l *log) Changes(_ context.Context, after int64, limit int) ([]geo.Change, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []geo.Change
	for _, c := range l.changes {
		if c.Seq > after && len(out) < limit {
			out = append(out, c)
		}
	}
	return out, nil
}

// city is a hub with the world and the log that it tells of.
type city struct {
	*notify.Hub
	live *world.Live
	log  *log
}

func newCity(t *testing.T, seq int64) *city {
	c := &city{live: &world.Live{}, log: &log{}}
	for i := int64(1); i <= seq; i++ {
		c.log.changes = append(c.log.changes, change(i))
	}
	c.live.Store(worldAt(t, seq))
	c.Hub = notify.NewHub(c.log, c.live)
	return c
}

func change(seq int64) geo.Change {
	body, _ := json.Marshal(geo.Incident{ID: seq, State: "open", Owner: "g", Network: "basic"})
	return geo.Change{Seq: seq, Kind: geo.Incidents, Op: "put", Object: fmt.Sprint(seq), Body: body}
}

// grow adds n changes, as a follower does.
func (c *city) grow(t *testing.T, n int) {
	t.Helper()
	before := c.live.Load()
	var changes []geo.Change
	for range n {
		changes = append(changes, change(before.Seq()+int64(len(changes))+1))
	}
	c.log.mu.Lock()
	c.log.changes = append(c.log.changes, changes...)
	c.log.mu.Unlock()
	after := worldAt(t, before.Seq()+int64(n))
	c.live.Store(after)
	c.Changed(before, after, changes)
}

// collect reads on from a seq until the given one.
func collect(t *testing.T, h *notify.Hub, after, until int64) (seqs []int64, kinds map[notify.Kind]int) {
	t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), 10*time.Second)
	defer stop()
	kinds = map[notify.Kind]int{}
	for after < until {
		events, err := h.Next(ctx, after)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			seqs = append(seqs, e.Seq)
			kinds[e.Kind]++
			after = e.Seq
		}
	}
	return seqs, kinds
}

// Whoever reads on from any number hears each change once and in order, from the
// log or from memory.
func TestEveryChangeOnce(t *testing.T) {
	c := newCity(t, 2500)
	c.grow(t, 3)
	for range 20 {
		c.grow(t, 700)
	}
	last := c.Seq()
	for _, after := range []int64{0, 1, 2499, 2500, 2501, last - 5000, last - 3, last - 1} {
		seqs, _ := collect(t, c.Hub, after, last)
		if len(seqs) != int(last-after) {
			t.Fatalf("after %d: %d events, want %d", after, len(seqs), last-after)
		}
		for i, s := range seqs {
			if s != after+int64(i)+1 {
				t.Fatalf("after %d: event %d has number %d", after, i, s)
			}
		}
	}
}

func TestConsumersWaitAndWake(t *testing.T) {
	c := newCity(t, 5)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if seqs, _ := collect(t, c.Hub, 5, 25); len(seqs) != 20 {
				t.Errorf("heard %v", seqs)
			}
		})
	}
	for range 20 {
		c.grow(t, 1)
	}
	all.Wait()
}

// Who is too far behind or ahead, or was there before the store was read anew,
// reads everything: the log is not asked, though it could answer.
func TestTooFarBehindOrAheadReloads(t *testing.T) {
	c := newCity(t, 10)
	far := worldAt(t, notify.MaxBehind+20)
	c.live.Store(far)
	c.Hub = notify.NewHub(c.log, c.live)
	reloads := func(what string, c *city, after int64) {
		t.Helper()
		events, err := c.Next(t.Context(), after)
		if err != nil || len(events) != 1 || events[0].Kind != notify.Reload || events[0].Seq != c.Seq() {
			t.Errorf("%s: %v %v", what, events, err)
		}
	}
	reloads("too far behind", c, 3)
	reloads("ahead", c, far.Seq()+1)
	anew := worldAt(t, far.Seq()+50)
	c.log.changes = append(c.log.changes, change(far.Seq()+10))
	c.live.Store(anew)
	c.Changed(far, anew, nil)
	reloads("over a store that was read anew", c, far.Seq())
	// A log that was cut below what is asked for.
	c = newCity(t, 100)
	c.log.changes = nil
	reloads("of a cut log", c, 50)
}

func TestCloseEndsWaiting(t *testing.T) {
	c := newCity(t, 1)
	done := make(chan error, 1)
	go func() {
		_, err := c.Next(context.Background(), 1)
		done <- err
	}()
	c.Close()
	c.Close()
	if err := <-done; geo.KindOf(err) != geo.Unavailable {
		t.Errorf("%v", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if _, err := newCity(t, 1).Next(ctx, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestEventsAreCloudEvents(t *testing.T) {
	w := worldAt(t, 9)
	for _, c := range []struct {
		change geo.Change
		kinds  []notify.Kind
	}{
		{change(7), []notify.Kind{notify.IncidentRouted}},
		{geo.Change{Seq: 7, Kind: geo.Incidents, Op: "put", Body: []byte(`{"id":7,"state":"closed"}`)}, []notify.Kind{notify.IncidentClosed}},
		{geo.Change{Seq: 7, Kind: geo.GridsOf("towers"), Op: "publish", Object: "3"}, []notify.Kind{notify.GridChanged, notify.EditionInForce}},
		{geo.Change{Seq: 7, Kind: geo.Posts, Op: "put", Object: "P", Body: []byte(`{"code":"P"}`)}, []notify.Kind{notify.PostChanged}},
		{geo.Change{Seq: 7, Kind: geo.Devices, Op: "put", Object: "D", Body: []byte(`{"code":"D"}`)}, []notify.Kind{notify.DeviceState}},
		{geo.Change{Seq: 7, Kind: geo.Devices, Op: "load"}, []notify.Kind{notify.LayerChanged}},
		{geo.Change{Seq: 7, Kind: geo.Base, Op: "load", Body: []byte("not JSON")}, []notify.Kind{notify.LayerChanged}},
		{geo.Change{Seq: 7, Kind: geo.Scheming, Op: "put"}, []notify.Kind{notify.SchemeChanged}},
	} {
		ids := map[string]bool{}
		events := notify.Of(c.change, nil, w)
		for i, e := range events {
			var body struct {
				SpecVersion, ID, Source, Type, DataContentType string
				Data                                           map[string]any
			}
			if err := json.Unmarshal(e.Body, &body); err != nil {
				t.Fatalf("%s: %v", e.Body, err)
			}
			if i >= len(c.kinds) || e.Kind != c.kinds[i] || body.Type != string(e.Kind) || body.SpecVersion != "1.0" || body.Source == "" || body.Data == nil || ids[body.ID] {
				t.Errorf("%+v: event %d %s", c.change, i, e.Body)
			}
			ids[body.ID] = true
		}
		if len(events) != len(c.kinds) {
			t.Errorf("%+v: %d events, want %v", c.change, len(events), c.kinds)
		}
	}
}

// An incident concerns the area where it happened and all above it, whoever owns it;
// a device whoever it stands in, a post whoever it answers for. What was elsewhere
// before has left that. Where the object is not told, what is told does not name it.
func TestEventsNameTheAreasTheyConcern(t *testing.T) {
	basic := storetest.Basic(t, 0, "board")
	c, err := coverage.Decode(basic.Chunks)
	if err != nil {
		t.Fatal(err)
	}
	at := storetest.At(0, 0, 0, 0)
	parts := world.Parts{
		Seq: 9, Scheme: storetest.Scheme(), Networks: []world.Part{{ID: "basic", Coverage: c, Grids: basic.Grids}},
		Devices:   []geo.Device{{ID: 3, Code: "cam", Kind: "camera", Point: at, View: &geo.View{AngleDeg: 60, RangeM: 80}}},
		Incidents: []geo.Incident{{ID: 7, Code: "i", Point: at, State: "open", Network: "basic", Owner: storetest.GridCode(0, 0)}},
	}
	before, err := world.New(parts)
	if err != nil {
		t.Fatal(err)
	}
	incident := func(in geo.Incident) geo.Change {
		body, _ := json.Marshal(in)
		return geo.Change{Seq: 10, Kind: geo.Incidents, Op: "put", Object: "7", Body: body}
	}
	same := parts.Incidents[0]
	given, above, others, closed, moved, outside := same, same, same, same, same, same
	given.Owner, above.Owner, closed.State = storetest.GridCode(0, 3), "d", "closed"
	others.Network, others.Owner = "sanitation", "s-1"
	moved.Point, outside.Point = storetest.At(0, 3, 0, 0), lattice.Point{}
	device, _ := json.Marshal(parts.Devices[0])
	here, there := []string{"g0000", "c0", "d"}, []string{"g0003", "c1", "d"}
	gone, err := world.New(world.Parts{Seq: 10, Scheme: parts.Scheme, Networks: parts.Networks})
	if err != nil {
		t.Fatal(err)
	}
	parts.Devices[0].Point = storetest.At(0, 3, 0, 0)
	elsewhere, err := world.New(parts)
	if err != nil {
		t.Fatal(err)
	}
	post := geo.Change{Seq: 10, Kind: geo.Posts, Op: "put", Object: "leader", Body: []byte(`{"code":"leader","areas":["g0000"]}`)}
	put := geo.Change{Seq: 10, Kind: geo.Devices, Op: "put", Object: "cam", Body: device}
	dropped := geo.Change{Seq: 10, Kind: geo.Devices, Op: "delete", Object: "cam"}
	for _, c := range []struct {
		name          string
		change        geo.Change
		before, after *world.World
		kind          notify.Kind
		areas, left   []string
		whole         bool
	}{
		{"as it was", incident(same), before, before, notify.IncidentRouted, here, nil, false},
		{"given to another", incident(given), before, before, notify.IncidentMoved, here, nil, false},
		{"given to another long ago", incident(given), nil, before, notify.IncidentRouted, here, nil, false},
		{"handed up", incident(above), before, before, notify.IncidentMoved, here, nil, false},
		{"another network's", incident(others), nil, before, notify.IncidentRouted, here, nil, false},
		{"elsewhere than before", incident(moved), before, before, notify.IncidentRouted, there, here, false},
		{"outside of all areas", incident(outside), nil, before, notify.IncidentRouted, here, nil, false},
		{"closed", incident(closed), before, before, notify.IncidentClosed, here, nil, false},
		{"a device", put, before, before, notify.DeviceState, here, nil, false},
		{"a device that was elsewhere", put, elsewhere, before, notify.DeviceState, here, there, false},
		{"a device that has gone", dropped, before, gone, notify.DeviceState, here, nil, false},
		{"a device that has gone long ago", dropped, nil, gone, notify.DeviceState, nil, nil, true},
		{"a post", post, before, before, notify.PostChanged, here, nil, true},
		{"a layer", geo.Change{Seq: 10, Kind: geo.Sites, Op: "put", Object: "cam"}, before, before, notify.LayerChanged, nil, nil, true},
	} {
		events := notify.Of(c.change, c.before, c.after)
		if len(events) != 1 || events[0].Kind != c.kind || events[0].Layer != c.change.Kind || events[0].Whole != c.whole ||
			!slices.Equal(events[0].Areas, c.areas) || !slices.Equal(events[0].Left, c.left) {
			t.Fatalf("%s: %s, want %s in %v", c.name, kindsAndAreas(events), c.kind, c.areas)
		}
		if bytes.Contains(events[0].Body, []byte("range_m")) {
			t.Errorf("%s: it tells what a camera sees: %s", c.name, events[0].Body)
		}
		bare := events[0].Bare
		if (bare != nil) != (c.whole || c.left != nil) || bytes.Contains(bare, []byte("leader")) || bytes.Contains(bare, []byte("cam")) || bytes.Contains(bare, []byte("g000")) {
			t.Errorf("%s: without the object it is %s", c.name, bare)
		}
	}
}

func kindsAndAreas(events []notify.Event) (out string) {
	for _, e := range events {
		out += fmt.Sprintf("%s in %v; ", e.Kind, e.Areas)
	}
	return out
}

func TestFilters(t *testing.T) {
	e := notify.Event{Kind: notify.IncidentRouted, Network: "basic", Areas: []string{"031", "03", "0"}}
	for _, c := range []struct {
		f    notify.Filter
		want bool
	}{
		{notify.Filter{}, true},
		{notify.Filter{Kinds: map[notify.Kind]bool{notify.PostChanged: true}}, false},
		{notify.Filter{Networks: map[string]bool{"towers": true}}, false},
		{notify.Filter{Subtree: "03"}, true},
		{notify.Filter{Subtree: "04"}, false},
	} {
		if got := c.f.Wants(&e); got != c.want {
			t.Errorf("%+v: %v", c.f, got)
		}
	}
	w := worldAt(t, 9)
	for layer, want := range map[geo.Layer]bool{
		geo.GridsOf("basic"): true, geo.Scheming: true, geo.Sites: true, geo.Posts: true, geo.Devices: false, geo.Incidents: false,
	} {
		for _, e := range notify.Of(geo.Change{Seq: 7, Kind: layer, Op: "put", Body: []byte("{}")}, nil, w) {
			if f := (notify.Filter{Subtree: "04"}); f.Wants(&e) != want {
				t.Errorf("%s of no area is heard in a part of the city: %v", e.Kind, !want)
			}
		}
	}
	reload := notify.ReloadEvent(3, time.Now())
	if f := (notify.Filter{Subtree: "04", Kinds: map[notify.Kind]bool{}}); !f.Wants(&reload) {
		t.Error("a reload concerns everybody")
	}
}

// What the log has and the world has not yet is told when the world has it: with
// the right names, and not twice.
func TestTheLogIsNotToldAheadOfTheWorld(t *testing.T) {
	c := newCity(t, 100)
	for i := int64(101); i <= 110; i++ {
		c.log.changes = append(c.log.changes, change(i))
	}
	events, err := c.Next(t.Context(), 95)
	if err != nil || len(events) != 5 || events[4].Seq != 100 {
		t.Fatalf("%d events, %v", len(events), err)
	}
}

// The events of one change stay together when the oldest are let go, or who
// reads on from its number would hear half of it.
func TestMemoryIsCutBetweenChanges(t *testing.T) {
	c := newCity(t, 0)
	before := c.live.Load()
	var changes []geo.Change
	for seq := int64(1); seq <= 4500; seq++ { // of two events each but the last
		changes = append(changes, geo.Change{Seq: seq, Kind: geo.GridsOf("basic"), Op: "publish", Object: "1"})
	}
	changes = append(changes, change(4501))
	after := worldAt(t, 4501)
	c.live.Store(after)
	c.Changed(before, after, changes)
	c.log.changes = nil // whatever is heard comes from memory
	for seq := int64(0); seq < 4501; seq++ {
		events, err := c.Next(t.Context(), seq)
		if err != nil {
			t.Fatal(err)
		}
		if events[0].Kind == notify.Reload {
			continue // forgotten
		}
		if len(events) != int(2*(4500-seq)+1) {
			t.Fatalf("after %d: %d events, the first of %d", seq, len(events), events[0].Seq)
		}
		return
	}
	t.Fatal("nothing is remembered")
}
