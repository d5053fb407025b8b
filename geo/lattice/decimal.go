package lattice

import (
	"errors"
	"fmt"
	"math"
	"strconv"
)

// The limits of the lattice: what a longitude and a latitude may be.
const (
	MaxLon = 180 * Scale
	MaxLat = 90 * Scale
)

// errNumber says that a text is no decimal number at all.
var errNumber = errors.New("not a decimal number")

// errRange says that a number is no coordinate.
var errRange = errors.New("out of range")

// ParseLon reads a longitude in degrees from its decimal text, exponents
// included, and rounds it to the nearest lattice unit, halves away from zero.
// No float is on the way, so what Append wrote is read back exactly. It fails
// for what is not a number and for what lies beyond 180 degrees.
func ParseLon[T string | []byte](s T) (int32, error) {
	return parseCoordinate(s, MaxLon, "longitude")
}

// ParseLat reads a latitude; see ParseLon. It fails beyond 90 degrees.
func ParseLat[T string | []byte](s T) (int32, error) {
	return parseCoordinate(s, MaxLat, "latitude")
}

// ParsePoint reads a point from the decimal texts of its two coordinates.
func ParsePoint[T string | []byte](lon, lat T) (Point, error) {
	x, err := ParseLon(lon)
	if err != nil {
		return Point{}, err
	}
	y, err := ParseLat(lat)
	if err != nil {
		return Point{}, err
	}
	return Point{x, y}, nil
}

func parseCoordinate[T string | []byte](s T, limit int64, what string) (int32, error) {
	v, err := parseUnits(s, limit)
	if err == nil {
		return int32(v), nil
	}
	if errors.Is(err, errNumber) {
		return 0, fmt.Errorf("%s %s is %w", what, clip(s), err)
	}
	return 0, fmt.Errorf("%s %s is %w: the limit is %d degrees", what, clip(s), err, limit/Scale)
}

// clip quotes the start of what stood there, so that a message stays short
// however long the input was.
func clip[T string | []byte](s T) string {
	const most = 32
	if len(s) > most {
		return strconv.Quote(string(s[:most]) + "…")
	}
	return strconv.Quote(string(s))
}

// parseUnits reads a decimal number of degrees as lattice units. It keeps up to
// 19 significant digits: with halves rounded away from zero, the digits beyond
// them can never decide.
func parseUnits[T string | []byte](s T, limit int64) (int64, error) {
	i, negative := 0, false
	if i < len(s) && (s[i] == '-' || s[i] == '+') {
		negative = s[i] == '-'
		i++
	}
	var mantissa uint64
	exponent, digits, point := 7, 0, false // 7: lattice units, not degrees
	kept := 0
	for ; i < len(s); i++ {
		c := s[i]
		if c == '.' && !point {
			point = true
			continue
		}
		if c < '0' || c > '9' {
			break
		}
		digits++
		switch {
		case kept < 19:
			mantissa = mantissa*10 + uint64(c-'0')
			if mantissa > 0 {
				kept++
			}
			if point {
				exponent--
			}
		case !point:
			exponent++
		}
	}
	if digits == 0 {
		return 0, errNumber
	}
	if i < len(s) {
		e, ok := parseExponent(s[i:])
		if !ok {
			return 0, errNumber
		}
		exponent += e
	}
	v, ok := scale10(mantissa, exponent)
	if !ok || v > uint64(limit) {
		return 0, errRange
	}
	if negative {
		return -int64(v), nil
	}
	return int64(v), nil
}

// parseExponent reads "e-12". Exponents too large to matter are cut short, but
// stay large enough that no length of mantissa brings them back.
func parseExponent[T string | []byte](s T) (int, bool) {
	if s[0] != 'e' && s[0] != 'E' {
		return 0, false
	}
	i, negative := 1, false
	if i < len(s) && (s[i] == '-' || s[i] == '+') {
		negative = s[i] == '-'
		i++
	}
	if i == len(s) {
		return 0, false
	}
	e := 0
	for ; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		if e < math.MaxInt32 {
			e = e*10 + int(s[i]-'0')
		}
	}
	if negative {
		e = -e
	}
	return e, true
}

// scale10 returns m * 10^e rounded to the nearest integer, halves up. It says
// no when the result does not fit.
func scale10(m uint64, e int) (uint64, bool) {
	switch {
	case m == 0:
		return 0, true
	case e > 19:
		return 0, false
	case e < -20: // less than 10^20 / 10^21
		return 0, true
	}
	for ; e > 0; e-- {
		if m > math.MaxUint64/10 {
			return 0, false
		}
		m *= 10
	}
	if e == 0 {
		return m, true
	}
	// All but one of the digits to drop go at once: they can decide only a
	// half, and a half goes up whatever follows it.
	for ; e < -1; e++ {
		m /= 10
	}
	return m/10 + (m%10)/5, true
}

// Append writes one coordinate as decimal degrees: exact, without trailing
// zeros, never in exponent form.
func Append(dst []byte, v int32) []byte {
	n := int64(v)
	if n < 0 {
		dst = append(dst, '-')
		n = -n
	}
	dst = strconv.AppendInt(dst, n/Scale, 10)
	rest := n % Scale
	if rest == 0 {
		return dst
	}
	var frac [8]byte
	frac[0] = '.'
	for i := 7; i > 0; i-- {
		frac[i] = byte('0' + rest%10)
		rest /= 10
	}
	end := len(frac)
	for frac[end-1] == '0' {
		end--
	}
	return append(dst, frac[:end]...)
}
