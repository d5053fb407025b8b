package locate

// tier holds for blocks of cells the highest level (the smallest number) of the
// borders in them, none where there are none, so that a search for a border
// steps over what cannot hold it. Blocks of the first tier are single cells,
// those of the next 8 by 8 cells, then 64 by 64, until one block holds all.
type tier struct {
	cols, rows int
	least      []uint8
}

const (
	tierShift = 3
	none      = 255
)

func tiers(g grid, runs []run, arcs []sides) []tier {
	first := newTier(g.cols, g.rows)
	for _, r := range runs {
		first.least[r.cell] = min(first.least[r.cell], arcs[r.arc].level)
	}
	out := []tier{first}
	for below := first; below.cols > 1 || below.rows > 1; {
		t := newTier((below.cols-1)>>tierShift+1, (below.rows-1)>>tierShift+1)
		for row := range below.rows {
			line := t.least[row>>tierShift*t.cols:]
			for col, level := range below.least[row*below.cols : (row+1)*below.cols] {
				line[col>>tierShift] = min(line[col>>tierShift], level)
			}
		}
		out = append(out, t)
		below = t
	}
	return out
}

func newTier(cols, rows int) tier {
	t := tier{cols: cols, rows: rows, least: make([]uint8, cols*rows)}
	for i := range t.least {
		t.least[i] = none
	}
	return t
}
