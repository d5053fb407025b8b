package vtile_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
	"onegrid/geo/vtile"
	"onegrid/geo/vtile/mvt"
	"onegrid/geo/world"
)

// keys are callers' credentials: one of each role, and narrowed ones.
func keys(w *world.World, subtree string) map[string]geo.Credential {
	out := map[string]geo.Credential{}
	for _, r := range geo.Roles {
		out[string(r)] = geo.Credential{Role: r}
		out[string(r)+" of a subtree"] = geo.Credential{Role: r, Scope: geo.Scope{Subtree: subtree}}
	}
	out["admin of a subtree that is gone"] = geo.Credential{Role: geo.RoleAdmin, Scope: geo.Scope{Subtree: "none"}}
	for _, c := range geo.Classes {
		out["wall of "+string(c)+" alone"] = geo.Credential{Role: geo.RoleWall, Scope: geo.Scope{Classes: []geo.Class{c}}}
	}
	for _, n := range w.Networks() {
		out["operator of "+n.Spec.ID] = geo.Credential{Role: geo.RoleOperator, Scope: geo.Scope{Networks: []string{n.Spec.ID}}}
	}
	out["operator of no network"] = geo.Credential{Role: geo.RoleOperator, Scope: geo.Scope{Networks: []string{"none"}}}
	return out
}

// roll is a store of credentials in memory.
type roll []geo.Credential

func (r roll) Credentials(context.Context) ([]geo.Credential, int64, error) { return r, 1, nil }
func (r roll) CredentialsRevision(context.Context) (int64, error)           { return 1, nil }
func (r roll) ProcessSecret(context.Context) (string, error)                { return "secret", nil }

// sightOf is the sight of whoever comes with a key.
func sightOf(t *testing.T, key geo.Credential) access.Sight {
	t.Helper()
	id, bearer, hash := access.NewSecret()
	key.ID, key.Kind, key.Hash = id, geo.Key, hash
	d, err := access.NewDirectory(t.Context(), roll{key}, nil)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("Authorization", "Bearer "+bearer)
	caller, err := d.Identify(r)
	if err != nil {
		t.Fatal(err)
	}
	return caller.Sight()
}

func asJSON(t testing.TB, v any) json.RawMessage {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Every tile of a reference city, for each role and for narrowed keys, holds
// nothing that the caller may not see, and of single objects all that it may.
func TestTilesHoldNothingAboveTheirReader(t *testing.T) {
	w := lively(t, "lakeside")
	a := vtile.NewAtlas(w, nil)
	subtree := parentOf(w, busiest(w))
	truth := truthOf(w)
	type what struct {
		set string
		by  access.Sight
	}
	read := map[what]bool{}
	for name, key := range keys(w, subtree) {
		sight := sightOf(t, key)
		if read[what{"", sight}] {
			continue // another key sees the same
		}
		read[what{"", sight}] = true
		t.Run(name, func(t *testing.T) {
			r := reading{t: t, world: w, key: key, sight: sight, truth: truth, ids: map[string]map[uint64]bool{}}
			for _, set := range a.Tilesets() {
				if set.Whole && set.ID != "onepicture" && set.ID != "buildings" {
					continue // they are in it
				}
				seen, _ := set.Sight(sight)
				if set.Whole && read[what{set.ID, seen}] {
					continue // it is the same to another key
				}
				read[what{set.ID, seen}] = true
				zooms := []uint8{9, 11, 12, 13, 14}
				if set.ID == "onepicture" {
					zooms = []uint8{11, 14}
				}
				if long() > 0 {
					zooms = append(zooms, 10, 15, 16)
				}
				for _, z := range zooms {
					r.tileset(a, set, z)
				}
			}
			r.complete()
		})
	}
}

// lively is a reference city with incidents, a few of them of other networks.
func lively(t testing.TB, name string) *world.World {
	w := fixture(t, name)
	rng := rand.New(rand.NewPCG(4, 4))
	b := vtile.NewAtlas(w, nil).Bounds()
	var changes []geo.Change
	for i := range 300 {
		p := lattice.Point{X: b.Min.X + rng.Int32N(b.Max.X-b.Min.X), Y: b.Min.Y + rng.Int32N(b.Max.Y-b.Min.Y)}
		n := w.Networks()[i%7%len(w.Networks())]
		in := geo.Incident{ID: int64(i + 1), Code: fmt.Sprint("I", i), Point: p, At: time.Unix(1700000000, 0), Category: "noise", State: "open", Network: n.Spec.ID}
		if i%3 == 0 {
			in.Urgency = "urgent"
		}
		changes = append(changes, geo.Change{Seq: w.Seq() + 1 + int64(i), At: in.At, Kind: geo.Incidents, Op: "put", Object: fmt.Sprint(in.ID), Body: asJSON(t, in)})
	}
	next, err := w.Apply(changes)
	if err != nil {
		t.Fatal(err)
	}
	return next
}

// busiest is the finest area with the most devices.
func busiest(w *world.World) int32 {
	best, most := int32(0), -1
	for i := range w.Basic().Grids {
		if n := w.Counts(int32(i)).Devices; len(w.Basic().Children(int32(i))) == 0 && n > most {
			best, most = int32(i), n
		}
	}
	return best
}

func parentOf(w *world.World, area int32) string { return w.Basic().Grids[area].Parent }

// reading is what one caller reads.
type reading struct {
	t     *testing.T
	world *world.World
	key   geo.Credential
	sight access.Sight
	truth map[string]map[string]uint64 // counts by area's code and attribute
	ids   map[string]map[uint64]bool   // of objects at zoom 14, by layer
}

// truthOf counts everything by area.
func truthOf(w *world.World) map[string]map[string]uint64 {
	out := map[string]map[string]uint64{}
	count := func(area int32, attributes ...string) {
		for n := w.Basic(); area >= 0; area = n.Parent(area) {
			code := n.Grids[area].Code
			if out[code] == nil {
				out[code] = map[string]uint64{}
			}
			for _, a := range attributes {
				out[code][a]++
			}
		}
	}
	for d := range w.Devices().All() {
		count(w.Devices().Area(d.ID), "devices", when(d.Kind == "camera", "cameras"), when(d.State == "alert", "alerts"))
	}
	for in := range w.Incidents().All() {
		count(w.Incidents().Area(in.ID), "open", when(in.Urgency == "urgent", "urgent"))
	}
	return out
}

func (r *reading) sees(c geo.Class) bool { return slices.Contains(r.key.Sees(), c) }

func (r *reading) network(id string) bool {
	return r.key.Scope.Networks == nil || slices.Contains(r.key.Scope.Networks, id)
}

// in tells, by the codes alone, that an area is in the key's subtree.
func (r *reading) in(area int32) bool {
	n := r.world.Basic()
	for ; area >= 0; area = n.Parent(area) {
		if n.Grids[area].Code == r.key.Scope.Subtree {
			return true
		}
	}
	return r.key.Scope.Subtree == ""
}

func (r *reading) tileset(a *vtile.Atlas, set *vtile.Tileset, z uint8) {
	specs := map[string]vtile.LayerSpec{}
	for _, l := range set.LayersOf(r.sight) {
		specs[l.ID] = l
	}
	if _, ok := set.Sight(r.sight); ok != (len(specs) > 0) {
		r.t.Errorf("%s is seen: %v, with %d layers", set.ID, ok, len(specs))
	}
	for _, at := range vtile.Cover(a.Bounds(), z) {
		data := a.Append(nil, set, r.sight, at)
		if len(data) == 0 {
			continue
		}
		for _, l := range strict(r.t, set.ID+" "+at.String(), data).Layers {
			spec, ok := specs[l.Name]
			if !ok || !r.sees(spec.Class) {
				r.t.Fatalf("%s %s: layer %q of class %q", set.ID, at, l.Name, spec.Class)
			}
			for _, f := range l.Features {
				r.feature(set, at, l.Name, f)
			}
		}
	}
}

func (r *reading) feature(set *vtile.Tileset, at vtile.Tile, layer string, f mvt.Feature) {
	w, wrong := r.world, ""
	switch layer {
	case "devices", "views":
		d, ok := w.Devices().ByCode(f.Properties["code"].(string))
		switch {
		case !ok || d.ID != int64(f.ID) || !r.in(w.Devices().Area(d.ID)):
			wrong = "is not the caller's"
		case layer == "devices" && !r.sees(geo.ClassInternal) || layer == "views" && !r.sees(geo.ClassRestricted):
			wrong = "is above its class"
		}
	case "incidents":
		in, ok := w.Incidents().ByID(int64(f.ID))
		if !ok || !r.sees(geo.ClassRestricted) || !r.network(in.Network) || !r.in(w.Incidents().Area(in.ID)) {
			wrong = "is not the caller's"
		}
	case "device_counts", "incident_counts":
		wrong = r.count(layer, f)
	case "buildings":
		b, _ := w.Buildings().ByID(int64(f.ID))
		want := any(nil)
		if n := b.Households(); n > 0 && r.sees(geo.ClassInternal) && r.key.Scope.Subtree == "" {
			want = uint64(n)
		}
		if n := f.Properties["households"]; n != want {
			wrong = fmt.Sprintf("tells of %v households, not of %v", n, want)
		}
		if _, ok := f.Properties["stacked"]; ok {
			for _, n := range w.Networks() {
				if n.Spec.Kind == geo.Stacked && !r.network(n.Spec.ID) {
					wrong = "tells of grids of " + n.Spec.ID
				}
			}
		}
	default:
		if network := networkOf(w, layer); network != "" && !r.network(network) {
			wrong = "is of a network that is not the caller's"
		}
	}
	if wrong != "" {
		r.t.Fatalf("%s %s: %s %d %v %s", set.ID, at, layer, f.ID, f.Properties, wrong)
	}
	if at.Z == 14 && !set.Whole {
		if r.ids[layer] == nil {
			r.ids[layer] = map[uint64]bool{}
		}
		r.ids[layer][f.ID] = true
	}
}

// networkOf is the network whose areas a layer of the one picture draws, "" if it
// draws none's.
func networkOf(w *world.World, layer string) string {
	of, _, beside := strings.Cut(layer, ":")
	switch {
	case beside && of == "grids":
		return w.Basic().Spec.ID
	case beside:
		return of
	case layer == "street": // the base map's
		return ""
	case layer == "borders", layer == "labels", slices.ContainsFunc(w.Basic().Spec.Levels, func(l geo.Level) bool { return l.ID == layer }):
		return w.Basic().Spec.ID
	}
	return ""
}

// count checks an area's counts: exact for who sees all that is counted, for others
// in steps.
func (r *reading) count(layer string, f mvt.Feature) string {
	w := r.world
	area, ok := w.Basic().Find(f.Properties["code"].(string))
	if !ok || !r.in(area) || !r.network(w.Basic().Spec.ID) {
		return "is not the caller's"
	}
	truth, exact := r.truth[w.Basic().Grids[area].Code], r.sees(geo.ClassInternal)
	if layer == "incident_counts" {
		exact = r.sees(geo.ClassRestricted) && r.key.Scope.Networks == nil
	}
	for k, v := range f.Properties {
		n, isCount := v.(uint64)
		switch {
		case !isCount:
		case exact && n != truth[k]:
			return fmt.Sprintf("should have %d %s", truth[k], k)
		case !exact && (n == 0 || n != r.told(area, k)):
			return fmt.Sprintf("tells %d of %d %s, and should tell %d", n, truth[k], k, r.told(area, k))
		}
	}
	return ""
}

// told is how many the public is told of an area: its step, or as many as all its
// parts but one can hold at most, by what is told of them.
func (r *reading) told(area int32, what string) uint64 {
	n := r.world.Basic()
	told := r.truth[n.Grids[area].Code][what]
	if parts := n.Children(area); len(parts) > 0 {
		most := uint64(len(parts)-1) * (access.FewerThan - 1)
		for _, part := range parts {
			most += r.told(part, what)
		}
		told = min(told, most)
	}
	return told / access.FewerThan * access.FewerThan
}

// complete checks that nothing is held back that the caller may see.
func (r *reading) complete() {
	w, want := r.world, map[string]map[uint64]bool{}
	need := func(layer string, id int64) {
		if want[layer] == nil {
			want[layer] = map[uint64]bool{}
		}
		want[layer][uint64(id)] = true
	}
	for d := range w.Devices().All() {
		if !r.in(w.Devices().Area(d.ID)) {
			continue
		}
		if r.sees(geo.ClassInternal) {
			need("devices", d.ID)
		}
		if r.sees(geo.ClassRestricted) && d.View != nil {
			need("views", d.ID)
		}
	}
	for in := range w.Incidents().All() {
		if r.sees(geo.ClassRestricted) && r.network(in.Network) && r.in(w.Incidents().Area(in.ID)) {
			need("incidents", in.ID)
		}
	}
	for _, layer := range []string{"devices", "views", "incidents"} {
		if !maps.Equal(want[layer], r.ids[layer]) {
			r.t.Errorf("%d of %s are drawn, %d are to be seen", len(r.ids[layer]), layer, len(want[layer]))
		}
	}
}

// What a tileset says of two sights holds: those it takes for the same have the
// same tiles, and those it keeps apart are apart for a reason.
func TestSightsThatAreTheSameSeeTheSame(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	w := city(t, 4)
	a := vtile.NewAtlas(w, nil)
	for _, set := range a.Tilesets() {
		drawn := map[access.Sight]map[vtile.Tile][]byte{}
		for range 60 {
			by := anySight(rng, w)
			seen, ok := set.Sight(by)
			if again, still := set.Sight(seen); ok && (!still || again != seen) {
				t.Fatalf("%s: %+v turns on %+v, and that on %+v", set.ID, by, seen, again)
			}
			tiles := map[vtile.Tile][]byte{}
			for _, z := range []uint8{8, 13, 15} {
				for _, at := range vtile.Cover(a.Bounds(), z) {
					tiles[at] = a.Append(nil, set, by, at)
				}
			}
			if before := drawn[seen]; before == nil {
				drawn[seen] = tiles
			} else if !maps.EqualFunc(before, tiles, bytes.Equal) {
				t.Fatalf("%s: not all who see %+v have the same tiles: %+v", set.ID, seen, by)
			}
		}
	}
}

// anySight is the whole city's or a part's, of any classes and networks.
func anySight(rng *rand.Rand, w *world.World) access.Sight {
	s := access.Sight{Classes: access.ClassSet(rng.IntN(8))}
	if rng.IntN(2) == 0 {
		s.Subtree = w.Basic().Grids[rng.IntN(len(w.Basic().Grids))].Code
	}
	if rng.IntN(2) == 0 {
		var ids []string
		for _, n := range w.Networks() {
			if rng.IntN(2) == 0 {
				ids = append(ids, n.Spec.ID)
			}
		}
		s.Networks = access.NetworksOf(ids)
	}
	return s
}

// The counts that the public is told do not change with one more or less.
func TestWhatIsToldRoughlyHidesSingles(t *testing.T) {
	w := city(t, 4)
	a := vtile.NewAtlas(w, nil)
	public := access.Sight{Classes: access.SetOf(geo.ClassPublic)}
	named, moved := 0, 0
	for i := range 40 {
		in := geo.Incident{ID: int64(5000 + i), Point: lattice.Point{X: origin.X + block/2, Y: origin.Y + block/2}, At: time.Unix(1700000000, 0), State: "open"}
		c := geo.Change{Seq: w.Seq() + 1, At: in.At, Kind: geo.Incidents, Op: "put", Object: fmt.Sprint(in.ID), Body: asJSON(t, in)}
		next, err := w.Apply([]geo.Change{c})
		if err != nil {
			t.Fatal(err)
		}
		b := vtile.NewAtlas(next, a)
		for _, touch := range b.Since(a, []geo.Change{c}) {
			for _, at := range touch.Tiles(public) {
				if named++; at.Z >= 14 {
					t.Fatalf("the public is told that tile %s changed", at)
				}
			}
		}
		area := next.Incidents().Area(in.ID)
		if area == coverage.NoArea {
			t.Fatal("the incident is nowhere")
		}
		w, a, moved = next, b, moved+1
	}
	if most := 14 * 3 * (moved/access.FewerThan + 1); named == 0 || named > most {
		t.Errorf("%d incidents: the public was told of %d tiles, at most %d are to be expected", moved, named, cmp.Or(most, 1))
	}
}
