package exchange

import (
	"fmt"
	"io"

	"onegrid/geo"
	"onegrid/geo/coverage"
)

// Snap fits imported grids to the borders of another network.
type Snap struct {
	To         string  // the other network
	ToleranceM float64 // how far a vertex may go
}

// Snapping is what fitting did, for the preview.
type Snapping struct {
	To         string  `json:"to"`
	ToleranceM float64 `json:"tolerance_m"`
	coverage.Snapped
}

// snap fits the drawn shapes to the network that the import names, if it names one.
func (w *work) snap(n *geo.Network, shapes []coverage.Shape) ([]coverage.Shape, error) {
	to := w.in.Snap
	if to == (Snap{}) {
		return shapes, nil
	}
	if w.now.Scheme().Network(to.To) == nil {
		return nil, geo.Errorf(geo.Invalid, "the scheme has no network %q to snap to", to.To).On("snap_to", to.To)
	}
	if to.To == n.ID {
		return nil, geo.Errorf(geo.Invalid, "network %q cannot snap to itself: it is what the files replace", to.To).On("snap_to", to.To)
	}
	_, c := w.now.Grids(to.To)
	if c == nil {
		return nil, geo.Errorf(geo.Conflict, "network %q has no borders yet to snap to", to.To).On("snap_to", to.To)
	}
	w.progress("snapping", 0, len(shapes))
	fit, done, err := coverage.SnapTo(c, shapes, to.ToleranceM)
	if err != nil {
		return nil, err
	}
	w.preview.Snapped = &Snapping{to.To, to.ToleranceM, done}
	return fit, nil
}

// summary writes what was snapped.
func (s *Snapping) summary(w io.Writer) {
	if s == nil {
		return
	}
	fmt.Fprintf(w, "snapped to network %s within %g m: of %d vertices %d went to its vertices, %d beside its borders, %.2f m at most; %d of its vertices were taken up, %d left out\n",
		s.To, s.ToleranceM, s.Vertices, s.ToVertex, s.ToBorder, s.FarthestM, s.Taken, s.Left)
}
