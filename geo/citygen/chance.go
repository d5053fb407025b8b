package citygen

import "math"

// chance is a stream of random numbers (splitmix64): small enough to give one
// to every block, so that blocks can be filled in any order, on any number of
// cores, and come out the same.
type chance uint64

func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

// chanceOf gives the stream of a seed and the thing that it is for.
func chanceOf(seed int64, what ...uint64) *chance {
	c := chance(mix(uint64(seed) + 0x9e3779b97f4a7c15))
	for _, w := range what {
		c = chance(mix(uint64(c) + 0x9e3779b97f4a7c15 + w))
	}
	return &c
}

func (c *chance) next() uint64 {
	*c += 0x9e3779b97f4a7c15
	return mix(uint64(*c))
}

// float is in [0, 1).
func (c *chance) float() float64 { return float64(c.next()>>11) / (1 << 53) }

// in is uniform in [a, b).
func (c *chance) in(a, b float64) float64 { return a + (b-a)*c.float() }

// intn is uniform in [0, n).
func (c *chance) intn(n int) int { return int(c.next() % uint64(n)) }

// odds is true with probability p.
func (c *chance) odds(p float64) bool { return c.float() < p }

func pick[T any](c *chance, of []T) T { return of[c.intn(len(of))] }

func shuffle[T any](c *chance, s []T) {
	for i := len(s) - 1; i > 0; i-- {
		j := c.intn(i + 1)
		s[i], s[j] = s[j], s[i]
	}
}

// noise is smooth in the plane, in [-1, 1], with features of about one unit.
type noise uint64

func (n noise) at(x, y float64) float64 {
	fx, fy := math.Floor(x), math.Floor(y)
	ix, iy := int64(fx), int64(fy)
	tx, ty := smooth(x-fx), smooth(y-fy)
	a := n.corner(ix, iy)*(1-tx) + n.corner(ix+1, iy)*tx
	b := n.corner(ix, iy+1)*(1-tx) + n.corner(ix+1, iy+1)*tx
	return a*(1-ty) + b*ty
}

func (n noise) corner(x, y int64) float64 {
	return float64(mix(uint64(n)^mix(uint64(x)*0x9e3779b97f4a7c15^mix(uint64(y))))>>11)/(1<<52) - 1
}

func smooth(t float64) float64 { return t * t * t * (t*(t*6-15) + 10) }

// rise climbs smoothly from 0 at a to 1 at b.
func rise(a, b, x float64) float64 { return smooth(min(1, max(0, (x-a)/(b-a)))) }

// bell is 1 at 0 and falls to 0.37 at ±1.
func bell(x float64) float64 { return math.Exp(-x * x) }
