package lattice_test

import (
	"math"
	"sort"
	"testing"

	"pgregory.net/rapid"

	"onegrid/geo/lattice"
)

// geodesics were computed by PROJ's geod on WGS84: from, to (degrees), metres,
// and the azimuth at the start.
var geodesics = [][6]float64{
	{-63.0678702, 0, -63.0678666, 2.6e-06, 0.4932068, 54.344820},
	{54.0345413, -26.6, 54.0345435, -26.5999959, 0.5043582, 25.751516},
	{12.8457575, 45, 12.8457622, 44.999997, 0.4984798, 131.976379},
	{-158.2363849, 66, -158.2363854, 65.9999955, 0.5022968, 182.590487},
	{-165.5765543, -80, -165.5765439, -80.0000041, 0.5002658, 156.223498},
	{-153.9917584, 0, -153.9916615, 0.0001523, 19.9989371, 32.640871},
	{-27.0221303, -26.6, -27.0223081, -26.5999162, 19.9958845, 297.667222},
	{-134.6788979, 45, -134.6786478, 45.0000301, 20.0012908, 80.372379},
	{45.6210936, 66, 45.6209515, 66.0001698, 20.0030788, 341.182864},
	{27.6028556, -80, 27.603479, -80.0001427, 20.0012979, 142.810928},
	{170.4993278, 0, 170.5016605, 0.0077932, 900.0029359, 16.769779},
	{128.3317083, -26.6, 128.3404659, -26.6020005, 900.0019771, 104.259284},
	{-127.3566802, 45, -127.3489818, 45.0059796, 899.9977868, 42.405231},
	{-68.563507, 66, -68.5816446, 66.0032567, 899.9972731, 293.805271},
	{-114.299956, -80, -114.3227365, -80.007023, 899.9979812, 209.376170},
	{49.7310219, 0, 49.7381225, -0.0069184, 1100.0037645, 134.063048},
	{17.0925187, -26.6, 17.0967631, -26.5908345, 1100.0010181, 22.603735},
	{-157.6627812, 45, -157.6493602, 45.0027034, 1100.0009718, 74.145167},
	{64.5831904, 66, 64.5938323, 65.9911382, 1100.003861, 153.933319},
	{-66.535313, -80, -66.5643824, -80.0084604, 1099.9960235, 210.802416},
	{-16.7599933, 0, -16.6745179, -0.0278206, 9999.9985747, 107.916126},
	{105.3878544, -26.6, 105.2925447, -26.6284001, 9999.9976018, 251.638003},
	{-91.6134492, 45, -91.6705387, 44.9196621, 9999.9984862, 206.792546},
	{9.0203484, 66, 8.8643614, 66.0633891, 9999.9998971, 315.049489},
	{82.1414136, -80, 82.6435089, -80.0207707, 9999.9995675, 103.657582},
	{171.9025954, 0, 172.503488, 0.6600521, 99000.0016959, 42.503679},
	{-29.3120298, -26.6, -30.3046034, -26.5564626, 99000.002144, 272.570733},
	{-124.5895366, 45, -124.5038522, 44.1112049, 99000.0033495, 176.026715},
	{-164.963802, 66, -166.8301806, 65.5520836, 98999.9994948, 240.557708},
	{94.7163701, -80, 92.2636679, -80.7866129, 99000.0001175, 206.289339},
}

func TestDistanceAndBearingAgreeWithPROJ(t *testing.T) {
	worst, worstDeg := 0.0, 0.0
	for _, g := range geodesics {
		a, b := at(t, g[0], g[1]), at(t, g[2], g[3])
		d := lattice.DistanceM(a, b)
		// geod was asked in decimals of 1e-7 degree, so the ends are the same.
		if e := math.Abs(d - g[4]); e > 1e-6*g[4]+1e-5 {
			t.Errorf("%v to %v: %.6f m, PROJ says %.6f", a, b, d, g[4])
		} else {
			worst = max(worst, e/g[4])
		}
		if lattice.DistanceM(b, a) != d {
			t.Errorf("%v to %v is farther one way than the other", a, b)
		}
		if math.Abs(g[1]) > 66.5 {
			continue
		}
		e := math.Abs(math.Remainder(lattice.BearingDeg(a, b)-g[5], 360))
		if e > 0.01 {
			t.Errorf("%v to %v: bearing %.4f, PROJ says %.4f", a, b, lattice.BearingDeg(a, b), g[5])
		}
		worstDeg = max(worstDeg, e)
	}
	t.Logf("worst %.2g of the distance, %.2g degrees", worst, worstDeg)
}

func TestDistanceFarAndOdd(t *testing.T) {
	for _, c := range []struct{ a, b [2]float64 }{
		{[2]float64{0, 0}, [2]float64{180, 0}},         // around the Earth
		{[2]float64{179.9999, 0}, [2]float64{-180, 0}}, // across the antimeridian
		{[2]float64{12, 90}, [2]float64{-120, 90}},     // the pole is one place
	} {
		got := lattice.DistanceM(at(t, c.a[0], c.a[1]), at(t, c.b[0], c.b[1]))
		want := map[float64]float64{0: 20_003_931, 179.9999: 11.1319, 12: 0}[c.a[0]]
		if math.Abs(got-want) > 0.003*want+1e-6 {
			t.Errorf("%v to %v: %v m, want about %v", c.a, c.b, got, want)
		}
	}
	p := at(t, 106.6, 26.6)
	if lattice.BearingDeg(p, p) != 0 || lattice.DistanceM(p, p) != 0 {
		t.Error("a point is not where it is")
	}
}

func TestOffsetUndoesDistanceAndBearing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := lattice.Point{
			X: rapid.Int32Range(-lattice.MaxLon, lattice.MaxLon).Draw(t, "x"),
			Y: rapid.Int32Range(-65*lattice.Scale, 65*lattice.Scale).Draw(t, "y"),
		}
		e := rapid.Float64Range(-7000, 7000).Draw(t, "east")
		n := rapid.Float64Range(-7000, 7000).Draw(t, "north")
		q := lattice.Offset(p, e, n)
		want := math.Hypot(e, n)
		if d := lattice.DistanceM(p, q); math.Abs(d-want) > 0.01+2e-6*want {
			t.Fatalf("%v by %v east, %v north is %v, %v m away, not %v", p, e, n, q, d, want)
		}
	})
	pole := lattice.Offset(lattice.Point{X: 0, Y: lattice.MaxLat - 10}, 5, 1000)
	if pole.Y != lattice.MaxLat {
		t.Errorf("beyond the pole: %v", pole)
	}
}

func TestSegmentDistance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		near := func(name string) lattice.Point {
			return lattice.Point{
				X: 1_160_000_000 + rapid.Int32Range(-400_000, 400_000).Draw(t, name+"x"),
				Y: 520_000_000 + rapid.Int32Range(-400_000, 400_000).Draw(t, name+"y"),
			}
		}
		a, b, p := near("a"), near("b"), near("p")
		got, place := lattice.SegmentDistanceM(a, b, p)
		// Slow and obvious: the nearest of many points along it.
		want := math.Inf(1)
		const steps = 2000
		for i := 0; i <= steps; i++ {
			q := lattice.Point{
				X: a.X + int32(int64(b.X-a.X)*int64(i)/steps),
				Y: a.Y + int32(int64(b.Y-a.Y)*int64(i)/steps),
			}
			want = min(want, lattice.DistanceM(p, q))
		}
		length := lattice.DistanceM(a, b)
		if got > want+0.02 || want > math.Hypot(got, length/steps)+0.02 {
			t.Fatalf("%v to %v-%v: %v m, sampled %v", p, a, b, got, want)
		}
		if d := lattice.DistanceM(p, place); math.Abs(d-got) > 0.02 {
			t.Fatalf("%v to %v-%v: %v m, but the place %v is %v m away", p, a, b, got, place, d)
		}
	})
}

func TestAreaOfTheEarth(t *testing.T) {
	world := lattice.Ring{{X: -lattice.MaxLon, Y: -lattice.MaxLat}, {X: lattice.MaxLon, Y: -lattice.MaxLat},
		{X: lattice.MaxLon, Y: lattice.MaxLat}, {X: -lattice.MaxLon, Y: lattice.MaxLat}}
	const want = 510_065_621_724_088.44 // GeographicLib, Geodesic::WGS84().EllipsoidArea()
	if got := lattice.AreaM2(world); math.Abs(got-want) > 1e-11*want {
		t.Errorf("the Earth has %.1f m², want %.1f", got, want)
	}
}

// The area in slices, each a rectangle on the ellipsoid.
func TestAreaAgreesWithSlices(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.SampledFrom([]int32{2_000, 300_000, 30_000_000}).Draw(t, "size")
		x0 := rapid.Int32Range(-1_700_000_000, 1_700_000_000).Draw(t, "x0")
		y0 := rapid.Int32Range(-800_000_000, 800_000_000).Draw(t, "y0")
		corner := func(name string) lattice.Point {
			return lattice.Point{
				X: x0 + rapid.Int32Range(0, size).Draw(t, name+"x"),
				Y: y0 + rapid.Int32Range(0, size).Draw(t, name+"y"),
			}
		}
		ring := lattice.Ring{corner("a"), corner("b"), corner("c")}
		got, want := lattice.AreaM2(ring), slices(ring)
		if math.Abs(got-want) > 1e-6*want+1e-3 {
			t.Fatalf("%v: %v m², in slices %v", ring, got, want)
		}
		back := lattice.Ring{ring[2], ring[1], ring[0]}
		if again := lattice.AreaM2(back); math.Abs(again-got) > 1e-9*got+1e-4 {
			t.Fatalf("%v: %v m² one way round, %v the other", ring, got, again)
		}
		strips := 0.0
		for i, a := range ring {
			strips += lattice.StripM2(a, ring[(i+1)%len(ring)])
		}
		if signed := got * float64(lattice.Winding(ring)); math.Abs(strips-signed) > 1e-9*got+0.01 {
			t.Fatalf("%v: %v m², in strips %v", ring, signed, strips)
		}
	})
}

// slices integrates a triangle's width over latitude by the midpoint rule, below
// and above its middle vertex, so that every slice lies between the same sides.
func slices(ring lattice.Ring) float64 {
	y := []float64{float64(ring[0].Y), float64(ring[1].Y), float64(ring[2].Y)}
	sort.Float64s(y)
	return slicesBetween(ring, y[0], y[1]) + slicesBetween(ring, y[1], y[2])
}

func slicesBetween(ring lattice.Ring, low, high float64) float64 {
	const n = 2000
	sum := 0.0
	for i := range n {
		y := low + (high-low)*(float64(i)+0.5)/n
		left, right := math.Inf(1), math.Inf(-1)
		for j := range ring {
			a, b := ring[j], ring[(j+1)%len(ring)]
			if (float64(a.Y) > y) != (float64(b.Y) > y) {
				x := float64(a.X) + (y-float64(a.Y))*float64(int64(b.X)-int64(a.X))/float64(int64(b.Y)-int64(a.Y))
				left, right = min(left, x), max(right, x)
			}
		}
		if right > left {
			east, north := lattice.ScaleAt(int32(math.Round(y)))
			sum += (right - left) * east * north * (high - low) / n
		}
	}
	return sum
}

func TestShapeAreaTakesHolesOut(t *testing.T) {
	square := func(x, y, side int32) lattice.Ring {
		return lattice.Ring{{X: x, Y: y}, {X: x + side, Y: y}, {X: x + side, Y: y + side}, {X: x, Y: y + side}}
	}
	outer, hole, island := square(0, 0, 10_000), square(2_000, 2_000, 5_000), square(50_000, 0, 1_000)
	got := lattice.ShapeAreaM2(lattice.MultiPolygon{{outer, hole}, {island}})
	want := lattice.AreaM2(outer) - lattice.AreaM2(hole) + lattice.AreaM2(island)
	if math.Abs(got-want) > 1e-6 || got < 9000 || got > 9500 {
		t.Errorf("%v m², want %v", got, want)
	}
}

func at(t *testing.T, lon, lat float64) lattice.Point {
	t.Helper()
	p, err := lattice.FromDegrees(lon, lat)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
