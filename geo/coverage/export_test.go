package coverage

import (
	"math/rand/v2"

	"onegrid/geo"
)

// For tests that look from outside, beside packages that import this one.
var (
	MosaicNetwork = mosaicNetwork
	SomeMosaic    = someMosaic
	Birmingham    = birmingham
	Rounds        = rounds
	Sizes         = sizes
	QuiltNetwork  = quiltNetwork
	MustBuild     = mustBuild
	NodeModules   = nodeModules
	CheckByGEOS   = checkByGEOS
	OutlinesOf    = outlinesOf
)

// And the other way round: planners live in a package that imports this one, so
// a test within can have one only from a test outside, which sets these.
var (
	Kinds         []string
	MakeOperation func(r *rand.Rand, c *Coverage, n geo.Network, made *int, kind string) Operation
)

// planner makes up operations on its coverage.
type planner struct {
	*rand.Rand
	c    *Coverage
	n    geo.Network
	made int
}

func (p *planner) make(kind string) Operation {
	return MakeOperation(p.Rand, p.c, p.n, &p.made, kind)
}

// grounds counts the areas with ground.
func (p *planner) grounds() (n int) {
	for a := range p.c.Areas() {
		if len(p.c.RegionsOf(int32(a))) > 0 {
			n++
		}
	}
	return n
}

func describe(op Operation) string {
	b, _ := MarshalOperation(op)
	return string(b)
}
