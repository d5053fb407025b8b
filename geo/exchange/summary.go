package exchange

import (
	"fmt"
	"io"

	"onegrid/geo/coverage"
)

// shownRepairs is how many of each kind the summary lists; the report has all.
const shownRepairs = 5

// Summary writes the preview for a person: counts first, then the first few of
// each kind of finding with their places.
func (p *Preview) Summary(w io.Writer) {
	what := string(p.Layer)
	if p.Network != "" {
		what = fmt.Sprintf("%s of network %s, level %s", p.Layer, p.Network, p.Level)
	}
	fmt.Fprintf(w, "%d features read, %d objects for %s\n", p.Features, p.Objects, what)
	for _, s := range p.Sources {
		fmt.Fprintf(w, "  %s\n", s)
	}
	for _, kind := range sortedKeys(p.Counts) {
		fmt.Fprintf(w, "  %-16s %d\n", kind, p.Counts[kind])
	}
	p.Snapped.summary(w)
	if c := p.Coverage; c != nil {
		fmt.Fprintf(w, "%d areas in %d regions, %d arcs with %d points\n", c.Areas, c.Regions-1, c.Arcs, c.Points) // without the outside
		repairs(w, c.Repairs)
	}
	for i, d := range p.Differences {
		if i == shownRepairs {
			fmt.Fprintf(w, "  … and %d more\n", len(p.Differences)-i)
			break
		}
		fmt.Fprintf(w, "  %s differs from the union of its children by %.2f m²\n", d.Code, d.AreaM2)
	}
	for i, v := range p.Violations {
		if i == shownRepairs {
			fmt.Fprintf(w, "  … and %d more\n", len(p.Violations)-i)
			break
		}
		fmt.Fprintf(w, "  violation: %s at %s: %s\n", v.Kind, v.At, v.Message)
	}
}

// String tells what a file is and what said so.
func (s Source) String() string {
	text := fmt.Sprintf("%s: %s", s.Name, s.Format)
	if s.Layer != "" {
		text += fmt.Sprintf(", layer %q", s.Layer)
	}
	text += fmt.Sprintf(", in %s (%s)", s.CRS, s.CRSFrom)
	if s.Encoding != "" {
		text += fmt.Sprintf(", texts in %s (%s)", s.Encoding, s.EncodingFrom)
	}
	return text
}

func repairs(w io.Writer, all []coverage.Repair) {
	byKind := map[string][]coverage.Repair{}
	for _, r := range all {
		byKind[r.Kind] = append(byKind[r.Kind], r)
	}
	for _, kind := range sortedKeys(byKind) {
		list := byKind[kind]
		total := 0.0
		for _, r := range list {
			total += r.AreaM2
		}
		fmt.Fprintf(w, "  %-16s %d, %.2f m² in all\n", kind, len(list), total)
		for i, r := range list {
			if i == shownRepairs {
				fmt.Fprintf(w, "    … and %d more\n", len(list)-i)
				break
			}
			blocker := ""
			if r.Blocker {
				blocker = " (must be settled)"
			}
			fmt.Fprintf(w, "    %s%s\n", r.Line(), blocker)
		}
	}
}
