package access

import (
	"crypto/sha256"
	"encoding/base32"
	"slices"
	"strings"

	"onegrid/geo"
	"onegrid/geo/world"
)

// Sight is what of a caller decides what is seen of any world. It is a value: two
// callers with the same sight see the same, so that answers which are kept are
// kept by it. The zero value sees nothing.
type Sight struct {
	Classes  ClassSet
	Subtree  string // code of the area that all must lie in; "": the whole city
	Networks string // "": all; else their ids in order, each between commas: ",a,b,"
}

// Sight is the caller's.
func (c *Caller) Sight() Sight {
	s := Sight{Classes: c.sees, Subtree: c.Scope.Subtree}
	if c.Scope.Networks != nil {
		s.Networks = NetworksOf(c.Scope.Networks)
	}
	return s
}

// NetworksOf is a list of ids as a Sight writes it.
func NetworksOf(ids []string) string {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	return "," + strings.Join(append(ids, ""), ",")
}

// On returns the view that everybody with this sight has of a world.
func (s Sight) On(w *world.World) View {
	scope := geo.Scope{Subtree: s.Subtree}
	if s.Networks != "" {
		scope.Networks = strings.FieldsFunc(s.Networks, func(r rune) bool { return r == ',' })
	}
	return (&Caller{Credential: geo.Credential{Scope: scope}, sees: s.Classes}).On(w)
}

// Network reports whether a network is seen.
func (s Sight) Network(id string) bool {
	return s.Networks == "" || strings.Contains(s.Networks, ","+id+",")
}

// Holds reports whether areas, each with all above it, are the subtree's.
func (s Sight) Holds(codes []string) bool {
	return s.Subtree == "" || slices.Contains(codes, s.Subtree)
}

// Narrowed reports whether anything but the classes limits it.
func (s Sight) Narrowed() bool { return s.Subtree != "" || s.Networks != "" }

// Tag is the sight in a few letters that fit into URLs and entity tags: the first
// of each class, and where it is narrowed a hash of how. Different sights have
// different tags.
func (s Sight) Tag() string {
	if !s.Narrowed() {
		return tags[s.Classes&AllClasses]
	}
	sum := sha256.Sum256([]byte(s.Subtree + "\x00" + s.Networks))
	return tags[s.Classes&AllClasses] + strings.ToLower(base32.StdEncoding.EncodeToString(sum[:10]))
}

// tags of the sets of classes: "p", "pi", "pir" ...
var tags = func() (out [1 << 3]string) {
	for set := range out {
		for i, c := range geo.Classes {
			if set>>i&1 == 1 {
				out[set] += string(c[0])
			}
		}
	}
	return out
}()
