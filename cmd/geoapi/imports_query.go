package main

import (
	"net/url"
	"strconv"
	"strings"

	"onegrid/geo"
)

// importQuery reads the query; parameters that are not known are refused.
func importQuery(q url.Values) (f importFlags, accept bool, err error) {
	f = importFlags{CRS: "wgs84", Map: map[string]string{}}
	for name, values := range q {
		value := values[0]
		bad := func(message string) error { return geo.Errorf(geo.Invalid, "%s", message).On(name, value) }
		if len(values) > 1 && name != "map" {
			return f, false, bad("a parameter is given once")
		}
		switch name {
		case "as":
			f.As = value
		case "network":
			f.Network = value
		case "level":
			f.Level = value
		case "code":
			f.Code = value
		case "name":
			f.Name = value
		case "parent":
			f.Parent = value
		case "crs":
			f.CRS = value
		case "gaps":
			f.Gaps = value
		case "priority":
			f.Priority = strings.Split(value, ",")
		case "map":
			for _, m := range values {
				ours, theirs, ok := strings.Cut(m, "=")
				if !ok {
					return f, false, bad("a mapping is OURS=THEIRS")
				}
				f.Map[ours] = theirs
			}
		case "gap_width":
			if f.GapWidth, err = strconv.ParseFloat(value, 64); err != nil {
				return f, false, bad("a gap width is a number of metres")
			}
		case "accept":
			if accept, err = strconv.ParseBool(value); err != nil {
				return f, false, bad("accept is true or false")
			}
		default:
			return f, false, bad("there is no such parameter")
		}
	}
	return f, accept, nil
}
