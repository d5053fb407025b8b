package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"onegrid/geo/coverage"
)

// tell prints the lineage as a table, level by level.
func (d *difference) tell(out io.Writer) {
	what := d.Network
	if d.City != "" {
		what = d.City + ", " + what
	}
	fmt.Fprintf(out, "%s\n  old: %s\n  new: %s\n", what, d.Old, d.New)
	for _, level := range d.spec.DrawnLevels() {
		if events := d.Lineage.Of(level.ID); len(events) > 0 {
			tellLevel(out, level.ID, events)
		}
	}
	d.tellSlivers(out)
	d.tellHouseholds(out)
	for i, w := range d.Lineage.Warnings {
		if i == 0 {
			fmt.Fprintf(out, "\nwarnings\n")
		}
		fmt.Fprintf(out, "  %s: %s, at %v\n", w.Level, w.Message, w.At)
	}
}

// tellLevel prints what happened on a level; what is unchanged is only counted.
func tellLevel(out io.Writer, level string, events []coverage.Event) {
	before, after := 0, 0
	counts := map[coverage.Fate]int{}
	var order []coverage.Fate
	for _, e := range events {
		before, after = before+len(e.Old), after+len(e.New)
		if counts[e.Fate]++; counts[e.Fate] == 1 {
			order = append(order, e.Fate)
		}
	}
	var parts []string
	for _, f := range order {
		parts = append(parts, fmt.Sprintf("%s %s", grouped(counts[f]), f))
	}
	fmt.Fprintf(out, "\n%s: %s → %s: %s\n", level, grouped(before), grouped(after), strings.Join(parts, ", "))
	for _, e := range events {
		if e.Fate != coverage.FateUnchanged {
			fmt.Fprintf(out, "  %-10s %s\n", e.Fate, sentence(e))
		}
	}
}

// sentence says what happened.
func sentence(e coverage.Event) string {
	var s string
	switch e.Fate {
	case coverage.FateCreated:
		s = e.New[0] + whence(e, "of")
	case coverage.FateRetired:
		s = e.Old[0] + whence(e, "to")
	case coverage.FateSplit:
		s = e.Old[0] + " → " + withParts(e.New, e.Shares, true)
	case coverage.FateMerged:
		s = withParts(e.Old, e.Shares, false) + " → " + e.New[0]
	case coverage.FateMoved:
		s = strings.Join(e.Old, ", ") + " → " + strings.Join(e.New, ", ")
	default:
		s = e.Old[0]
		if e.New[0] != e.Old[0] {
			s += " → " + e.New[0]
		}
		s += exchanged(e)
	}
	for _, f := range e.Also {
		s += ", " + string(f)
	}
	return s
}

// withParts lists areas with the part of the old one that they got, or that they
// are of the new one.
func withParts(codes []string, shares []coverage.Share, ofOld bool) string {
	var out []string
	for _, code := range codes {
		part := 0.0
		for _, s := range shares {
			switch {
			case ofOld && s.New == code:
				part = max(part, s.OfOld)
			case !ofOld && s.Old == code:
				part = max(part, s.OfNew)
			}
		}
		out = append(out, fmt.Sprintf("%s (%s)", code, percent(part)))
	}
	return strings.Join(out, ", ")
}

// whence lists whose ground a new area is of, or who got an old one's.
func whence(e coverage.Event, word string) string {
	var out []string
	for _, s := range e.Shares {
		part, who := s.OfNew, s.Old
		if word == "to" {
			part, who = s.OfOld, s.New
		}
		out = append(out, fmt.Sprintf("%s %s %s", percent(part), word, orNobody(who)))
	}
	if len(out) == 0 {
		return ""
	}
	return ": " + strings.Join(out, ", ")
}

// exchanged lists the ground that one area got and gave.
func exchanged(e coverage.Event) string {
	var got, gave []string
	for _, s := range e.Shares {
		switch {
		case s.Old == e.Old[0] && s.New == e.New[0]:
		case s.Old == e.Old[0]:
			gave = append(gave, fmt.Sprintf("%s (%s) to %s", squareMetres(s.AreaM2), percent(s.OfOld), orNobody(s.New)))
		default:
			got = append(got, fmt.Sprintf("%s from %s", squareMetres(s.AreaM2), orNobody(s.Old)))
		}
	}
	s := ""
	if len(gave) > 0 {
		s += ": gave " + strings.Join(gave, ", ")
	}
	if len(got) > 0 {
		s += map[bool]string{true: ": ", false: "; "}[s == ""] + "got " + strings.Join(got, ", ")
	}
	return s
}

func orNobody(code string) string {
	if code == "" {
		return "nobody"
	}
	return code
}

func percent(part float64) string {
	switch p := 100 * part; {
	case p == 0:
		return "0 %"
	case p < 0.1:
		return "below 0.1 %"
	default:
		return strings.TrimSuffix(fmt.Sprintf("%.1f", p), ".0") + " %"
	}
}

func squareMetres(m2 float64) string {
	if m2 < 10 {
		return fmt.Sprintf("%.2f m²", m2)
	}
	return grouped(int(m2+0.5)) + " m²"
}

// tellSlivers sums up what was taken for noise.
func (d *difference) tellSlivers(out io.Writer) {
	finest := d.spec.Levels[d.shown()].ID
	count, sum, widest := 0, 0.0, coverage.Share{}
	for _, s := range d.Lineage.Slivers {
		if s.Level != finest {
			continue
		}
		count, sum = count+1, sum+s.AreaM2
		if s.WidthM > widest.WidthM {
			widest = s
		}
	}
	if count > 0 {
		fmt.Fprintf(out, "\nslivers, taken for noise: %s between areas of level %s, %s together; the widest is %.2f m, at %v (--json lists them)\n",
			plural(count, "strip"), finest, squareMetres(sum), widest.WidthM, widest.At)
	}
}

// tellHouseholds prints how many moved, the most first.
func (d *difference) tellHouseholds(out io.Writer) {
	if len(d.Households) == 0 {
		return
	}
	flows := slices.Clone(d.Households)
	slices.SortStableFunc(flows, func(a, b coverage.Flow) int { return int(b.N - a.N) })
	total := int64(0)
	for _, f := range flows {
		total += f.N
	}
	fmt.Fprintf(out, "\nhouseholds that move: %s\n", grouped(int(total)))
	for _, f := range flows {
		fmt.Fprintf(out, "  %7s  %s → %s\n", grouped(int(f.N)), orNobody(f.Old), orNobody(f.New))
	}
}
