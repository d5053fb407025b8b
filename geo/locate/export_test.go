package locate

// Planar is what an index is built from: a coverage, or a partition of a test.
type Planar = planar

// Build builds an index of a test's partition.
func Build(c Planar, o Options) (*Index, error) { return build(c, o) }

// Shape tells the size of the cells and how many there are and are mixed.
func (x *Index) Shape() (wide, high uint8, cells, mixedCells, words int) {
	for _, c := range x.cells {
		if c >= mixed {
			mixedCells++
		}
	}
	return x.wide, x.high, len(x.cells), mixedCells, len(x.words)
}
