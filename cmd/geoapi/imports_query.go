package main

import (
	"net/url"
	"strconv"
	"strings"

	"onegrid/geo"
)

// importQuery reads the query; parameters that are not known are refused.
func importQuery(q url.Values) (f importFlags, accept bool, err error) {
	f = importFlags{Map: map[string]string{}}
	words := map[string]*string{
		"as": &f.As, "network": &f.Network, "level": &f.Level, "code": &f.Code, "name": &f.Name,
		"parent": &f.Parent, "crs": &f.CRS, "gaps": &f.Gaps, "layer": &f.Layer, "snap_to": &f.SnapTo, "encoding": &f.Encoding,
	}
	for name, values := range q {
		value := values[0]
		word, plain := words[name]
		var wrong string
		switch {
		case len(values) > 1 && name != "map":
			wrong = "a parameter is given once"
		case plain:
			*word = value
		case name == "priority":
			f.Priority = strings.Split(value, ",")
		case name == "map":
			for _, pair := range values {
				ours, theirs, ok := strings.Cut(pair, "=")
				if !ok {
					wrong = "a mapping is OURS=THEIRS"
				}
				f.Map[ours] = theirs
			}
		case name == "gap_width":
			if f.GapWidth, err = strconv.ParseFloat(value, 64); err != nil {
				wrong = "a gap width is a number of metres"
			}
		case name == "snap_m":
			if f.SnapM, err = strconv.ParseFloat(value, 64); err != nil {
				wrong = "a tolerance for snapping is a number of metres"
			}
		case name == "accept":
			if accept, err = strconv.ParseBool(value); err != nil {
				wrong = "accept is true or false"
			}
		default:
			wrong = "there is no such parameter"
		}
		if wrong != "" {
			return f, false, geo.Errorf(geo.Invalid, "%s", wrong).On(name, value)
		}
	}
	return f, accept, nil
}
