package exchange

import (
	"context"
	"slices"

	"onegrid/geo"
	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
)

// Preview is what an import would do, and what was found on the way. Nothing has
// changed yet.
type Preview struct {
	Layer    geo.Layer    `json:"layer"`
	Network  string       `json:"network,omitempty"`
	Level    string       `json:"level,omitempty"`
	Files    []string     `json:"files,omitempty"`
	Sources  []Source     `json:"sources,omitempty"` // what the files were found to be
	Features int          `json:"features"`          // read from the files
	Objects  int          `json:"objects"`           // that would be stored
	Bounds   *lattice.Box `json:"bounds,omitempty"`

	// Notes tell what was changed or left out, by kind, and the first of each.
	Counts map[string]int `json:"counts,omitempty"`
	Notes  []Note         `json:"notes,omitempty"`

	// Coverage is the report of a network's shapes: each gap, overlap, sliver and
	// dropped ring with its place, area, inputs and what was done.
	Coverage    *coverage.Report     `json:"coverage,omitempty"`
	Violations  []coverage.Violation `json:"violations,omitempty"`
	Differences []Difference         `json:"differences,omitempty"`

	// Snapped is what fitting to another network did.
	Snapped *Snapping `json:"snapped,omitempty"`

	// Blockers is how many findings must be settled before this can be accepted.
	Blockers int `json:"blockers"`

	publication *geo.Publication
	objects     *geo.Objects
}

// Note is something that was found in a feature and what was done about it.
type Note struct {
	Kind string         `json:"kind"`
	Row  int            `json:"row,omitempty"`
	Code string         `json:"code,omitempty"`
	At   *lattice.Point `json:"at,omitempty"`
	Done string         `json:"done"`
}

// Difference is where a file's drawn area of a higher level differs from the
// union of its children, which is what counts.
type Difference struct {
	Code   string         `json:"code"`
	Row    int            `json:"row"`
	AreaM2 float64        `json:"area_m2"` // of the symmetric difference
	At     *lattice.Point `json:"at,omitempty"`
}

// notes collects notes: all are counted, the first of each kind are kept whole.
type notes struct {
	counts map[string]int
	kept   []Note
}

const keptOfAKind = 1000

func (n *notes) add(note Note) { n.addMany(note, 1) }

// addMany notes something that was found so many times.
func (n *notes) addMany(note Note, times int) {
	if n.counts == nil {
		n.counts = map[string]int{}
	}
	if n.counts[note.Kind] < keptOfAKind {
		n.kept = append(n.kept, note)
	}
	n.counts[note.Kind] += times
}

// Store is the part of a store that an import writes to.
type Store interface {
	Publish(ctx context.Context, by geo.Actor, note string, pubs []geo.Publication) (geo.Edition, error)
	Load(ctx context.Context, by geo.Actor, objects geo.Objects) error
}

// Accept makes the preview visible, whole or not at all. Grids are published as
// an edition, which is returned; other layers are replaced. Conflict if there
// are blockers.
func (p *Preview) Accept(ctx context.Context, s Store, by geo.Actor, note string) (*geo.Edition, error) {
	if p.Blockers > 0 {
		e := geo.Errorf(geo.Conflict, "%d findings must be settled before this can be accepted; the first: %s", p.Blockers, p.firstBlocker())
		return nil, e
	}
	if p.publication != nil {
		e, err := s.Publish(ctx, by, note, []geo.Publication{*p.publication})
		return &e, err
	}
	return nil, s.Load(ctx, by, *p.objects)
}

func (p *Preview) firstBlocker() string {
	if len(p.Violations) > 0 {
		return p.Violations[0].Message
	}
	if i := slices.IndexFunc(p.Coverage.Repairs, func(r coverage.Repair) bool { return r.Blocker }); i >= 0 {
		r := p.Coverage.Repairs[i]
		return r.Kind + " of " + format(round2(r.AreaM2)) + " m² at " + r.At.String()
	}
	return ""
}

func round2(f float64) float64 { return float64(int64(f*100+0.5)) / 100 }

// extend grows the preview's bounds by points.
func (p *Preview) extend(points ...lattice.Point) {
	p.grow(lattice.BoxOf(points...))
}

// cover grows the preview's bounds by a shape.
func (p *Preview) cover(shape lattice.MultiPolygon) {
	p.grow(lattice.BoxOfShape(shape))
}

func (p *Preview) grow(b lattice.Box) {
	if p.Bounds != nil {
		b = p.Bounds.Union(b)
	}
	if !b.Empty() {
		p.Bounds = &b
	}
}
