package coverage

// For tests that look from outside, beside packages that import this one.
var (
	MosaicNetwork = mosaicNetwork
	SomeMosaic    = someMosaic
	Birmingham    = birmingham
	Rounds        = rounds
	Sizes         = sizes
	QuiltNetwork  = quiltNetwork
	MustBuild     = mustBuild
)

var (
	NodeModules = nodeModules
	CheckByGEOS = checkByGEOS
	OutlinesOf  = outlinesOf
)
