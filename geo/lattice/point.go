package lattice

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"math"
)

// FromDegrees returns the lattice point nearest to a longitude and a latitude
// in degrees, halves away from zero. The error is for what is no coordinate:
// NaN, infinities, and what lies beyond 180 or 90 degrees.
func FromDegrees(lon, lat float64) (Point, error) {
	// Written so that NaN fails too.
	if !(math.Abs(lon) <= 180) {
		return Point{}, fmt.Errorf("longitude %v is %w: the limit is 180 degrees", lon, errRange)
	}
	if !(math.Abs(lat) <= 90) {
		return Point{}, fmt.Errorf("latitude %v is %w: the limit is 90 degrees", lat, errRange)
	}
	return Point{int32(math.Round(lon * Scale)), int32(math.Round(lat * Scale))}, nil
}

// Degrees returns the longitude and the latitude in degrees: the floats
// nearest to the exact decimals, so FromDegrees gives the point back.
func (p Point) Degrees() (lon, lat float64) {
	return float64(p.X) / Scale, float64(p.Y) / Scale
}

// Lon is the longitude in degrees.
func (p Point) Lon() float64 { return float64(p.X) / Scale }

// Lat is the latitude in degrees.
func (p Point) Lat() float64 { return float64(p.Y) / Scale }

// String writes "lon, lat", exactly.
func (p Point) String() string {
	b := Append(make([]byte, 0, 28), p.X)
	b = append(b, ", "...)
	return string(Append(b, p.Y))
}

// Compare orders points by longitude, then by latitude. The smallest vertex of
// a closed border in this order is its node.
func Compare(a, b Point) int {
	if c := cmp.Compare(a.X, b.X); c != 0 {
		return c
	}
	return cmp.Compare(a.Y, b.Y)
}

// AppendJSON writes [lon,lat], exactly.
func (p Point) AppendJSON(dst []byte) []byte {
	dst = append(dst, '[')
	dst = Append(dst, p.X)
	dst = append(dst, ',')
	dst = Append(dst, p.Y)
	return append(dst, ']')
}

// MarshalJSON writes [lon,lat] in degrees, exactly.
func (p Point) MarshalJSON() ([]byte, error) {
	return p.AppendJSON(make([]byte, 0, 28)), nil
}

// UnmarshalJSON reads a GeoJSON position: [lon,lat], or [lon,lat,altitude]
// whose altitude is dropped. Decimals are read exactly, without floats.
func (p *Point) UnmarshalJSON(b []byte) error {
	fields, err := numbers(b)
	if err != nil {
		return err
	}
	if len(fields) < 2 || len(fields) > 3 {
		return fmt.Errorf("a position has two numbers, or three, not %d", len(fields))
	}
	q, err := ParsePoint(fields[0], fields[1])
	if err != nil {
		return err
	}
	*p = q
	return nil
}

// numbers splits a JSON array of scalars into their texts.
func numbers(b []byte) ([][]byte, error) {
	b = trim(b)
	if len(b) < 2 || b[0] != '[' || b[len(b)-1] != ']' {
		return nil, errors.New("a position is an array of numbers: [lon,lat]")
	}
	b = b[1 : len(b)-1]
	if len(trim(b)) == 0 {
		return nil, nil
	}
	var fields [][]byte
	start := 0
	for i := 0; i <= len(b); i++ {
		if i == len(b) || b[i] == ',' {
			fields = append(fields, trim(b[start:i]))
			start = i + 1
			if len(fields) > 8 { // more than any position or box has
				break
			}
		}
	}
	return fields, nil
}

// trim cuts JSON's white space at both ends.
func trim(b []byte) []byte { return bytes.Trim(b, " \t\n\r") }
