package citygen

import (
	"math"
)

// shareHouseholds decides how many households each grid has, within its bounds
// and to the total where one is asked for.
func shareHouseholds(f *Figures, n int) []int {
	r := chanceOf(f.Seed, 4)
	lo, hi := f.Bounds[0], f.Bounds[1]
	out := make([]int, n)
	sum := 0
	for i := range out {
		out[i] = lo + int(float64(hi-lo)*(0.06+0.88*(r.float()+r.float())/2)+0.5)
		sum += out[i]
	}
	for i := 0; f.Households > 0 && sum != f.Households; i = (i + 1) % n {
		if sum < f.Households && out[i] < hi {
			out[i]++
			sum++
		} else if sum > f.Households && out[i] > lo {
			out[i]--
			sum--
		}
	}
	return out
}

// inhabit shares a grid's households over its homes by floors and flats, and
// raises or lowers the homes until they hold them.
func inhabit(homes []*body, households int) []int {
	natural := 0
	for _, b := range homes {
		natural += b.flats * b.storeys
	}
	k := float64(households) / float64(natural)
	weights := make([]float64, len(homes))
	for i, b := range homes {
		lowest := 2
		if b.storeys > 8 {
			lowest = 7
		}
		if b.flats > 1 || k > 1 {
			b.storeys = min(34, max(min(lowest, b.storeys), int(math.Round(float64(b.storeys)*max(0.7, k)))))
		}
		weights[i] = float64(b.flats * b.storeys)
	}
	return seats(households, weights)
}
