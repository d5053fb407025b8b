package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"onegrid/cmd/internal/server"
	"onegrid/geo"
	"onegrid/geo/coverage"
	"onegrid/geo/crs"
	"onegrid/geo/exchange"
	"onegrid/geo/locate"
	"onegrid/geo/sqlite"
	"onegrid/geo/world"
)

// diffCommand tells what became of the grids of one edition in another, or of one
// file in another.
type diffCommand struct {
	Files []string         `arg:"" optional:"" name:"file" type:"existingfile" help:"Two files of grids, the old and the new, instead of a store."`
	Store server.StorePath `placeholder:"sqlite:PATH" help:"The city's store."`
	From  string           `placeholder:"EDITION" help:"The old edition: its number, or a date or time at which it was in force. The one before --to if not given."`
	To    string           `placeholder:"EDITION" help:"The new edition, likewise. The one in force if not given."`

	Network string `help:"The network; the basic one if not given."`
	Level   string `help:"Tell of this level only."`

	Scheme   string   `type:"existingfile" placeholder:"FILE" help:"Of files: a scheme that names their levels. Without one, a file holds one level, grid."`
	Code     []string `placeholder:"FIELD" help:"Of files: the field that holds the code; two, the old file's and the new one's, where they differ."`
	Parents  string   `type:"existingfile" placeholder:"FILE" help:"Of files: CSV whose header names levels, finest first."`
	CRS      string   `name:"crs" help:"Of files: their coordinate system. If not given, what a file says itself; else wgs84."`
	GapWidth float64  `placeholder:"METRES" help:"Of files: gaps up to this width are closed."`

	SliverWidth float64 `default:"2" placeholder:"METRES" help:"Changed ground that is narrower is noise: listed by itself (${default} m)."`
	SliverShare float64 `default:"0.005" placeholder:"PART" help:"So is what is less than this part of both grids (${default})."`

	JSON    bool   `name:"json" help:"Print the whole lineage as JSON."`
	Picture string `placeholder:"FILE" help:"Draw it, as PNG."`
}

// Help shows examples.
func (diffCommand) Help() string {
	return `The lineage is found from the ground alone: grids that were split, merged, reshaped, renamed, retired or created, with the shares of ground, and how many households moved where the store has buildings.

Examples:
  geoapi diff --store sqlite:city.db                                    # the edition in force against the one before
  geoapi diff --store sqlite:city.db --from 1 --to 2026-03-01 --picture diff.png
  geoapi diff oa-2001.geojson oa-2011.geojson --code CODE --gap-width 1 --json`
}

// side is one of the two things that are compared.
type side struct {
	name     string
	coverage *coverage.Coverage
}

// difference is what the command found out.
type difference struct {
	City       string            `json:"city,omitempty"`
	Network    string            `json:"network"`
	Old        string            `json:"old"`
	New        string            `json:"new"`
	Households []coverage.Flow   `json:"households,omitempty"` // that moved, by old and new grid of the finest level, or of the one asked for
	Lineage    *coverage.Lineage `json:"lineage"`
	level      string            // the one asked for, if one was
	spec       geo.Network       // the levels
	overlay    *coverage.Overlay // what it was found by
	weights    []coverage.Weight // the buildings' households
}

// Run compares and tells.
func (c *diffCommand) Run(ctx context.Context, t *server.Terminal) error {
	d, err := c.compare(ctx)
	if err != nil {
		return err
	}
	if c.Picture != "" {
		if err := d.draw(c.Picture); err != nil {
			return err
		}
	}
	if c.JSON {
		out := json.NewEncoder(t.Out)
		out.SetIndent("", " ")
		return out.Encode(d)
	}
	d.tell(t.Out)
	if c.Picture != "" {
		fmt.Fprintf(t.Out, "\nDrawn in %s.\n", c.Picture)
	}
	return nil
}

// compare reads both sides and finds the lineage.
func (c *diffCommand) compare(ctx context.Context) (*difference, error) {
	if !(c.SliverWidth >= 0) || !(c.SliverShare >= 0 && c.SliverShare < 0.5) {
		return nil, geo.Errorf(geo.Invalid, "a sliver's width is 0 m or more, its share from 0 to below 0.5")
	}
	var d *difference
	var sides [2]side
	var err error
	switch {
	case len(c.Files) == 2:
		d, sides, err = c.files(ctx)
	case len(c.Files) > 0:
		return nil, geo.Errorf(geo.Invalid, "two files are compared, not %d", len(c.Files))
	case c.Store == "":
		return nil, geo.Errorf(geo.Invalid, "say what to compare: --store, or two files")
	default:
		d, sides, err = c.editions(ctx)
	}
	if err != nil {
		return nil, err
	}
	if c.Level != "" && d.spec.LevelIndex(c.Level) < 0 {
		return nil, geo.Errorf(geo.NotFound, "network %q has no level %q", d.spec.ID, c.Level).On("level", c.Level)
	}
	d.Network, d.Old, d.New = d.spec.ID, sides[0].name, sides[1].name
	if d.overlay, err = coverage.Lay(sides[0].coverage, sides[1].coverage); err != nil {
		return nil, err
	}
	d.Lineage = coverage.Trace(d.overlay, d.spec, coverage.Noise{WidthM: c.SliverWidth, Share: c.SliverShare})
	d.only(c.Level)
	d.flows()
	return d, nil
}

// flows finds how many households moved: not those of a grid that got another code.
func (d *difference) flows() {
	now := map[string]string{}
	for _, e := range d.Lineage.Of(d.spec.Levels[d.shown()].ID) {
		if len(e.Old) == 1 && len(e.New) == 1 {
			now[e.Old[0]] = e.New[0]
		}
	}
	for _, f := range d.overlay.Flows(uint8(d.shown()), d.weights) {
		if code, known := now[f.Old]; f.Old != f.New && !(known && code == f.New) {
			d.Households = append(d.Households, f)
		}
	}
}

// only leaves out what is of other levels than the one asked for.
func (d *difference) only(level string) {
	if level == "" {
		return
	}
	d.level = level
	l := d.Lineage
	l.Events = l.Of(level)
	l.Slivers = slices.DeleteFunc(l.Slivers, func(s coverage.Share) bool { return s.Level != level })
	l.Warnings = slices.DeleteFunc(l.Warnings, func(w coverage.Warning) bool { return w.Level != level })
}

// shown is the level that is drawn and for which households are counted: the one
// asked for, else the finest drawn one.
func (d *difference) shown() int {
	drawn := d.spec.DrawnLevels()
	return d.spec.LevelIndex(cmp.Or(d.level, drawn[len(drawn)-1].ID))
}

// editions reads two editions of a store, and counts households by them.
func (c *diffCommand) editions(ctx context.Context) (*difference, [2]side, error) {
	var sides [2]side
	s, err := sqlite.OpenReader(ctx, string(c.Store))
	if err != nil {
		return nil, sides, err
	}
	defer s.Close()
	w, err := readWorld(ctx, s)
	if err != nil {
		return nil, sides, err
	}
	n := w.Basic()
	if c.Network != "" {
		n = w.Network(c.Network)
	}
	if n == nil || n.Spec.Kind == geo.Stacked {
		return nil, sides, geo.Errorf(geo.NotFound, "the scheme has no drawn network %q", c.Network).On("network", c.Network)
	}
	d := &difference{City: w.Scheme().Name.In("en"), spec: *n.Spec}
	all, err := s.Editions(ctx)
	if err != nil {
		return nil, sides, err
	}
	to, err := pick(all, c.To, time.Now())
	if err != nil {
		return nil, sides, err
	}
	from := to - 1
	if c.From != "" {
		from, err = pick(all, c.From, time.Time{})
	} else if from < 0 {
		err = geo.Errorf(geo.NotFound, "edition %d is the first: there is none before it", all[to].ID)
	}
	if err != nil {
		return nil, sides, err
	}
	for i, k := range [...]int{from, to} {
		e := all[k]
		past, err := s.Past(ctx, n.Spec.ID, e.ID)
		if err != nil {
			return nil, sides, err
		}
		sides[i].name = fmt.Sprintf("edition %d of %s", e.ID, e.EffectiveFrom.Format("2006-01-02 15:04 MST"))
		if sides[i].coverage, err = coverage.Decode(past.Chunks); err != nil {
			return nil, sides, err
		}
	}
	return d, sides, d.count(w, sides)
}

// pick finds an edition by its number, or by a date or a time at which it is in
// force; the one in force at a given time for "".
func pick(all []geo.Edition, said string, now time.Time) (int, error) {
	at := now
	switch id, err := strconv.ParseInt(said, 10, 64); {
	case said == "":
	case err == nil:
		for i := range all {
			if all[i].ID == id {
				return i, nil
			}
		}
		return 0, geo.Errorf(geo.NotFound, "there is no edition %d", id).On("edition", said)
	default:
		if at, err = time.Parse(time.RFC3339, said); err != nil {
			at, err = time.Parse(time.DateOnly, said)
		}
		if err != nil {
			return 0, geo.Errorf(geo.Invalid, "%q is no edition: want its number, a date as 2026-03-01 or a time as 2026-03-01T08:00:00Z", said).On("edition", said)
		}
	}
	for i := len(all) - 1; i >= 0; i-- {
		if !all[i].EffectiveFrom.After(at) {
			return i, nil
		}
	}
	return 0, geo.Errorf(geo.NotFound, "no edition was in force at %s", at.Format(time.RFC3339)).On("edition", said)
}

// count finds which grid each building was in and is in.
func (d *difference) count(w *world.World, sides [2]side) error {
	if d.spec.Kind != geo.Basic || w.Buildings().Len() == 0 {
		return nil
	}
	var index [2]*locate.Index
	for i, s := range sides {
		var err error
		if index[i], err = locate.New(s.coverage, locate.Options{}); err != nil {
			return err
		}
	}
	for b := range w.Buildings().All() {
		var areas [2]int32
		for i, x := range index {
			r, _ := x.Find(b.Interior)
			areas[i] = max(coverage.NoArea, sides[i].coverage.AreaOf(r))
		}
		d.weights = append(d.weights, coverage.Weight{Old: areas[0], New: areas[1], N: int64(b.Households())})
	}
	return nil
}

// files builds two files as one network each.
func (c *diffCommand) files(ctx context.Context) (*difference, [2]side, error) {
	var sides [2]side
	scheme := &geo.Scheme{Networks: []geo.Network{{ID: "basic", Kind: geo.Basic, Levels: []geo.Level{{ID: "grid", Enclaves: true}}}}}
	if c.Scheme != "" {
		f, err := os.Open(c.Scheme)
		if err != nil {
			return nil, sides, err
		}
		defer f.Close()
		parsed, err := geo.ParseScheme(f)
		if err != nil {
			return nil, sides, fmt.Errorf("%s: %w", c.Scheme, err)
		}
		scheme = &parsed
	}
	n := scheme.Basic()
	if c.Network != "" {
		n = scheme.Network(c.Network)
	}
	if n == nil || n.Kind == geo.Stacked {
		return nil, sides, geo.Errorf(geo.NotFound, "the scheme has no drawn network %q", c.Network).On("network", c.Network)
	}
	d := &difference{City: scheme.Name.In("en"), spec: *n}
	for i, name := range c.Files {
		built, err := c.build(ctx, scheme, n.ID, i)
		if err != nil {
			return nil, sides, fmt.Errorf("%s: %w", filepath.Base(name), err)
		}
		sides[i] = side{filepath.Base(name), built}
	}
	return d, sides, nil
}

// build makes a coverage of one of the files, as an import would.
func (c *diffCommand) build(ctx context.Context, scheme *geo.Scheme, network string, i int) (*coverage.Coverage, error) {
	var system crs.System
	if c.CRS != "" {
		var err error
		if system, err = crs.Named(c.CRS); err != nil {
			return nil, err
		}
	}
	files, closeAll, err := openFiles(c.Files[i : i+1])
	if err != nil {
		return nil, err
	}
	defer closeAll()
	in := exchange.Import{As: "grids", Network: network, Fields: exchange.Fields{}, CRS: system, CRSGiven: c.CRS != "",
		Policy: coverage.Policy{GapWidthM: c.GapWidth, WideGaps: coverage.VoidGaps}}
	if len(c.Code) > 0 {
		in.Fields["code"] = c.Code[min(i, len(c.Code)-1)]
	}
	if c.Scheme == "" { // one level has nothing above it, whatever the file says
		in.Fields["parent"] = ""
	}
	if c.Parents != "" {
		f, err := os.Open(c.Parents)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in.Parents = f
	}
	preview, err := exchange.Prepare(ctx, blank{scheme}, in, files, nil)
	if err != nil {
		return nil, err
	}
	var k captive
	if _, err := preview.Accept(ctx, &k, local, ""); err != nil {
		return nil, err
	}
	return coverage.Decode(k.chunks)
}

// blank is a city in which nothing is published yet.
type blank struct{ scheme *geo.Scheme }

func (b blank) Scheme() *geo.Scheme { return b.scheme }

func (blank) Grids(string) ([]geo.Grid, *coverage.Coverage) { return nil, nil }

// captive takes an import in the place of a store.
type captive struct{ chunks [][]byte }

func (k *captive) Publish(_ context.Context, _ geo.Actor, _ string, pubs []geo.Publication) (geo.Edition, error) {
	k.chunks = pubs[0].Chunks
	return geo.Edition{}, nil
}

func (*captive) Load(context.Context, geo.Actor, geo.Objects) error { return nil }
