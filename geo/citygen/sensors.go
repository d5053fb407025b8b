package citygen

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"onegrid/geo"
)

// addWaterLevels sets gauges evenly along the banks of lake, river and stream.
func (b *builder) addWaterLevels() {
	var banks []vec
	for i := range b.lines {
		l := &b.lines[i]
		for _, p := range l.pieces {
			path := b.vecs(p)
			switch l.class {
			case river, stream:
				half := traits[l.class].halfWidth + 4
				banks = append(banks, offset(path, func(int) float64 { return half })...)
			}
		}
	}
	if b.land.lake != nil {
		banks = append(banks, offset(closed(b.land.lake), func(int) float64 { return -5 })...)
	}
	n := b.f.WaterLevel
	for i := range n {
		p := banks[(2*i+1)*len(banks)/(2*n)]
		b.device("water-level", "W", b.point(p), geo.Text{"zh": fmt.Sprintf("%d号水位计", i+1), "en": fmt.Sprintf("Water gauge %d", i+1)}, nil, "")
	}
}

// addWaterlogging sets sensors at junctions on low ground, near water and under
// the railway, some way apart.
func (b *builder) addWaterlogging(js []junction) error {
	shores := thin(b.land.shores, 120)
	if b.land.railway != nil {
		shores = append(shores, walk(b.land.railway, 120))
	}
	low := slices.Clone(js)
	for i := range low {
		p := b.vec(low[i].at)
		low[i].water = math.Inf(1)
		for _, s := range shores {
			for k := 1; k < len(s); k++ {
				low[i].water = min(low[i].water, segDist(p, s[k-1], s[k]))
			}
		}
	}
	low = slices.DeleteFunc(low, func(j junction) bool { return j.water < b.land.bank })
	if len(low) < b.f.Waterlogging {
		return geo.Errorf(geo.Invalid, "there are only %d junctions for %d waterlogging sensors", len(low), b.f.Waterlogging).On("waterlogging_sensors", "")
	}
	slices.SortStableFunc(low, func(x, y junction) int { return cmp.Compare(x.water, y.water) })
	var chosen []vec
	for apart := 420.0; len(chosen) < b.f.Waterlogging; apart /= 2 {
		for _, j := range low {
			p := b.vec(j.at).add(vec{4, 4})
			if len(chosen) < b.f.Waterlogging && !slices.ContainsFunc(chosen, func(q vec) bool { return p.dist(q) < apart }) {
				chosen = append(chosen, p)
			}
		}
	}
	for i, p := range chosen {
		b.device("waterlogging", "N", b.point(p), geo.Text{"zh": fmt.Sprintf("%d号积水点", i+1), "en": fmt.Sprintf("Waterlogging point %d", i+1)}, nil, "")
	}
	return nil
}
