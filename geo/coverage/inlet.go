package coverage

import (
	"math"

	"onegrid/geo/lattice"
)

// reportInlets lists narrow slots between two areas that are open to the
// outside: where their drawings of a common border part before they reach the
// edge. They are not closed, since the outer border is where the input says that
// it is, and only listed.
//
//	outside  |    |
//	 ________/    \_______
//	    A    \    /   B       the walls stay within limitM of each other
//	          \  /            for at least twice as far
//	           \/
//	           |
func reportInlets(c *Coverage, limitM float64, report *Report) {
	if limitM <= 0 {
		return
	}
	for _, ring := range c.Boundary(Exterior) {
		for i, h := range ring {
			g := ring[(i+1)%len(ring)]
			a, b := c.AreaOf(c.leftOf(h^1)), c.AreaOf(c.leftOf(g^1))
			if a < 0 || b < 0 || a == b {
				continue
			}
			w := walls{left: c.Chain(h ^ 1), right: c.Chain(g)}
			if depthM, areaM2 := w.slot(limitM); depthM >= 2*limitM {
				codes := []string{c.area(min(a, b)).Code, c.area(max(a, b)).Code}
				report.Repairs = append(report.Repairs, Repair{Kind: RepairInlet, At: w.left[0],
					AreaM2: areaM2, WidthM: areaM2 / depthM, Codes: codes, Done: "left outside"})
			}
		}
	}
}

// walls are the two sides of a slot from its innermost point outwards.
type walls struct{ left, right []lattice.Point }

// slot walks out on both sides at the same pace while the walls are within limitM
// of each other, but no farther than the shorter one, and returns how far it came
// and the area between.
func (w walls) slot(limitM float64) (depthM, areaM2 float64) {
	const steps = 200
	left, right := w.plan(w.left), w.plan(w.right)
	p, q := [2]float64{}, [2]float64{}
	for i := 1; i <= steps; i++ {
		at := float64(i) * limitM / 4
		u, ok := along(left, at)
		v, also := along(right, at)
		if !ok || !also || math.Hypot(u[0]-v[0], u[1]-v[1]) > limitM {
			break
		}
		// The quadrilateral between this step and the one before.
		areaM2 += math.Abs((v[0]-p[0])*(u[1]-q[1])-(v[1]-p[1])*(u[0]-q[0])) / 2
		depthM, p, q = at, u, v
	}
	return depthM, areaM2
}

// plan brings a wall to metres east and north of its start.
func (w walls) plan(points []lattice.Point) [][2]float64 {
	o := points[0]
	east, north := lattice.ScaleAt(o.Y)
	out := make([][2]float64, len(points))
	for i, p := range points {
		out[i] = [2]float64{float64(int64(p.X)-int64(o.X)) * east, float64(int64(p.Y)-int64(o.Y)) * north}
	}
	return out
}

// along returns the place so many metres along a line, false beyond its end.
func along(line [][2]float64, atM float64) ([2]float64, bool) {
	for i := 1; i < len(line); i++ {
		p, q := line[i-1], line[i]
		length := math.Hypot(q[0]-p[0], q[1]-p[1])
		if atM <= length {
			t := atM / length
			return [2]float64{p[0] + t*(q[0]-p[0]), p[1] + t*(q[1]-p[1])}, true
		}
		atM -= length
	}
	return [2]float64{}, false
}
