package locate

// tier holds for blocks of cells the highest level (the smallest number) of the
// borders in them, none where there are none, so that a search for a far border
// steps over what cannot hold it. The first tier has blocks of 8 by 8 cells, the
// next of 64 by 64, and so on until one block holds all.
type tier struct {
	cols, rows int
	least      []uint8
}

const (
	tierShift = 3
	none      = 255
)

func tiers(g grid, runs []run, arcs []sides) []tier {
	var out []tier
	cols, rows := g.cols, g.rows
	for cols > 1 || rows > 1 {
		cols, rows = (cols-1)>>tierShift+1, (rows-1)>>tierShift+1
		t := tier{cols: cols, rows: rows, least: make([]uint8, cols*rows)}
		for i := range t.least {
			t.least[i] = none
		}
		out = append(out, t)
	}
	if len(out) == 0 {
		return nil
	}
	for _, r := range runs {
		col, row := int(r.cell)%g.cols>>tierShift, int(r.cell)/g.cols>>tierShift
		b := &out[0].least[row*out[0].cols+col]
		*b = min(*b, arcs[r.arc].level)
	}
	for i := 1; i < len(out); i++ {
		below := &out[i-1]
		for j, level := range below.least {
			col, row := j%below.cols>>tierShift, j/below.cols>>tierShift
			b := &out[i].least[row*out[i].cols+col]
			*b = min(*b, level)
		}
	}
	return out
}
