package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/lattice"
	"onegrid/geo/sqlite"
	"onegrid/geo/vtile"
	"onegrid/geo/vtile/mvt"
)

// The town's two communities: columns 0 and 1, and 2 and 3.
const (
	west = "520115001001"
	east = "520115001002"
)

// secretTown is the town with cameras, incidents and few households in both
// halves. Codes say of which class something is, and in which half.
func secretTown(t testing.TB) (*sqlite.Store, string) {
	t.Helper()
	s, path := newTown(t)
	var devices []geo.Device
	var buildings []geo.Building
	for half, x := range map[string]float64{"west": 0.5, "east": 3.5} {
		for i := range 7 {
			devices = append(devices, geo.Device{Code: fmt.Sprintf("internal-%s-%d", half, i), Kind: "camera", State: "ok",
				Point: townPoint(x, 0.2+0.1*float64(i)), View: &geo.View{BearingDeg: 90, AngleDeg: 60, RangeM: 40}})
		}
		shape := townSquare(x, 3.2, 0.1, 0.1)
		buildings = append(buildings, geo.Building{Code: "public-" + half, Shape: shape, Interior: townPoint(x+0.05, 3.25),
			Units: []geo.Unit{{Code: "public-" + half + "-1", Households: 3}}})
	}
	for _, o := range []sqlite.Objects{{Layer: geo.Devices, Devices: devices}, {Layer: geo.Buildings, Buildings: buildings}} {
		if err := s.Load(t.Context(), geo.By("test"), o); err != nil {
			t.Fatal(err)
		}
	}
	openIncident(t, s, 0.5, 0.5)
	openIncident(t, s, 3.5, 3.5)
	return s, path
}

// keyOf makes a key and returns its id and what its bearer sends.
func keyOf(t testing.TB, s *sqlite.Store, role geo.Role, scope geo.Scope) (id, bearer string) {
	t.Helper()
	id, text, hash := access.NewSecret()
	c := geo.Credential{ID: id, Kind: geo.Key, Name: string(role), Role: role, Scope: scope, Rate: 1e6, Hash: hash, Created: time.Now()}
	if err := s.AddCredential(t.Context(), geo.By("test"), c); err != nil {
		t.Fatal(err)
	}
	return id, "Bearer " + text
}

// scopes are those that keys are made with here: of each role, and narrowed.
func keysOf(t testing.TB, s *sqlite.Store) map[string]*visitor {
	out := map[string]*visitor{}
	add := func(name string, role geo.Role, scope geo.Scope) {
		_, bearer := keyOf(t, s, role, scope)
		c := geo.Credential{Role: role, Scope: scope}
		out[name] = &visitor{bearer: bearer, classes: c.Sees(), scope: scope}
	}
	for _, r := range geo.Roles {
		add(string(r), r, geo.Scope{})
		add(string(r)+" in the west", r, geo.Scope{Subtree: west})
	}
	add("wall of what is restricted", geo.RoleWall, geo.Scope{Classes: []geo.Class{geo.ClassRestricted}})
	add("wall of what is internal", geo.RoleWall, geo.Scope{Classes: []geo.Class{geo.ClassInternal}})
	add("operator of another network", geo.RoleOperator, geo.Scope{Networks: []string{"towers"}})
	return out
}

// visitor is somebody with a key.
type visitor struct {
	bearer  string
	classes []geo.Class
	scope   geo.Scope
	tiles   map[string]string // the template of each tileset's tiles
}

func (r *visitor) sees(c geo.Class) bool { return slices.Contains(r.classes, c) }

// network tells that the key is for the one network that there is.
func (r *visitor) network() bool { return r.scope.Networks == nil }

// may tells that something of a class and half, as codes say it, is the reader's.
func (r *visitor) may(class geo.Class, code string) bool {
	return r.sees(class) && (r.scope.Subtree == "" || strings.Contains(code, "west"))
}

func (r *visitor) get(t testing.TB, url string, headers ...string) (*http.Response, []byte) {
	t.Helper()
	return get(t, url, append(headers, "Authorization", r.bearer)...)
}

func (r *visitor) json(t testing.TB, url string, to any) {
	t.Helper()
	a, body := r.get(t, url)
	if a.StatusCode != 200 || json.Unmarshal(body, to) != nil {
		t.Fatalf("%s: %s %s", url, a.Status, body)
	}
	if vary, control := a.Header.Get("Vary"), a.Header.Get("Cache-Control"); !strings.Contains(vary, "Authorization") || !strings.Contains(vary, "Cookie") || !strings.Contains(control, "private") {
		t.Errorf("%s: Vary %q, Cache-Control %q", url, vary, control)
	}
}

// With each key everything is asked for that there is to ask for, and decoded.
func TestEverythingIsAsItsReaderMaySeeIt(t *testing.T) {
	store, path := secretTown(t)
	readers := keysOf(t, store)
	at, stop := start(t, path)
	for name, r := range readers {
		t.Run(name, func(t *testing.T) {
			r.catalogue(t, at)
			for id, template := range r.tiles {
				r.tileset(t, id, template)
			}
			r.style(t, at)
			r.incidents(t, at)
		})
	}
	if a, _ := get(t, at+"/tiles"); a.StatusCode != 401 {
		t.Errorf("without a key: %s", a.Status)
	}
	t.Run("others' addresses", func(t *testing.T) { exchange(t, readers) })
	if err := stop(); err != nil {
		t.Errorf("after SIGTERM: %v", err)
	}
}

// catalogue reads the catalogue and all TileJSON.
func (r *visitor) catalogue(t *testing.T, at string) {
	var catalogue struct {
		Tilesets []struct {
			ID, Revision string
			Classes      []geo.Class
		}
	}
	r.json(t, at+"/tiles", &catalogue)
	r.tiles = map[string]string{}
	for _, set := range catalogue.Tilesets {
		var doc struct {
			Tiles  []string
			Layers []struct {
				ID    string
				Class geo.Class
			} `json:"vector_layers"`
		}
		r.json(t, at+"/tiles/"+set.ID+".json", &doc)
		r.tiles[set.ID] = doc.Tiles[0]
		if !strings.HasSuffix(doc.Tiles[0], "?r="+set.Revision) || len(doc.Layers) == 0 {
			t.Errorf("%s: %+v", set.ID, doc)
		}
		for _, l := range doc.Layers {
			if !r.sees(l.Class) || !slices.Contains(set.Classes, l.Class) {
				t.Errorf("%s has a layer %s of class %s", set.ID, l.ID, l.Class)
			}
		}
	}
	public := r.sees(geo.ClassPublic)
	for id, want := range map[string]bool{
		"base": public, "grids": public && r.network(), "estates": public, "buildings": public, "sites": public, "onepicture": public,
		"devices": r.sees(geo.ClassInternal) || r.sees(geo.ClassRestricted) || public && r.network(), "incidents": r.sees(geo.ClassRestricted) || public && r.network(),
	} {
		_, listed := r.tiles[id]
		status := map[bool]int{true: 200, false: 403}[want]
		a, _ := r.get(t, at+"/tiles/"+id+".json")
		b, _ := r.get(t, at+"/tiles/"+id+"/14/0/0.mvt")
		if listed != want || a.StatusCode != status || b.StatusCode != status && (!want || b.StatusCode != 204) {
			t.Errorf("%s is to be seen: %v; it is listed: %v, described: %s, drawn: %s", id, want, listed, a.Status, b.Status)
		}
	}
	if a, _ := r.get(t, at+"/tiles/none.json"); a.StatusCode != 404 {
		t.Errorf("a tileset that is not there: %s", a.Status)
	}
}

// tileset reads all tiles of the town at some zooms.
func (r *visitor) tileset(t *testing.T, id, template string) {
	bounds := lattice.BoxOf(townPoint(0, 0), townPoint(4, 4))
	for _, z := range []uint8{5, 12, 13, 14, 16} {
		for _, at := range vtile.Cover(bounds, z) {
			url := strings.Replace(template, "{z}/{x}/{y}", at.String(), 1)
			a, body := r.get(t, url)
			if a.StatusCode != 200 && a.StatusCode != 204 {
				t.Fatalf("%s: %s %s", url, a.Status, body)
			}
			r.cached(t, url, a)
			for _, l := range readTile(t, body).Layers {
				for _, f := range l.Features {
					if wrong := r.judge(l.Name, f); wrong != "" {
						t.Errorf("%s: %s %v: %s", url, l.Name, f.Properties, wrong)
					}
				}
			}
		}
	}
}

// cached checks that nothing that is not public to all is anybody else's to keep.
func (r *visitor) cached(t *testing.T, url string, a *http.Response) {
	control, vary := a.Header.Get("Cache-Control"), a.Header.Get("Vary")
	if strings.HasSuffix(url, "-p") {
		if !strings.HasPrefix(control, "public") || vary != "Accept-Encoding" {
			t.Errorf("%s: Cache-Control %q, Vary %q", url, control, vary)
		}
	} else if !strings.HasPrefix(control, "private") || vary != "Accept-Encoding, Authorization, Cookie" {
		t.Errorf("%s: Cache-Control %q, Vary %q", url, control, vary)
	}
}

func (r *visitor) judge(layer string, f mvt.Feature) string {
	code, _ := f.Properties["code"].(string)
	grid, _ := f.Properties["grid"].(string)
	few := func(exact bool, keys ...string) string {
		for _, k := range keys {
			if n, ok := f.Properties[k].(uint64); ok && !exact && n < access.FewerThan {
				return "tells " + k
			}
		}
		return ""
	}
	inWest := r.scope.Subtree == "" || strings.HasPrefix(code, west) || slices.Contains(westGrids, code)
	switch layer {
	case "devices":
		if !r.may(geo.ClassInternal, code) {
			return "internal"
		}
	case "views":
		if !r.may(geo.ClassRestricted, code) {
			return "restricted"
		}
	case "incidents":
		if !r.sees(geo.ClassRestricted) || !r.network() || r.scope.Subtree != "" && !slices.Contains(westGrids, grid) {
			return "restricted"
		}
	case "device_counts", "incident_counts":
		class := map[string]geo.Class{"device_counts": geo.ClassInternal, "incident_counts": geo.ClassRestricted}[layer]
		if !r.sees(geo.ClassPublic) || !r.network() || !inWest {
			return "is not the reader's"
		}
		return few(r.sees(class), "devices", "cameras", "alerts", "open", "urgent")
	case "buildings":
		if n, ok := f.Properties["households"]; ok && (!r.sees(geo.ClassInternal) || r.scope.Subtree != "") {
			return fmt.Sprintf("tells of %d households", n)
		}
	case "grid", "community", "borders", "labels":
		if !r.network() {
			return "is of another network"
		}
	}
	if !r.sees(geo.ClassPublic) && layer != "devices" && layer != "views" && layer != "incidents" {
		return "public"
	}
	return ""
}

// westGrids are the codes of the grids in the west.
var westGrids = []string{gridCode(0), gridCode(1), gridCode(4), gridCode(5), gridCode(8), gridCode(9), gridCode(12), gridCode(13)}

// style reads the wall's style: it names nothing that the catalogue does not.
func (r *visitor) style(t *testing.T, at string) {
	var style struct {
		Sources map[string]struct{ URL string }
		Layers  []struct {
			ID, Source string
			Of         string `json:"source-layer"`
		}
	}
	r.json(t, at+"/styles/wall.json", &style)
	for id, s := range style.Sources {
		tileset := strings.TrimSuffix(s.URL[strings.LastIndexByte(s.URL, '/')+1:], ".json")
		if _, ok := r.tiles[tileset]; s.URL != "" && !ok {
			t.Errorf("the style has a source %s of %s", id, s.URL)
		}
	}
	views := false
	for _, l := range style.Layers {
		views = views || l.Of == "views"
		if l.Of == "devices" && !r.sees(geo.ClassInternal) {
			t.Errorf("the style has a layer %s of %s", l.ID, l.Of)
		}
		if _, ok := style.Sources[l.Source]; l.Source != "" && !ok {
			t.Errorf("layer %s has no source", l.ID)
		}
	}
	if views != r.sees(geo.ClassRestricted) {
		t.Errorf("the style has what cameras see: %v", views)
	}
}

// incidents reads the open incidents.
func (r *visitor) incidents(t *testing.T, at string) {
	a, body := r.get(t, at+"/live/incidents.json")
	if a.StatusCode == 403 && !r.sees(geo.ClassRestricted) {
		return // not for the role
	}
	var open struct {
		Features []struct{ Properties struct{ Grid string } }
	}
	if a.StatusCode != 200 || json.Unmarshal(body, &open) != nil {
		t.Fatalf("incidents: %s %s", a.Status, body)
	}
	want := 2
	switch {
	case !r.sees(geo.ClassRestricted), !r.network():
		want = 0
	case r.scope.Subtree != "":
		want = 1
	}
	if len(open.Features) != want {
		t.Errorf("%d incidents, not %d", len(open.Features), want)
	}
	for _, f := range open.Features {
		if r.scope.Subtree != "" && !slices.Contains(westGrids, f.Properties.Grid) {
			t.Errorf("an incident in %s", f.Properties.Grid)
		}
	}
}

// exchange has everybody ask at everybody's addresses: they are of use to those
// alone who see the same, and so are tags. A browser brings the tag along that
// somebody else got, who was signed in before.
func exchange(t *testing.T, visitors map[string]*visitor) {
	tags := map[string]string{} // by address
	for _, r := range visitors {
		for _, template := range r.tiles {
			url := strings.Replace(template, "{z}/{x}/{y}", townTile, 1)
			a, _ := r.get(t, url)
			tags[url] = a.Header.Get("ETag")
		}
	}
	for name, r := range visitors {
		for url, tag := range tags {
			id, _, _ := strings.Cut(url[strings.Index(url, "/tiles/")+len("/tiles/"):], "/")
			own := strings.Replace(r.tiles[id], "{z}/{x}/{y}", townTile, 1)
			want := 403
			if own == url {
				want = 304
			}
			if a, _ := r.get(t, url, "If-None-Match", tag); a.StatusCode != want {
				t.Errorf("%s asks at %s: %s, want %d", name, url, a.Status, want)
			}
			if own == "" {
				continue
			}
			hash, _, _ := strings.Cut(tag, ".")
			mine, _, _ := strings.Cut(tags[own], ".")
			if a, _ := r.get(t, own, "If-None-Match", tag); (a.StatusCode == 304) != (hash == mine) {
				t.Errorf("%s asks at %s with the tag %s, where %s is right: %s", name, own, tag, tags[own], a.Status)
			}
		}
	}
}
