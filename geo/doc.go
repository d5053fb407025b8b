// Package geo holds onegrid's nouns: what a city's grids, buildings, devices
// and incidents are, with nothing said of how they are stored, indexed or
// served. It stands on lattice alone; everything else stands on it.
package geo
