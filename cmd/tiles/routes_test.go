package main

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"onegrid/cmd/internal/server"
	"onegrid/cmd/internal/servertest"
	"onegrid/geo/access"
	"onegrid/geo/world"
)

// Who may call what is what the table says, for every route, role and method.
func TestRoutesAdmitWhomTheTableSays(t *testing.T) {
	behind := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	t.Cleanup(behind.Close)
	geoapi, err := url.Parse(behind.URL)
	if err != nil {
		t.Fatal(err)
	}
	proxies, err := access.ParseProxies([]string{"127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	w, err := world.New(world.Parts{Seq: 1, Scheme: townScheme})
	if err != nil {
		t.Fatal(err)
	}
	bearers, directory := (&servertest.Callers{}).OneOfEach(t)
	s := newService(&serveCommand{CacheMB: 1, Geoapi: geoapi}, parts{world: w, store: "test", frame: server.Options{Callers: directory, Proxies: proxies}})
	running := httptest.NewServer(s.handler())
	t.Cleanup(running.Close)
	t.Cleanup(s.hub.close)
	servertest.Walk(t, servertest.Program{
		URL: running.URL, Routes: s.routes(), Bearers: bearers, Process: directory.ProcessHeader(),
		Fill: map[string]string{"tileset": "grids", "z": "3", "x": "1", "y": "1.mvt", "name": "day.json"},
	})
}
