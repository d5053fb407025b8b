package main

import "onegrid/geo/lattice"

// appendGeometry writes a shape as a GeoJSON MultiPolygon (RFC 7946): outer
// rings counter-clockwise, holes clockwise, closed, degrees to 7 decimals, which
// is exactly the lattice.
func appendGeometry(b []byte, shape lattice.MultiPolygon) []byte {
	b = append(b, `{"type":"MultiPolygon","coordinates":[`...)
	for i, polygon := range shape {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '[')
		for j, ring := range polygon {
			if j > 0 {
				b = append(b, ',')
			}
			b = appendRing(b, ring)
		}
		b = append(b, ']')
	}
	return append(b, "]}"...)
}

func appendRing(b []byte, ring lattice.Ring) []byte {
	b = append(b, '[')
	for _, p := range ring {
		b = p.AppendJSON(b)
		b = append(b, ',')
	}
	if len(ring) > 0 {
		b = ring[0].AppendJSON(b)
	}
	return append(b, ']')
}
