package citygen

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"onegrid/data/fixtures"
	"onegrid/geo"
)

func figures(name string) (Figures, error) {
	b, err := fixtures.Open(name)
	if err != nil {
		return Figures{}, err
	}
	return ParseFigures(bytes.NewReader(b))
}

// open returns a reference city, generated once for all tests, which must not
// change it.
func open(t testing.TB, name string) (Figures, *City) {
	t.Helper()
	f, err := figures(name)
	if err != nil {
		t.Fatal(err)
	}
	made.Lock()
	defer made.Unlock()
	if made.cities[name] == nil {
		made.cities[name] = generate(t, f)
	}
	return f, made.cities[name]
}

var made = struct {
	sync.Mutex
	cities  map[string]*City
	mosaics map[string]*mosaic
}{cities: map[string]*City{}, mosaics: map[string]*mosaic{}}

func generate(t testing.TB, f Figures) *City {
	t.Helper()
	city, err := Generate(context.Background(), f, nil)
	if err != nil {
		t.Fatalf("seed %d: %v", f.Seed, err)
	}
	return city
}

func fingerprint(t testing.TB, c *City) string {
	t.Helper()
	h := sha256.New()
	if err := json.NewEncoder(h).Encode(c); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

func TestSameFiguresSameCity(t *testing.T) {
	f := scaled(90, 900, 3)
	want := fingerprint(t, generate(t, f))
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	if got := fingerprint(t, generate(t, f)); got != want {
		t.Error("the same figures gave another city on one core")
	}
	f.Seed++
	if got := fingerprint(t, generate(t, f)); got == want {
		t.Error("another seed gave the same city")
	}
}

// tally counts a city without the generator's help.
type tally struct {
	levels                                map[string]int // grids by network and level
	estates, buildings, units, households int
	devices, sites, roles                 map[string]int
	towersWithGrids                       int
}

func count(c *City) tally {
	n := tally{levels: map[string]int{}, devices: map[string]int{}, sites: map[string]int{}, roles: map[string]int{}, estates: len(c.Estates), buildings: len(c.Buildings)}
	towers := map[string]bool{}
	for _, g := range c.Grids {
		n.levels[g.Network+"/"+g.Level]++
		if g.Building != "" {
			towers[g.Building] = true
		}
	}
	n.towersWithGrids = len(towers)
	for _, b := range c.Buildings {
		n.units += len(b.Units)
		n.households += b.Households()
	}
	for _, d := range c.Devices {
		n.devices[d.Kind]++
	}
	for _, s := range c.Sites {
		n.sites[s.Kind]++
	}
	for _, p := range c.Posts {
		n.roles[p.Role]++
	}
	return n
}

func TestLakesideFigures(t *testing.T) {
	_, c := open(t, "lakeside")
	n := count(c)
	for what, want := range map[string]int{"basic/district": 1, "basic/street": 10, "basic/community": 138, "basic/grid": 1442, "towers/grid": 46} {
		if n.levels[what] != want {
			t.Errorf("%s: %d, want %d", what, n.levels[what], want)
		}
	}
	if n.towersWithGrids != 7 {
		t.Errorf("grids are stacked in %d towers, want 7", n.towersWithGrids)
	}
	if n.units <= 10_000 || n.devices["camera"] <= 10_000 || n.devices["gate"] < 1000 || n.devices["water-level"] == 0 {
		t.Errorf("units %d, devices %v", n.units, n.devices)
	}
	towns := 0
	for _, g := range c.Grids {
		if g.Level == "street" && strings.HasSuffix(g.Name["zh"], "镇") {
			towns++
		}
	}
	if towns != 3 {
		t.Errorf("%d towns among the streets, want 3", towns)
	}
	points := 0
	for _, m := range c.Shapes {
		for _, p := range m {
			for _, r := range p {
				points += len(r)
			}
		}
	}
	if points < 100_000 || points > 220_000 {
		t.Errorf("%d vertices in the grids, want between 100,000 and 220,000", points)
	}
}

func TestDragonhillFigures(t *testing.T) {
	_, c := open(t, "dragonhill")
	n := count(c)
	got := map[string]int{
		"streets": n.levels["basic/street"], "basic grids": n.levels["basic/grid"], "exclusive grids": n.levels["exclusive/grid"],
		"buildings": n.buildings, "units": n.units, "households": n.households, "merchants": n.sites["merchant"], "cameras": n.devices["camera"],
	}
	want := map[string]int{"streets": 1, "basic grids": 44, "exclusive grids": 8, "buildings": 453, "units": 1194, "households": 13_000, "merchants": 1100, "cameras": 220}
	for what := range want {
		if got[what] != want[what] {
			t.Errorf("%s: %d, want %d", what, got[what], want[what])
		}
	}
	if n.devices["waterlogging"] == 0 || n.sites["panorama"] == 0 || n.roles["cadre"] == 0 {
		t.Errorf("devices %v, sites %v, roles %v: something is missing", n.devices, n.sites, n.roles)
	}
}

func TestHouseholdsWithinBounds(t *testing.T) {
	for _, name := range fixtures.Names() {
		f, c := open(t, name)
		m := mosaicOf(t, name)
		households := map[int]int{}
		for i := range c.Buildings {
			households[m.gridAt(c.Buildings[i].Interior)] += c.Buildings[i].Households()
		}
		for g, grid := range c.Grids {
			if n := households[g]; grid.Level == "grid" && grid.Network == "basic" && (n < f.Bounds[0] || n > f.Bounds[1]) {
				t.Errorf("%s: grid %s has %d households, out of %v", name, grid.Code, n, f.Bounds)
			}
		}
	}
}

func TestCodesAndParents(t *testing.T) {
	for _, name := range fixtures.Names() {
		_, c := open(t, name)
		code := map[string]*geo.Grid{}
		for i := range c.Grids {
			g := &c.Grids[i]
			if code[g.Code] != nil {
				t.Errorf("%s: code %s twice", name, g.Code)
			}
			code[g.Code] = g
			n := c.Scheme.Network(g.Network)
			if k := n.LevelIndex(g.Level); k < 0 || !regexp.MustCompile(n.Levels[k].Code).MatchString(g.Code) {
				t.Errorf("%s: %s is no code of level %s of %s", name, g.Code, g.Level, g.Network)
			} else if (g.Parent == "") != (k == 0) {
				t.Errorf("%s: %s at level %s has the parent %q", name, g.Code, g.Level, g.Parent)
			} else if k > 0 && (code[g.Parent] == nil || code[g.Parent].Level != n.Levels[k-1].ID) {
				t.Errorf("%s: the parent %q of %s is not there yet, or of another level", name, g.Parent, g.Code)
			}
			if g.Name["zh"] == "" || g.Name["en"] == "" {
				t.Errorf("%s: %s lacks a name", name, g.Code)
			}
		}
		distinct(t, c.Estates, func(e *geo.Estate) string { return e.Code })
		distinct(t, c.Buildings, func(b *geo.Building) string { return b.Code })
		distinct(t, c.Devices, func(d *geo.Device) string { return d.Code })
		distinct(t, c.Sites, func(s *geo.Site) string { return s.Code })
		distinct(t, c.Posts, func(p *geo.Post) string { return p.Code })
		distinct(t, c.Posts, func(p *geo.Post) string { return p.Ref })
		distinct(t, c.Base, func(b *geo.BaseFeature) string { return b.Code })
		below := c.Scheme.Basic().Levels
		unit := regexp.MustCompile(below[len(below)-1].Code)
		for _, b := range c.Buildings {
			for _, u := range b.Units {
				if !unit.MatchString(u.Code) || !strings.HasPrefix(u.Code, b.Code) || u.Households < 1 {
					t.Fatalf("%s: unit %+v of %s", name, u, b.Code)
				}
			}
		}
	}
}

func distinct[T any](t *testing.T, of []T, key func(*T) string) {
	t.Helper()
	seen := make(map[string]bool, len(of))
	for i := range of {
		k := key(&of[i])
		if k == "" || seen[k] {
			t.Errorf("%T: %q is empty or there twice", of[i], k)
		}
		seen[k] = true
	}
}

// Addresses name the city, a street and a number; names of streets, communities
// and estates are used once.
func TestNamesAndAddresses(t *testing.T) {
	_, c := open(t, "lakeside")
	address := regexp.MustCompile(`^湖滨新区\p{Han}+(街道|镇)(\p{Han}+(大道|路|街|巷)\d+号)?.*$`)
	var numbered []geo.Building
	for _, b := range c.Buildings {
		if !address.MatchString(b.Address) {
			t.Fatalf("building %s: address %q", b.Code, b.Address)
		}
		if strings.Contains(b.Address, "号") {
			numbered = append(numbered, b)
		}
	}
	if len(numbered) < len(c.Buildings)*95/100 {
		t.Errorf("only %d of %d buildings have a number in a street", len(numbered), len(c.Buildings))
	}
	distinct(t, numbered, func(b *geo.Building) string { return b.Address })
	var streets []geo.BaseFeature
	for _, b := range c.Base {
		if b.Kind == "street" && b.Name != nil {
			streets = append(streets, b)
		}
	}
	distinct(t, streets, func(b *geo.BaseFeature) string { return b.Name["zh"] })
	distinct(t, c.Estates, func(e *geo.Estate) string { return e.Name["zh"] })
	classes := map[string]bool{}
	for _, s := range streets {
		classes[s.Class] = true
	}
	if len(classes) < 5 {
		t.Errorf("named streets of the classes %v only", classes)
	}
}

// The city holds nothing of persons: no field for them, no number that could be
// an identity or a telephone.
func TestNoPersons(t *testing.T) {
	_, c := open(t, "dragonhill")
	b, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{`(?i)"(phone|mobile|id_?card|person|resident|owner_name|birth|gender|sex|plate|face)"`,
		`"(\D*\D)?[1-9]\d{16}[\dXx](\D.*)?"`, `"1[3-9]\d{9}"`} {
		if m := regexp.MustCompile(bad).Find(b); m != nil {
			t.Errorf("%s matches %.60s", bad, m)
		}
	}
	refs := regexp.MustCompile(`^[0-9A-F]{12}$`)
	for _, p := range c.Posts {
		if !refs.MatchString(p.Ref) {
			t.Fatalf("post %s: reference %q", p.Code, p.Ref)
		}
	}
}

// Posts answer for what there is, and every basic grid has a leader, a member
// and a police officer.
func TestPosts(t *testing.T) {
	for _, name := range fixtures.Names() {
		_, c := open(t, name)
		areas, units := map[string]bool{}, map[string]bool{}
		for _, g := range c.Grids {
			areas[g.Code] = true
		}
		for _, b := range c.Buildings {
			units[b.Code] = true
			for _, u := range b.Units {
				units[u.Code] = true
			}
		}
		has := map[string]bool{}
		cadres := map[string]int{}
		for _, p := range c.Posts {
			if len(p.Areas)+len(p.Units) == 0 {
				t.Errorf("%s: post %s answers for nothing", name, p.Code)
			}
			for _, a := range p.Areas {
				if !areas[a] {
					t.Errorf("%s: post %s answers for %s", name, p.Code, a)
				}
				has[p.Role+a] = true
				cadres[a] += bool01(p.Role == "cadre")
			}
			for _, u := range p.Units {
				if !units[u] {
					t.Errorf("%s: post %s answers for %s", name, p.Code, u)
				}
			}
		}
		for _, g := range c.Grids {
			if g.Level == "grid" && g.Network == "basic" && !(has["leader"+g.Code] && has["member"+g.Code] && has["police"+g.Code]) {
				t.Errorf("%s: grid %s lacks a post", name, g.Code)
			}
			if name == "dragonhill" && g.Level == "community" && cadres[g.Code] != 1 {
				t.Errorf("community %s has %d street cadres", g.Code, cadres[g.Code])
			}
		}
	}
}

// Stacked grids fill their towers from the ground to the roof without a gap.
func TestTowers(t *testing.T) {
	_, c := open(t, "lakeside")
	byTower := map[string][][2]int{}
	for _, g := range c.Grids {
		if g.Network == "towers" {
			byTower[g.Building] = append(byTower[g.Building], *g.Floors)
		}
	}
	for _, b := range c.Buildings {
		floors := byTower[b.Code]
		if floors == nil {
			continue
		}
		slices.SortFunc(floors, func(x, y [2]int) int { return cmp.Compare(x[0], y[0]) })
		next := 1
		for _, f := range floors {
			if f[0] != next || f[1] < f[0] {
				t.Errorf("tower %s: floors %v", b.Code, floors)
			}
			next = f[1] + 1
		}
		if next != b.Storeys+1 || b.HeightM < 200 {
			t.Errorf("tower %s: %d storeys, %v m, floors %v", b.Code, b.Storeys, b.HeightM, floors)
		}
		delete(byTower, b.Code)
	}
	if len(byTower) > 0 {
		t.Errorf("no such towers: %v", byTower)
	}
}

func TestImpossibleFigures(t *testing.T) {
	good, err := figures("dragonhill")
	if err != nil {
		t.Fatal(err)
	}
	for what, spoil := range map[string]func(f *Figures){
		"terrain":             func(f *Figures) { f.Terrain = "desert" },
		"division":            func(f *Figures) { f.Division = "12" },
		"area_km2":            func(f *Figures) { f.AreaKM2 = -1 },
		"grids":               func(f *Figures) { f.Grids = 2 },
		"households_per_grid": func(f *Figures) { f.Bounds = [2]int{9, 3} },
		"households":          func(f *Figures) { f.Households = 7 },
		"levels":              func(f *Figures) { f.Levels = []string{"galaxy"} },
		"buildings":           func(f *Figures) { f.Buildings = 90_000 },
		"units":               func(f *Figures) { f.Units = 3 },
		"cameras":             func(f *Figures) { f.Cameras = 1_000_000 },
		"merchants":           func(f *Figures) { f.Merchants = 1_000_000 },

		"waterlogging_sensors": func(f *Figures) { f.Waterlogging = 1_000_000 },
		"stations":             func(f *Figures) { f.Stations = -1 },
		"panoramas":            func(f *Figures) { f.Panoramas = -1 },
	} {
		f := good
		spoil(&f)
		_, err := Generate(context.Background(), f, nil)
		e, ok := err.(*geo.Error)
		if !ok || e.Kind != geo.Invalid || e.Field != what {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := ParseFigures(strings.NewReader(`{"gridz": 3}`)); geo.KindOf(err) != geo.Invalid {
		t.Errorf("a misspelt figure: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Generate(ctx, good, nil); err != context.Canceled {
		t.Errorf("a cancelled context: %v", err)
	}
}

// Cameras look along the streets of a city that bends: in all directions, none
// of them much more than the others.
func TestCamerasLookAllWays(t *testing.T) {
	_, c := open(t, "lakeside")
	var octants [8]int
	cameras := 0
	for _, d := range c.Devices {
		if d.Kind != "camera" {
			continue
		}
		cameras++
		if d.View == nil || d.View.BearingDeg < 0 || d.View.BearingDeg >= 360 || d.View.RangeM < 20 || d.View.AngleDeg < 20 {
			t.Fatalf("camera %s sees %+v", d.Code, d.View)
		}
		octants[int(d.View.BearingDeg)/45]++
	}
	for i, n := range octants {
		if n < cameras/20 || n > cameras/4 {
			t.Errorf("%d of %d cameras look to %d°", n, cameras, 45*i)
		}
	}
}
