package geo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
)

// maxScheme bounds a scheme's size; a real one is a few kilobytes.
const maxScheme = 4 << 20

// maxLevels bounds a network's levels: seven are drawn at most in practice, a
// building and a unit level below them.
const maxLevels = 16

var idPattern = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)

// Tilesets and their layers are named after networks and levels; these names
// are taken.
var (
	tilesets = map[string]bool{
		"base": true, "grids": true, "estates": true, "buildings": true,
		"devices": true, "sites": true, "incidents": true, "onepicture": true,
	}
	tileLayers = map[string]bool{"borders": true, "labels": true}
)

// ParseScheme reads and validates a scheme. Unknown fields are refused, so that
// a misspelt setting is not silently without effect.
func ParseScheme(r io.Reader) (Scheme, error) {
	var s Scheme
	b, err := io.ReadAll(io.LimitReader(r, maxScheme+1))
	if err != nil {
		return s, &Error{Kind: Invalid, Message: "reading the scheme", Err: err}
	}
	if len(b) > maxScheme {
		return s, Errorf(TooLarge, "a scheme has at most %d bytes", maxScheme)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return s, &Error{Kind: Invalid, Message: "the scheme is not valid JSON of a scheme", Err: err}
	}
	if d.More() {
		return s, Errorf(Invalid, "something follows the scheme")
	}
	return s, s.Validate()
}

// Validate returns an Invalid error that names the first setting that is wrong.
func (s *Scheme) Validate() error {
	if len(s.Networks) == 0 {
		return Errorf(Invalid, "a scheme has at least the basic network").On("/networks", "[]")
	}
	seen := map[string]bool{}
	basics := 0
	for i := range s.Networks {
		n := &s.Networks[i]
		at := fmt.Sprintf("/networks/%d", i)
		if err := n.validate(at); err != nil {
			return err
		}
		if seen[n.ID] {
			return Errorf(Invalid, "two networks are named %q", n.ID).On(at+"/id", n.ID)
		}
		seen[n.ID] = true
		if n.Kind == Basic {
			basics++
		}
	}
	if basics != 1 {
		return Errorf(Invalid, "a scheme has exactly one basic network, this one has %d", basics).On("/networks", "")
	}
	if h := s.Bounds.Households; h[0] < 0 || h[1] < 0 || (h[1] > 0 && h[0] > h[1]) {
		return Errorf(Invalid, "bounds are [least, most]").On("/bounds/households", fmt.Sprint(h))
	}
	if s.Access != nil {
		return s.Access.validate(s, "/access")
	}
	return nil
}

func (n *Network) validate(at string) error {
	if !idPattern.MatchString(n.ID) {
		return Errorf(Invalid, "a network's id is lower-case letters, digits and hyphens").On(at+"/id", n.ID)
	}
	if tilesets[n.ID] {
		return Errorf(Invalid, "a network cannot be named %q: a tileset has that name", n.ID).On(at+"/id", n.ID)
	}
	switch n.Kind {
	case Basic, Exclusive, Stacked:
	default:
		return Errorf(Invalid, "a network is basic, exclusive or stacked").On(at+"/kind", string(n.Kind))
	}
	if len(n.Levels) == 0 || len(n.Levels) > maxLevels {
		return Errorf(Invalid, "a network has 1 to %d levels", maxLevels).On(at+"/levels", fmt.Sprint(len(n.Levels)))
	}
	seen := map[string]bool{}
	undrawn := false
	for i, l := range n.Levels {
		at := fmt.Sprintf("%s/levels/%d", at, i)
		if !idPattern.MatchString(l.ID) {
			return Errorf(Invalid, "a level's id is lower-case letters, digits and hyphens").On(at+"/id", l.ID)
		}
		if tileLayers[l.ID] {
			return Errorf(Invalid, "a level cannot be named %q: a tile's layer has that name", l.ID).On(at+"/id", l.ID)
		}
		if seen[l.ID] {
			return Errorf(Invalid, "two levels are named %q", l.ID).On(at+"/id", l.ID)
		}
		seen[l.ID] = true
		if err := l.validate(at); err != nil {
			return err
		}
		drawn := l.Kind == "" || l.Kind == AreaLevel
		if drawn && undrawn {
			return Errorf(Invalid, "levels run from the top to the finest: area %q stands below a building or unit", l.ID).On(at, l.ID)
		}
		undrawn = undrawn || !drawn
	}
	if len(n.DrawnLevels()) == 0 {
		return Errorf(Invalid, "network %q has no level of kind area", n.ID).On(at+"/levels", "")
	}
	return nil
}

func (l *Level) validate(at string) error {
	switch l.Kind {
	case "", AreaLevel, BuildingLevel, UnitLevel:
	default:
		return Errorf(Invalid, "a level is an area, a building or a unit").On(at+"/kind", string(l.Kind))
	}
	if _, err := regexp.Compile(l.Code); err != nil {
		return (&Error{Kind: Invalid, Message: "a level's code is a regular expression", Err: err}).On(at+"/code", l.Code)
	}
	return nil
}
