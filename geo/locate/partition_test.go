package locate_test

import (
	"math"
	"math/rand/v2"
	"slices"

	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
)

// partition is a made coverage: what the index reads, and besides it each
// region's polygons, for the oracle.
type partition struct {
	arcs   []coverage.Arc
	levels []int
	void   map[coverage.Region]bool
	shapes []lattice.MultiPolygon // by region; none for the exterior
	box    *lattice.Box           // found when it is first asked for
}

func (p *partition) Regions() int                 { return len(p.shapes) }
func (p *partition) Arcs() int                    { return len(p.arcs) }
func (p *partition) Arc(i int) coverage.Arc       { return p.arcs[i] }
func (p *partition) ArcLevel(i int) int           { return p.levels[i] }
func (p *partition) owned(r coverage.Region) bool { return r != coverage.Exterior && !p.void[r] }
func (p *partition) AreaOf(r coverage.Region) int32 {
	switch {
	case r == coverage.Exterior:
		return coverage.NoArea
	case p.void[r]:
		return coverage.Void
	}
	return int32(r)
}

func (p *partition) bounds() lattice.Box {
	if p.box == nil {
		b := lattice.EmptyBox()
		for _, a := range p.arcs {
			b = b.Union(lattice.BoxOf(a.Points...))
		}
		p.box = &b
	}
	return *p.box
}

func (p *partition) vertices() (n int) {
	for _, a := range p.arcs {
		n += len(a.Points)
	}
	return n
}

// city makes cols by rows regions that look like blocks between bending streets:
// corners moved about, and each border bent at steps-1 vertices. Levels: 0
// between squares of 12 by 12 regions and on the outside, 1 between squares of
// 4 by 4, else 2. Regions of side units have their south-west corner near at.
// Borders swing like streets, or where jagged is 1 jump about like nothing real.
func city(rng *rand.Rand, at lattice.Point, cols, rows, steps int, side, jagged float64) *partition {
	// Corners move by at most 0.15 of a side and borders bend away from the
	// straight by at most 0.3 of the way to the nearer corner: too little for any
	// two to meet.
	corner := make([]lattice.Point, (cols+1)*(rows+1))
	for j := range rows + 1 {
		for i := range cols + 1 {
			corner[j*(cols+1)+i] = lattice.Point{
				X: at.X + int32((float64(i)+0.3*(rng.Float64()-0.5))*side),
				Y: at.Y + int32((float64(j)+0.3*(rng.Float64()-0.5))*side),
			}
		}
	}
	region := func(i, j int) coverage.Region {
		if i < 0 || j < 0 || i >= cols || j >= rows {
			return coverage.Exterior
		}
		return coverage.Region(1 + j*cols + i)
	}
	level := func(i, n int) int {
		switch {
		case i == 0 || i == n || i%12 == 0:
			return 0
		case i%4 == 0:
			return 1
		}
		return 2
	}
	p := &partition{shapes: make([]lattice.MultiPolygon, 1+cols*rows)}
	bend := func(a, b lattice.Point) []lattice.Point {
		dx, dy := float64(b.X-a.X), float64(b.Y-a.Y)
		points := []lattice.Point{a}
		slow, fast := 2*math.Pi*rng.Float64(), 2*math.Pi*rng.Float64()
		for k := 1; k < steps; k++ {
			t := float64(k) / float64(steps)
			swing := 0.7*math.Sin(slow+7*t) + 0.3*math.Sin(fast+30*t)
			jump := 2*rng.Float64() - 1
			off := 0.3 * (jagged*jump + (1-jagged)*swing) * math.Min(t, 1-t)
			q := lattice.Point{X: a.X + int32(t*dx-off*dy), Y: a.Y + int32(t*dy+off*dx)}
			if q != points[len(points)-1] && q != b {
				points = append(points, q)
			}
		}
		return append(points, b)
	}
	add := func(points []lattice.Point, left, right coverage.Region, level int) int {
		p.arcs = append(p.arcs, coverage.Arc{Points: points, Left: left, Right: right})
		p.levels = append(p.levels, level)
		return len(p.arcs) - 1
	}
	east, north := map[[2]int]int{}, map[[2]int]int{}
	for j := range rows + 1 {
		for i := range cols + 1 {
			here := corner[j*(cols+1)+i]
			if i < cols {
				east[[2]int{i, j}] = add(bend(here, corner[j*(cols+1)+i+1]), region(i, j), region(i, j-1), level(j, rows))
			}
			if j < rows {
				north[[2]int{i, j}] = add(bend(here, corner[(j+1)*(cols+1)+i]), region(i-1, j), region(i, j), level(i, cols))
			}
		}
	}
	for j := range rows {
		for i := range cols {
			var ring lattice.Ring
			ring = forward(ring, p.arcs[east[[2]int{i, j}]].Points)
			ring = forward(ring, p.arcs[north[[2]int{i + 1, j}]].Points)
			ring = backward(ring, p.arcs[east[[2]int{i, j + 1}]].Points)
			ring = backward(ring, p.arcs[north[[2]int{i, j}]].Points)
			p.shapes[region(i, j)] = lattice.MultiPolygon{{ring}}
		}
	}
	return p
}

// forward appends all points but the last, backward all but the first from the
// end.
func forward(ring, points []lattice.Point) lattice.Ring {
	return append(ring, points[:len(points)-1]...)
}

func backward(ring, points []lattice.Point) lattice.Ring {
	for k := len(points) - 1; k > 0; k-- {
		ring = append(ring, points[k])
	}
	return ring
}

// mirrored turns east and west: x becomes sum - x, and what was left is right.
func (p *partition) mirrored(sum int32) *partition {
	turn := func(points []lattice.Point) []lattice.Point {
		var out []lattice.Point
		for _, q := range points {
			out = append(out, lattice.Point{X: sum - q.X, Y: q.Y})
		}
		return out
	}
	m := &partition{levels: p.levels, void: p.void}
	for _, a := range p.arcs {
		m.arcs = append(m.arcs, coverage.Arc{Points: turn(a.Points), Left: a.Right, Right: a.Left})
	}
	for _, shape := range p.shapes {
		var out lattice.MultiPolygon
		for _, polygon := range shape {
			var rings lattice.Polygon
			for _, ring := range polygon {
				ring = turn(ring)
				slices.Reverse(ring)
				rings = append(rings, ring)
			}
			out = append(out, rings)
		}
		m.shapes = append(m.shapes, out)
	}
	return m
}

// mosaic makes a partition of a few unit squares, each given to a region by
// number (0 is the exterior), seen through a map of the lattice onto itself, so
// that squares become parallelograms. It has holes, islands, corners where four
// meet, features one unit wide and vertices in line.
type mosaic struct {
	cols, rows int
	of         []coverage.Region
	m          affine
}

// affine maps column and row to x, y: origin + col*(ax,ay) + row*(bx,by), whose
// determinant is positive.
type affine struct {
	origin         lattice.Point
	ax, ay, bx, by int32
}

func (m affine) at(col, row int) lattice.Point {
	c, r := int32(col), int32(row)
	return lattice.Point{X: m.origin.X + c*m.ax + r*m.bx, Y: m.origin.Y + c*m.ay + r*m.by}
}

func (m *mosaic) region(col, row int) coverage.Region {
	if col < 0 || row < 0 || col >= m.cols || row >= m.rows {
		return coverage.Exterior
	}
	return m.of[row*m.cols+col]
}

// partition makes an arc of each run of sides between the same two regions
// along a column's or a row's line, and of each square a polygon.
func (m *mosaic) partition(regions int, void map[coverage.Region]bool) *partition {
	p := &partition{shapes: make([]lattice.MultiPolygon, regions), void: void}
	line := func(n int, at func(k int) lattice.Point, left, right func(k int) coverage.Region) {
		for k := 0; k < n; k++ {
			if left(k) == right(k) {
				continue
			}
			arc := coverage.Arc{Points: []lattice.Point{at(k)}, Left: left(k), Right: right(k)}
			for {
				arc.Points = append(arc.Points, at(k+1))
				if k+1 == n || left(k+1) != arc.Left || right(k+1) != arc.Right {
					break
				}
				k++
			}
			p.arcs = append(p.arcs, arc)
			p.levels = append(p.levels, 0)
		}
	}
	for j := 0; j <= m.rows; j++ {
		line(m.cols, func(k int) lattice.Point { return m.m.at(k, j) },
			func(k int) coverage.Region { return m.region(k, j) }, func(k int) coverage.Region { return m.region(k, j-1) })
	}
	for i := 0; i <= m.cols; i++ {
		line(m.rows, func(k int) lattice.Point { return m.m.at(i, k) },
			func(k int) coverage.Region { return m.region(i-1, k) }, func(k int) coverage.Region { return m.region(i, k) })
	}
	for j := range m.rows {
		for i := range m.cols {
			if r := m.region(i, j); r != coverage.Exterior {
				square := lattice.Ring{m.m.at(i, j), m.m.at(i+1, j), m.m.at(i+1, j+1), m.m.at(i, j+1)}
				p.shapes[r] = append(p.shapes[r], lattice.Polygon{square})
			}
		}
	}
	return p
}
