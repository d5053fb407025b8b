// Package exchange brings a city's data in and out: GeoJSON as a
// FeatureCollection or a text sequence, and TopoJSON, gzipped or not; ESRI
// Shapefiles, as files beside each other or in one zip archive; GeoPackages; and
// CSV hierarchies.
//
// An import is prepared first: the file is decoded within stated bounds, foreign
// fields are mapped to ours, fields on persons are refused, a network's shapes
// are built into a coverage, and all that was found is put in a Preview.
// Accepting the preview makes it visible whole or not at all.
//
//	file -> Feature -> objects or shapes -> Preview -> Accept -> store
//
// What a file is, is told by its first bytes. Its coordinate system is the one
// that was given, or else the one that it names itself (a .prj, a GeoPackage's
// table), and one that names none where it should is refused: see prj.go. The
// texts of Shapefiles are in what was given, or their .cpg or .dbf says, or they
// turn out to be: see encoding.go. The preview tells both, and what said so.
//
// An export is gone over as often as its format needs, and keeps nothing. What it
// writes comes back as the very same coverage: GeoJSON and TopoJSON hold the
// lattice's whole numbers, and the doubles of the others name each lattice point
// also when they are metres of a Gauss-Krüger zone.
//
// Decoders are written for files by anybody: sizes, counts, depths and ratios are
// bounded, counts are held against the bytes that are there before memory is
// taken, and each has a fuzz target. The Shapefile reader is our own for that
// reason: github.com/jonas-p/go-shp, which most programs use, makes its slices as
// long as the header of a record says, looks at no error of a read, and leaves
// rings as they lie, without telling holes from ground.
package exchange
