package access

import (
	"slices"
	"strings"

	"onegrid/geo"
)

// ClassSet is a set of classes, small enough to be part of a cache's key.
type ClassSet uint8

// SetOf makes a set.
func SetOf(classes ...geo.Class) (s ClassSet) {
	for _, c := range classes {
		if i := slices.Index(geo.Classes, c); i >= 0 {
			s |= 1 << i
		}
	}
	return s
}

// AllClasses sees everything.
var AllClasses = SetOf(geo.Classes...)

// Has reports whether a class is in the set.
func (s ClassSet) Has(c geo.Class) bool { return s&SetOf(c) != 0 }

// String is the set as tags and logs write it.
func (s ClassSet) String() string {
	var names []string
	for _, c := range geo.Classes {
		if s.Has(c) {
			names = append(names, string(c))
		}
	}
	return strings.Join(names, "+")
}

// ClassOf is the class of a layer of objects. One that nobody has thought of is
// restricted.
func ClassOf(l geo.Layer) geo.Class {
	kind, _, _ := strings.Cut(string(l), ":") // grids are of a network, or of whichever
	switch geo.Layer(kind) {
	case geo.Base, geo.Estates, geo.Buildings, geo.Sites, "grids", geo.Scheming:
		return geo.ClassPublic
	case geo.Devices, geo.Posts:
		return geo.ClassInternal
	}
	return geo.ClassRestricted
}

// FewerThan is from which number on the public is told a count of what is not
// for its eyes: less would tell of single ones.
const FewerThan = 5
