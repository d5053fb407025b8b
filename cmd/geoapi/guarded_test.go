package main

import (
	"fmt"
	"net/http/httptest"
	"testing"

	"onegrid/cmd/internal/server"
	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/citygen"
	"onegrid/geo/lattice"
)

// The two communities of the town: columns 0 and 1, and 2 and 3.
const (
	west = "520115001001"
	east = "520115001002"
)

// secretTown is the town with something in either half that not everybody sees,
// each with a mark that says of which half and class it is, and with a school whose
// name stands in the west and whose yard reaches into the east.
func secretTown() *citygen.City {
	c := town()
	c.Grids = append(c.Grids, geo.Grid{Code: "S2", Network: "schools", Level: "grid"})
	c.Shapes = append(c.Shapes, townSquare(1.6, 0.5, 0.5, 0.5))
	x := map[string]float64{"west": 0.5, "east": 3.5}
	grid := map[string]string{"west": gridCode(12), "east": gridCode(15)}
	for half, x := range x {
		y := 3.5
		c.Posts = append(c.Posts, geo.Post{Code: "P-" + half, Role: "leader", Ref: "internal-post-" + half, Areas: []string{grid[half]}})
		c.Devices = append(c.Devices, geo.Device{Code: "internal-device-" + half, Kind: "camera", Point: townPoint(x, y), View: &geo.View{AngleDeg: 60, RangeM: 50}})
		c.Sites = append(c.Sites, geo.Site{Code: "public-site-" + half, Kind: "school", Name: geo.Plain("Site " + half), Point: townPoint(x, y)})
		c.Estates = append(c.Estates, geo.Estate{Code: "public-estate-" + half, Name: geo.Plain("Estate " + half), Shape: townSquare(x, y, 0.1, 0.1)})
		c.Buildings = append(c.Buildings, geo.Building{Code: "public-building-" + half, Address: "House " + half, Shape: townSquare(x, y, 0.1, 0.1), Interior: townPoint(x+0.05, y+0.05)})
	}
	return c
}

// guardedHouse is a city that is served to those who have a key.
type guardedHouse struct {
	*townHouse
	directory *access.Directory
}

// guard serves a city to those who have a key, and to nobody else.
func guard(t testing.TB, city *citygen.City) *guardedHouse {
	t.Helper()
	h := &guardedHouse{townHouse: openHouse(t, storeOf(t, city))}
	var err error
	if h.directory, err = access.NewDirectory(t.Context(), h.store, nil); err != nil {
		t.Fatal(err)
	}
	h.service = newService(parts{live: h.live, store: h.store, follower: h.follower, hub: h.hub,
		frame: server.Options{Callers: h.directory}, spoolDir: t.TempDir()})
	guarded := httptest.NewServer(h.handler())
	t.Cleanup(guarded.Close)
	t.Cleanup(h.hub.Close) // before it, or it would wait for streams
	h.url = guarded.URL
	return h
}

// key makes a key and returns the header that its caller sends.
func (h *guardedHouse) key(t testing.TB, role geo.Role, scope geo.Scope) []string {
	t.Helper()
	id, text, hash := access.NewSecret()
	c := geo.Credential{ID: id, Kind: geo.Key, Name: string(role), Role: role, Scope: scope, Rate: 1e6, Hash: hash}
	if err := h.store.AddCredential(t.Context(), geo.By("test"), c); err != nil {
		t.Fatal(err)
	}
	if err := h.directory.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	return []string{"Authorization", "Bearer " + text}
}

// where is a place of the town as a locate request names it.
func whereJSON(x, y float64) string {
	p := townPoint(x, y)
	return fmt.Sprintf(`{"point":{"lon":%s,"lat":%s},"crs":"wgs84"}`, lattice.Append(nil, p.X), lattice.Append(nil, p.Y))
}
