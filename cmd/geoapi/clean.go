package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"

	"onegrid/cmd/internal/server"
	"onegrid/geo"
	"onegrid/geo/coverage"
)

// cleanCommand makes a clean coverage of a file of polygons and tells what it
// repaired. It needs no store.
type cleanCommand struct {
	In  string `arg:"" name:"in" type:"existingfile" help:"GeoJSON: a FeatureCollection or a text sequence, gzipped or not, in WGS84."`
	Out string `arg:"" name:"out" help:"Where the clean GeoJSON goes: the same features with the same properties."`

	Code     string   `placeholder:"FIELD" help:"The property that names an area; code or id if not given, else the number of its row."`
	GapWidth float64  `placeholder:"METRES" help:"Gaps, and parts that were cut off, up to this width are closed; wider ones are listed."`
	Gaps     string   `default:"list" enum:"list,void,fill" help:"What becomes of wider gaps: listed, declared nobody's, or given to the longest border."`
	Priority []string `placeholder:"CODE" help:"Who keeps an overlap, first wins; else the longest shared border decides."`
	Spikes   float64  `name:"spike-width" placeholder:"METRES" help:"Spikes up to this width are cut off; wider ones are listed."`
	Snap     float64  `placeholder:"METRES" help:"Vertices up to this distance from each other are brought together."`
	Choose   string   `type:"existingfile" placeholder:"FILE" help:"Choices for single repairs, which go before the policy: a JSON list of {\"id\", \"choose\"} with ids and choices of a report."`
	Report   string   `placeholder:"FILE" help:"Write every repair with its number, place, area and choices as JSON."`
	Picture  string   `placeholder:"FILE" help:"Draw the repairs, by kind and number, the largest before and after, as PNG."`
}

// Help shows examples.
func (cleanCommand) Help() string {
	return `Borders are stored once, so the result has no overlap, and no gap but those that are listed. Nothing is repaired silently, and the same file and choices always give the same result.

Examples:
  geoapi clean wards.geojson clean.geojson --code WD13CD --gap-width 1 --report report.json --picture report.png
  geoapi clean wards.geojson clean.geojson --gap-width 1 --choose choices.json

where choices.json takes ids and choices from the report:
  [{"id": "gap-1f6e5a0c93d24b77", "choose": "give E05001"}, {"id": "overlap-90ab…", "choose": "give E05002"}]`
}

// cleaning is one run of the command.
type cleaning struct {
	name     string
	features []cleanFeature
	before   cleanCounts
	areas    []coverage.Area
	coverage *coverage.Coverage
	report   *coverage.Report
}

// Run reads, cleans, and writes what was asked for. Each file appears whole or
// not at all.
func (c *cleanCommand) Run(ctx context.Context, t *server.Terminal) error {
	if err := c.checkPaths(); err != nil {
		return err
	}
	policy, err := c.policy()
	if err != nil {
		return err
	}
	show := newProgress(t)
	defer show.done()
	w, err := c.read(ctx, show)
	if err != nil {
		return err
	}
	show.show("cleaning "+grouped(w.before.Vertices)+" vertices", 0, 0)
	if err := w.build(policy); err != nil {
		return err
	}
	show.show("checking", 0, 0)
	if err := w.check(); err != nil {
		return err
	}
	for _, file := range []struct {
		path  string
		stage string
		write func(io.Writer) error
	}{{c.Out, "writing", w.write}, {c.Report, "reporting", w.writeReport}, {c.Picture, "drawing", w.draw}} {
		if file.path == "" {
			continue
		}
		if err := ctx.Err(); err != nil {
			return errors.New("stopped")
		}
		show.show(file.stage, 0, 0)
		if err := writeWhole(file.path, file.write); err != nil {
			return err
		}
	}
	show.done()
	w.tell(t.Out)
	return nil
}

// checkPaths refuses to write one file over another.
func (c *cleanCommand) checkPaths() error {
	seen := map[string]string{}
	for _, p := range []struct{ flag, path string }{
		{"the input", c.In}, {"the choices", c.Choose}, {"the result", c.Out}, {"the report", c.Report}, {"the picture", c.Picture}} {
		if p.path == "" {
			continue
		}
		full, err := filepath.Abs(p.path)
		if err != nil {
			return err
		}
		if resolved, err := filepath.EvalSymlinks(full); err == nil {
			full = resolved
		}
		if other, ok := seen[full]; ok {
			return geo.Errorf(geo.Invalid, "%s and %s are one file", other, p.flag).On("file", p.path)
		}
		seen[full] = p.flag
	}
	return nil
}

// policy gathers the flags.
func (c *cleanCommand) policy() (coverage.Policy, error) {
	p := coverage.Policy{
		GapWidthM: c.GapWidth, WideGaps: c.Gaps, Priority: c.Priority,
		SpikeWidthM: c.Spikes, SnapM: c.Snap, Outlines: c.Picture != "",
	}
	if c.Choose == "" {
		return p, nil
	}
	var err error
	p.Choices, err = readChoices(c.Choose)
	return p, err
}

// readChoices reads a JSON list of choices.
func readChoices(path string) ([]coverage.Choice, error) {
	const most = 64 << 20
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var choices []coverage.Choice
	d := json.NewDecoder(io.LimitReader(f, most))
	d.DisallowUnknownFields()
	if err = d.Decode(&choices); err == nil {
		if _, more := d.Token(); more != io.EOF {
			err = errors.New("something follows the list")
		}
	}
	if err != nil {
		return nil, &geo.Error{Kind: geo.Invalid, Field: "choose", Value: filepath.Base(path),
			Message: `choices are a JSON list of {"id", "choose"}`, Err: err}
	}
	return choices, nil
}

// build cleans.
func (w *cleaning) build(p coverage.Policy) error {
	shapes := make([]coverage.Shape, len(w.features))
	for i, f := range w.features {
		shapes[i] = f.shape
		w.areas = append(w.areas, coverage.Area{Code: f.shape.Code, Parent: coverage.NoArea})
	}
	var err error
	w.coverage, w.report, err = coverage.Build(cleanNetwork(), w.areas, shapes, p)
	return err
}

// cleanNetwork is a network of one level that covers its ground. Areas in several
// parts are told and stand: a file has islands.
func cleanNetwork() geo.Network {
	return geo.Network{ID: "file", Kind: geo.Basic, Levels: []geo.Level{{ID: "area", Enclaves: true}}}
}

// check judges the result by code that shares nothing with what made it: only
// what the report lists may be left.
func (w *cleaning) check() error {
	listed := map[string]int{}
	for _, r := range w.report.Repairs {
		if r.Blocker {
			listed[r.Kind]++
		}
	}
	for _, v := range w.coverage.Check(cleanNetwork()) {
		if v.Kind == coverage.Gap && listed[coverage.RepairGap] > 0 || v.Kind == coverage.NoRegion && listed[coverage.RepairMissing] > 0 {
			continue
		}
		return geo.Errorf(geo.Internal, "the result is not clean: %s at %v: %s", v.Kind, v.At, v.Message)
	}
	return nil
}
