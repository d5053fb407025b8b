package mvt

import (
	"errors"
	"fmt"
)

// Commands.
const (
	moveTo    = 1
	lineTo    = 2
	closePath = 7
)

// commands walks over a geometry.
type commands struct {
	rest []uint32
	at   XY
}

// command takes a command integer.
func (c *commands) command() (id, count uint32, err error) {
	if len(c.rest) == 0 {
		return 0, 0, errors.New("the geometry ends where a command should stand")
	}
	id, count = c.rest[0]&7, c.rest[0]>>3
	c.rest = c.rest[1:]
	if id != moveTo && id != lineTo && id != closePath {
		return 0, 0, fmt.Errorf("there is no command %d", id)
	}
	if id != closePath && uint64(count)*2 > uint64(len(c.rest)) {
		return 0, 0, fmt.Errorf("a command counts %d pairs, and %d numbers follow", count, len(c.rest))
	}
	return id, count, nil
}

// pair takes a pair of parameters, which command has found to be there, and moves
// the cursor.
func (c *commands) pair() XY {
	zigzag := func(n uint32) int64 { return int64(n>>1) ^ -int64(n&1) }
	c.at.X += zigzag(c.rest[0])
	c.at.Y += zigzag(c.rest[1])
	c.rest = c.rest[2:]
	return c.at
}

func readGeometry(t Type, g []uint32, work *int) ([][]XY, error) {
	c := &commands{rest: g}
	switch t {
	case Point:
		return c.points()
	case LineString:
		return c.lines()
	case Polygon:
		rings, err := c.rings()
		if err != nil {
			return nil, err
		}
		return rings, checkPolygons(rings, work)
	default:
		return nil, nil // experimental: nothing is known of it
	}
}

func (c *commands) points() ([][]XY, error) {
	id, count, err := c.command()
	if err != nil {
		return nil, err
	}
	if id != moveTo || count == 0 {
		return nil, errors.New("points are not one MoveTo of one or more")
	}
	var out [][]XY
	for range count {
		out = append(out, []XY{c.pair()})
	}
	if len(c.rest) > 0 {
		return nil, errors.New("more follows the points' MoveTo")
	}
	return out, nil
}

func (c *commands) lines() ([][]XY, error) {
	var out [][]XY
	for first := true; first || len(c.rest) > 0; first = false {
		line, err := c.path(1)
		if err != nil {
			return nil, err
		}
		out = append(out, line)
	}
	return out, nil
}

func (c *commands) rings() ([][]XY, error) {
	var out [][]XY
	for first := true; first || len(c.rest) > 0; first = false {
		ring, err := c.path(2)
		if err != nil {
			return nil, err
		}
		id, count, err := c.command()
		if err != nil {
			return nil, err
		}
		if id != closePath || count != 1 {
			return nil, errors.New("a ring does not end with one ClosePath")
		}
		if ring[0] == ring[len(ring)-1] {
			return nil, fmt.Errorf("a ring repeats its first place %v before ClosePath", ring[0])
		}
		out = append(out, ring)
	}
	return out, nil
}

// path takes a MoveTo of one and a LineTo of at least least.
func (c *commands) path(least uint32) ([]XY, error) {
	id, count, err := c.command()
	if err != nil {
		return nil, err
	}
	if id != moveTo || count != 1 {
		return nil, errors.New("a line or ring does not begin with one MoveTo")
	}
	start := c.pair()
	id, count, err = c.command()
	if err != nil {
		return nil, err
	}
	if id != lineTo || count < least {
		return nil, fmt.Errorf("a line or ring has no LineTo of %d or more after its MoveTo", least)
	}
	out := append(make([]XY, 0, count+1), start)
	for range count {
		p := c.pair()
		if p == out[len(out)-1] {
			return nil, fmt.Errorf("a segment has no length at %v", p)
		}
		out = append(out, p)
	}
	return out, nil
}
