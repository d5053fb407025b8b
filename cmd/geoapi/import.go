package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"onegrid/cmd/internal/server"
	"onegrid/geo"
	"onegrid/geo/coverage"
	"onegrid/geo/crs"
	"onegrid/geo/exchange"
	"onegrid/geo/sqlite"
)

// importCommand brings files into a store: a preview first, then whole or not
// at all.
type importCommand struct {
	storeFlag
	importFlags
	Files   []string `arg:"" name:"file" type:"existingfile" help:"GeoJSON (a FeatureCollection or a text sequence) or TopoJSON, gzipped or not; a Shapefile (.shp with its parts beside it, or a .zip of them); a GeoPackage."`
	Parents string   `type:"existingfile" placeholder:"FILE" help:"Of grids: CSV whose header names levels, finest first; ancestors without a record are created from their codes."`
	Report  string   `placeholder:"FILE" help:"Write the preview with its full report as JSON."`
	Accept  bool     `help:"Take the preview at once: grids are published as an edition, other layers replaced."`
}

// importFlags are what the command and the HTTP call have in common.
type importFlags struct {
	As       string            `required:"" enum:"grids,estates,buildings,devices,sites,posts,base" help:"What the files hold: ${enum}."`
	Network  string            `help:"Of grids: the network; the basic one if not given."`
	Level    string            `help:"Of grids: the level. If not given, a feature's own field level counts, else the finest drawn one. A higher level is compared with the union of its children."`
	Code     string            `placeholder:"FIELD" help:"The file's field that holds the code."`
	Name     string            `placeholder:"FIELD" help:"The file's field that holds the name."`
	Parent   string            `placeholder:"FIELD" help:"Of grids: the file's field that holds the parent's code."`
	Map      map[string]string `placeholder:"OURS=THEIRS" help:"Further fields: --map storeys=FLOORS."`
	CRS      string            `name:"crs" help:"Coordinate system of the files. If not given, what a file says itself; GeoJSON and TopoJSON are in wgs84."`
	Layer    string            `help:"Of files that hold several layers, objects or tables: which. If not given, the only one, or the one that is named as --as says."`
	Encoding string            `placeholder:"NAME" help:"Of Shapefiles: what their texts are written in, utf-8 or gbk. If not given, what the .cpg or the .dbf says, else what they turn out to be."`
	GapWidth float64           `placeholder:"METRES" help:"Of grids: gaps up to this width are closed, wider ones are listed."`
	Priority []string          `placeholder:"CODE" help:"Of grids: who keeps an overlap, first wins; else the longest shared border decides."`
	SnapTo   string            `placeholder:"NETWORK" help:"Of grids: another network, to whose borders these are fitted before anything else: --snap-to basic."`
	SnapM    float64           `name:"snap-m" placeholder:"METRES" help:"Of grids: how far a vertex may go for that, 0.5 if not given."`
	Gaps     string            `default:"list" enum:"list,void,fill" help:"Of grids: what becomes of wider gaps: listed (and nothing is published), declared nobody's, or given to the longest border."`
}

// Help shows examples.
func (importCommand) Help() string {
	return `Without --accept nothing changes: the preview and its report are printed.

Examples:
  geoapi import oa.geojson.gz --store sqlite:city.db --as grids --level oa --code OA11CD --parents hierarchy.csv --accept
  geoapi import footprints.geojsonl --store sqlite:city.db --as buildings --code id --map height_m=height --report report.json
  geoapi import 网格.zip --store sqlite:city.db --as grids --code WGBM --name WGMC --parent SSSQ
  geoapi import survey/grids.shp --store sqlite:city.db --as grids --crs epsg:4526 --encoding gbk
  geoapi import patrol.geojson --store sqlite:city.db --as grids --network patrol --snap-to basic --snap-m 0.5
  geoapi import city.gpkg --store sqlite:city.db --as buildings --layer footprints`
}

// fields returns the mapping that the flags give.
func (f *importFlags) fields() exchange.Fields {
	out := exchange.Fields{}
	for ours, theirs := range f.Map {
		out[ours] = theirs
	}
	for ours, theirs := range map[string]string{"code": f.Code, "name": f.Name, "parent": f.Parent} {
		if theirs != "" {
			out[ours] = theirs
		}
	}
	return out
}

// request turns the flags into an import.
func (f *importFlags) request() (exchange.Import, error) {
	var system crs.System
	if f.CRS != "" {
		var err error
		if system, err = crs.Named(f.CRS); err != nil {
			return exchange.Import{}, err
		}
	}
	switch f.Gaps {
	case "", coverage.ListGaps, coverage.VoidGaps, coverage.FillGaps:
	default:
		return exchange.Import{}, geo.Errorf(geo.Invalid, "gaps are to be list, void or fill, not %q", f.Gaps).On("gaps", f.Gaps)
	}
	if !(f.GapWidth >= 0 && f.GapWidth <= 1000) {
		return exchange.Import{}, geo.Errorf(geo.Invalid, "a gap width is from 0 to 1000 metres").On("gap_width", fmt.Sprint(f.GapWidth))
	}
	snap := exchange.Snap{To: f.SnapTo, ToleranceM: f.SnapM}
	switch {
	case f.SnapTo == "" && f.SnapM != 0:
		return exchange.Import{}, geo.Errorf(geo.Invalid, "say to which network the files are to snap").On("snap_to", "")
	case f.SnapTo != "" && f.SnapM == 0:
		snap.ToleranceM = usualSnapM
	}
	return exchange.Import{
		As: f.As, Network: f.Network, Level: f.Level, Fields: f.fields(), CRS: system,
		CRSGiven: f.CRS != "", Layer: f.Layer, Encoding: f.Encoding,
		Policy: coverage.Policy{GapWidthM: f.GapWidth, Priority: f.Priority, WideGaps: f.Gaps},
		Snap:   snap,
	}, nil
}

// usualSnapM is what two hands differ by who mean the same kerb.
const usualSnapM = 0.5

// Run prepares the import and, if told to, accepts it. Where a server holds the
// store, the work is handed to it.
func (c *importCommand) Run(ctx context.Context, t *server.Terminal) error {
	if err := c.checkReport(); err != nil {
		return err
	}
	show := newProgress(t)
	defer show.done()
	if _, address, running := sqlite.Holder(string(c.Store)); running && address != "" {
		return c.hand(ctx, t, address, show)
	}
	s, err := sqlite.Open(ctx, string(c.Store))
	if err != nil {
		return err
	}
	defer s.Close()
	w, err := readWorld(ctx, s)
	if err != nil {
		return err
	}
	names, err := c.parts()
	if err != nil {
		return err
	}
	files, closeAll, err := openFiles(names)
	if err != nil {
		return err
	}
	defer closeAll()
	in, err := c.request()
	if err != nil {
		return err
	}
	if c.Parents != "" {
		f, err := os.Open(c.Parents)
		if err != nil {
			return err
		}
		defer f.Close()
		in.Parents = f
	}
	preview, err := exchange.Prepare(ctx, standing{w}, in, files, show.show)
	if err != nil {
		return err
	}
	result := importResult{Preview: preview}
	if c.Accept && preview.Blockers == 0 {
		show.show("storing", 0, 0)
		if result.Edition, err = preview.Accept(ctx, s, local, note(c.Files)); err != nil {
			return err
		}
		result.State = accepted
	}
	show.done()
	return c.tell(t, result)
}

// parts are the files with those that belong to them.
func (c *importCommand) parts() (out []string, err error) {
	for _, name := range c.Files {
		parts, err := exchange.Parts(name)
		if err != nil {
			return nil, err
		}
		for _, p := range parts {
			if !slices.Contains(out, p) { // a shell may have named them all
				out = append(out, p)
			}
		}
	}
	return out, nil
}

// checkReport finds out whether the report can be written, before anything is
// stored.
func (c *importCommand) checkReport() error {
	if c.Report == "" {
		return nil
	}
	f, err := os.OpenFile(c.Report, os.O_WRONLY|os.O_CREATE, 0o644) // #nosec G302 -- a report to be read
	if err != nil {
		return fmt.Errorf("the report: %w", err)
	}
	return f.Close()
}

// note says in an edition, for everybody to read, where it came from: by the name of
// a file, unless that tells of a person.
func note(files []string) string {
	if len(files) == 0 || exchange.RefusePersons("file", filepath.Base(files[0])) != nil {
		return "import"
	}
	first := "import of " + clipped(filepath.Base(files[0]))
	if len(files) == 1 {
		return first
	}
	return fmt.Sprintf("%s and %d more", first, len(files)-1)
}

func openFiles(names []string) (files []exchange.File, closeAll func(), err error) {
	var open []*os.File
	closeAll = func() {
		for _, f := range open {
			f.Close()
		}
	}
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			closeAll()
			return nil, nil, err
		}
		open = append(open, f)
		files = append(files, exchange.File{Name: filepath.Base(name), Reader: f})
	}
	return files, closeAll, nil
}

// tell prints a result and writes the report.
func (c *importCommand) tell(t *server.Terminal, r importResult) error {
	if c.Report != "" {
		b, err := json.MarshalIndent(r, "", "  ")
		if err != nil {
			return err
		}
		// #nosec G306 -- a report to be read
		if err := os.WriteFile(c.Report, append(b, '\n'), 0o644); err != nil {
			return err
		}
	}
	r.Preview.Summary(t.Out)
	switch {
	case r.State == accepted && r.Edition != nil:
		fmt.Fprintf(t.Out, "Published as edition %d, in force from %s.\n", r.Edition.ID, r.Edition.EffectiveFrom.Format("2006-01-02 15:04:05 MST"))
	case r.State == accepted:
		fmt.Fprintf(t.Out, "Stored.\n")
	case c.Accept:
		fmt.Fprintf(t.Out, "Nothing has changed: %s must be settled first.\n", plural(r.Preview.Blockers, "finding"))
		return server.ErrTold
	case r.Preview.Blockers > 0:
		fmt.Fprintf(t.Out, "Nothing has changed. Before it can be taken, %s must be settled.\n", plural(r.Preview.Blockers, "finding"))
	default:
		fmt.Fprintf(t.Out, "Nothing has changed. Add --accept to take it.\n")
	}
	return nil
}
