package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"onegrid/cmd/internal/server"
	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/route"
)

// locateCommand answers for one place and exits.
type locateCommand struct {
	storeFlag
	CRS   string     `name:"crs" required:"" help:"Coordinate system of LON and LAT: wgs84, gcj02, bd09, or an EPSG code of a CGCS2000 Gauss-Krüger zone (then easting and northing)."`
	Level string     `placeholder:"LEVEL" help:"Level of the basic network that is to answer; the finest unless said."`
	JSON  bool       `name:"json" help:"Print the answer as JSON, as GET /v1/locate gives it."`
	Lon   decimalArg `arg:"" help:"Longitude in degrees, or easting in metres."`
	Lat   decimalArg `arg:"" help:"Latitude in degrees, or northing in metres."`
}

// decimalArg is a number on the command line. The parser takes whatever begins
// with a hyphen for a flag, so a negative number comes with a true minus sign.
type decimalArg string

const minus = "\u2212"

// UnmarshalText takes a minus sign as well as a hyphen.
func (d *decimalArg) UnmarshalText(text []byte) error {
	*d = decimalArg(strings.Replace(string(text), minus, "-", 1))
	return nil
}

// withMinus writes the negative numbers among the arguments of locate with a
// minus sign.
func withMinus(args []string) []string {
	if len(args) == 0 || args[0] != "locate" {
		return args
	}
	out := slices.Clone(args)
	for i, a := range out {
		if len(a) > 1 && a[0] == '-' && (a[1] == '.' || '0' <= a[1] && a[1] <= '9') {
			out[i] = minus + a[1:]
		}
	}
	return out
}

// Help shows examples.
func (locateCommand) Help() string {
	return "Examples:\n  geoapi locate --store sqlite:city.db --crs gcj02 106.6235 26.5963\n  geoapi locate --store sqlite:city.db --crs wgs84 --json -1.8957687 52.5084644"
}

// Run prints the answer. It reads the store as a follower would, so it works
// beside a running server.
func (c *locateCommand) Run(ctx context.Context, t *server.Terminal) error {
	w, err := openWorld(ctx, c.Store)
	if err != nil {
		return err
	}
	var l shelves
	a := &answerer{shelf: l.at(w, time.Now())}
	a.see(access.Local().On(w))
	a.q.reset()
	k := a.shelf.asker
	a.q.seen = fieldCRS
	if err := k.setCRS(&a.q, []byte(c.CRS)); err != nil {
		return err
	}
	if c.Level != "" {
		if err := k.setLevel(&a.q, []byte(c.Level)); err != nil {
			return err
		}
	}
	if err := k.settle(&a.q, []byte(c.Lon), []byte(c.Lat)); err != nil {
		return err
	}
	if err := a.locate(); err != nil {
		return err
	}
	if c.JSON {
		var out bytes.Buffer
		if err := json.Indent(&out, a.append(nil, nil), "", "  "); err != nil {
			return err
		}
		fmt.Fprintln(t.Out, out.String())
		return nil
	}
	_, err = fmt.Fprint(t.Out, a.tell())
	return err
}

// tell says the answer in words, in both languages.
func (t *answerer) tell() string {
	var b bytes.Buffer
	if t.a.Owner.Has() {
		fmt.Fprintf(&b, "%-9s %s\n", "owner", describe(t.a.Owner))
		if t.a.Grid.Area != t.a.Owner.Area {
			fmt.Fprintf(&b, "%-9s %s\n", "grid", describe(t.a.Grid))
		}
		p := t.a.Grid
		for p.Area = p.Network.Parent(p.Area); p.Area >= 0; p.Area = p.Network.Parent(p.Area) {
			fmt.Fprintf(&b, "%-9s %s\n", "in", describe(p))
		}
	}
	for _, other := range t.a.Others {
		fmt.Fprintf(&b, "%-9s %s\n", "also", describe(other))
	}
	words := t.appendWords(nil)
	var text geo.Text
	if json.Unmarshal(words, &text) == nil {
		fmt.Fprintf(&b, "%-9s %s\n%-9s %s\n", "where", text["en"], "", text["zh"])
	}
	fmt.Fprintf(&b, "%-9s %s\n", "status", t.a.Status)
	fmt.Fprintf(&b, "%-9s %d, seq %d\n", "edition", t.world.Edition().ID, t.world.Seq())
	if w := t.appendWarnings(nil, ' ', false); len(w) > 0 {
		fmt.Fprintf(&b, "%-9s %s\n", "warning", w)
	}
	return b.String()
}

// describe names an area: code, names, level, network.
func describe(p route.Place) string {
	g := p.Grid()
	s := g.Code
	if zh := g.Name.In("zh"); zh != "" {
		s += " " + zh
	}
	if en := g.Name["en"]; en != "" {
		s += " (" + en + ")"
	}
	return s + ", " + g.Level + " of " + g.Network
}
