// Package exchange brings a city's data in and out: GeoJSON as a
// FeatureCollection or a text sequence, gzipped or not, and CSV hierarchies.
//
// An import is prepared first: the file is decoded within stated bounds, foreign
// fields are mapped to ours, fields on persons are refused, a network's shapes
// are built into a coverage, and all that was found is put in a Preview.
// Accepting the preview makes it visible whole or not at all.
//
//	file -> Features -> objects or shapes -> Preview -> Accept -> store
package exchange
