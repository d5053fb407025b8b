package exchange

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"onegrid/geo"
	"onegrid/geo/coverage"
	"onegrid/geo/crs"
)

// Import says what files are and how to read them.
type Import struct {
	As      string // grids, estates, buildings, devices, sites, posts, base
	Network string // of grids; the basic one if empty
	Level   string // of grids; if empty, what a feature's level says, else the finest drawn one
	Fields  Fields // our name -> the file's
	Parents io.Reader
	CRS     crs.System // wgs84 if zero, unless a file names its own
	// CRSGiven takes CRS also where a file names another; so does any CRS but the
	// zero one.
	CRSGiven bool
	Layer    string // of files with several; if empty, the only one, or the one named as As is
	Encoding string // of a Shapefile's texts: utf-8, gbk …; if empty, what it says itself
	Policy   coverage.Policy
	Snap     Snap // of grids; the zero one for none
	Limits   Limits
}

// File is an open file with its name, for messages.
type File struct {
	Name string
	io.Reader
}

// Current is what an import stands beside: the scheme, and each network as it
// is in force.
type Current interface {
	Scheme() *geo.Scheme
	Grids(network string) ([]geo.Grid, *coverage.Coverage)
}

// Progress is told how far a long work is: the stage, how much of it is done,
// and of how much (0 if that is not known).
type Progress func(stage string, done, of int)

// Prepare reads the files and works out what importing them would do. It changes
// nothing. The error is for files that cannot be used at all.
func Prepare(ctx context.Context, now Current, in Import, files []File, progress Progress) (*Preview, error) {
	if progress == nil {
		progress = func(string, int, int) {}
	}
	layer, err := layerOf(in.As)
	if err != nil {
		return nil, err
	}
	w := &work{ctx: ctx, now: now, in: in, progress: progress, columns: columns{PersonsOf(now.Scheme()), map[string]*column{}}, preview: &Preview{Layer: layer}}
	w.geometry = &geometryReader{most: w.limits().Vertices}
	if in.As == "grids" {
		err = w.grids(files)
	} else {
		err = w.objects(files)
	}
	if err != nil {
		return nil, err
	}
	w.preview.Counts, w.preview.Notes = w.notes.counts, w.notes.kept
	return w.preview, nil
}

func layerOf(as string) (geo.Layer, error) {
	switch l := geo.Layer(as); l {
	case geo.Estates, geo.Buildings, geo.Devices, geo.Sites, geo.Posts, geo.Base, "grids":
		return l, nil
	}
	return "", geo.Errorf(geo.Invalid, "a file is imported as grids, estates, buildings, devices, sites, posts or base").On("as", as)
}

// work is one import under way.
type work struct {
	ctx      context.Context
	now      Current
	in       Import
	progress Progress
	geometry *geometryReader
	columns  columns
	notes    notes
	preview  *Preview
}

// read calls f for each feature of each file, watching for persons.
func (w *work) read(files []File, f func(*Feature) error) error {
	all, err := sets(files)
	if err != nil {
		return err
	}
	in := w.feed(f)
	for _, set := range all {
		w.preview.Files = append(w.preview.Files, set.Name)
		if err := in.decode(set); err != nil {
			return inFile(set.Name, len(all), err)
		}
	}
	w.progress("reading", w.preview.Features, w.preview.Features)
	if w.geometry.thirds > 0 {
		w.notes.addMany(Note{Kind: "third-coordinate", Done: "left out"}, w.geometry.thirds)
	}
	if w.geometry.turned > 0 {
		w.notes.addMany(Note{Kind: "turned-ring", Done: "taken for ground: it runs as a hole does and lies in none"}, w.geometry.turned)
	}
	if err := w.columns.verdict(); err != nil {
		return err
	}
	return w.mapped()
}

func (w *work) limits() Limits {
	if w.in.Limits == (Limits{}) {
		return DefaultLimits
	}
	return w.in.Limits
}

// feed is where the decoders put what they read.
func (w *work) feed(f func(*Feature) error) *feed {
	return &feed{
		ctx: w.ctx, limits: w.limits(), as: w.in.As, layer: w.in.Layer, encoding: w.in.Encoding,
		given: w.in.CRSGiven || w.in.CRS != crs.WGS84, begin: w.begin, note: w.notes.add,
		yield: func(feature *Feature) error {
			if w.preview.Features++; w.preview.Features%1024 == 0 {
				w.progress("reading", w.preview.Features, 0)
				if err := w.ctx.Err(); err != nil {
					return &geo.Error{Kind: geo.Unavailable, Message: "the import was stopped", Err: err}
				}
			}
			if err := w.columns.watch(feature); err != nil {
				return err
			}
			return f(feature)
		},
	}
}

// begin decides a file's system: the one that was given, else its own. A format
// that must name one and does not is refused, since a guess may be a wrong grid.
func (w *work) begin(s Source, own *crs.System) error {
	system := w.in.CRS
	switch {
	case w.in.CRSGiven || system != crs.WGS84:
		s.CRSFrom = "given"
	case own != nil:
		system = *own
	default:
		return geo.Errorf(geo.Invalid, "%s does not say which coordinate system it is in; name it with --crs", s.Name).On("crs", "")
	}
	s.CRS = system.String()
	w.preview.Sources = append(w.preview.Sources, s)
	w.geometry.read(system, crs.Region{GCJ02: w.now.Scheme().Region.GCJ02})
	return nil
}

// known are the fields that each kind of file may have, which can be mapped.
var known = map[geo.Layer][]string{
	"grids":       {"code", "name", "parent", "level", "building", "floors"},
	geo.Estates:   {"code", "name", "property_manager"},
	geo.Buildings: {"code", "name", "address", "estate", "use", "storeys", "height_m", "units", "households", "interior"},
	geo.Devices:   {"code", "name", "kind", "state", "link", "bearing_deg", "angle_deg", "range_m"},
	geo.Sites:     {"code", "name", "kind", "address", "link"},
	geo.Posts:     {"code", "name", "role", "ref", "link", "areas", "units", "from", "to"},
	geo.Base:      {"code", "name", "kind", "class"},
}

// mapped refuses a mapping of a field that there is not, or to a property that
// no feature has: most likely a slip, after which the field would be empty.
func (w *work) mapped() error {
	fields := known[w.preview.Layer]
	for _, ours := range sortedKeys(w.in.Fields) {
		theirs := w.in.Fields[ours]
		if !slices.Contains(fields, ours) {
			return geo.Errorf(geo.Invalid, "%s have no field %q to map: they have %s", w.preview.Layer, ours, strings.Join(fields, ", ")).On("map", ours+"="+theirs)
		}
		if w.columns.seen[theirs] == nil && theirs != "" {
			return geo.Errorf(geo.Invalid, "no feature has a property %q, which is to be our %s", theirs, ours).On("map", ours+"="+theirs)
		}
	}
	return nil
}

// inFile names the file in an error where there are several: in its message, which
// is all that a caller over HTTP is told.
func inFile(name string, files int, err error) error {
	if files < 2 {
		return err
	}
	var known *geo.Error
	if errors.As(err, &known) {
		known.Message = name + ": " + known.Message
		return err
	}
	return fmt.Errorf("%s: %w", name, err)
}

func (w *work) objects(files []File) error {
	o := &objectReader{
		layer: w.preview.Layer, fields: w.in.Fields, geometry: w.geometry,
		out: geo.Objects{Layer: w.preview.Layer}, seen: map[string]int{}, notes: &w.notes,
	}
	if err := w.read(files, o.add); err != nil {
		return err
	}
	w.preview.objects = &o.out
	w.preview.Objects = o.out.Len()
	if w.preview.Objects == 0 {
		return geo.Errorf(geo.Invalid, "the files hold no %s", w.preview.Layer)
	}
	w.measure(&o.out)
	return w.spanned()
}

// measure finds the bounds of all objects.
func (w *work) measure(o *geo.Objects) {
	for i := range o.Estates {
		w.preview.cover(o.Estates[i].Shape)
	}
	for i := range o.Buildings {
		w.preview.cover(o.Buildings[i].Shape)
	}
	for i := range o.Devices {
		w.preview.extend(o.Devices[i].Point)
	}
	for i := range o.Sites {
		w.preview.extend(o.Sites[i].Point)
	}
	for i := range o.Base {
		g := &o.Base[i].Shape
		w.preview.cover(g.Polygons)
		for _, line := range g.Lines {
			w.preview.extend(line...)
		}
		if g.Point != nil {
			w.preview.extend(*g.Point)
		}
	}
}

// spanned refuses files that are too wide for exact arithmetic, alone or
// together with the boundaries that stand beside them.
func (w *work) spanned() error {
	b := w.preview.Bounds
	if b == nil {
		return nil
	}
	if err := b.CheckSpan(); err != nil {
		return (&geo.Error{Kind: geo.Invalid, Message: "these files span too much", Err: err}).Where(b.Min)
	}
	for _, n := range w.now.Scheme().Networks {
		_, c := w.now.Grids(n.ID)
		if c == nil || n.ID == w.preview.Network {
			continue
		}
		if err := b.Union(c.Bounds()).CheckSpan(); err != nil {
			return (&geo.Error{Kind: geo.Invalid, Message: fmt.Sprintf("these files are too far from network %q", n.ID), Err: err}).Where(b.Min)
		}
	}
	return nil
}

// networkOf returns the network and the level that grids are imported to.
func (w *work) networkOf() (*geo.Network, string, error) {
	scheme := w.now.Scheme()
	n := scheme.Basic()
	if w.in.Network != "" {
		if n = scheme.Network(w.in.Network); n == nil {
			return nil, "", geo.Errorf(geo.Invalid, "the scheme has no network %q", w.in.Network).On("network", w.in.Network)
		}
	}
	drawn := n.DrawnLevels()
	level := w.in.Level
	if level == "" {
		level = drawn[len(drawn)-1].ID
	}
	if !slices.ContainsFunc(drawn, func(l geo.Level) bool { return l.ID == level }) {
		return nil, "", geo.Errorf(geo.Invalid, "network %q has no drawn level %q", n.ID, level).On("level", level)
	}
	return n, level, nil
}
