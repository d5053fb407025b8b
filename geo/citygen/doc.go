// Package citygen makes cities that do not exist: a deterministic function from
// a seed and a page of figures to everything that onegrid keeps of a city, from
// its grids down to the cameras at its junctions. Demos, fixtures and benchmarks
// stand on it, so it must look like a city and be exact like a survey.
//
// The order of work is that of a real city. Land and water come first
// (terrain.go, ground.go), then the streets, from the ring road to the lanes,
// each laid along a direction field that turns from quarter to quarter (field.go,
// avenues.go, carve.go, lay.go, trace.go). All lines live in one planar map on lattice points (planar.go), in
// which a line can only be added from border to border through the inside of a
// face: so no two lines ever cross, and neighbours share their border vertex by
// vertex. The faces that remain are blocks. Blocks are gathered into streets and
// towns, communities and grids (divide.go, divider.go; the lake's surface:
// flood.go) whose outlines are read off the map (outline.go). Inside each block
// lies a plot, set back from its streets (plot.go); it is given a use (uses.go)
// and built up (settle.go, layout.go, packer.go), and the homes share the grid's
// households (households.go). Names, codes, devices, sites and posts follow.
//
// Nobody lives in these cities: there are counts, roles and opaque references,
// and no person.
package citygen
