package record

import (
	"strings"

	"onegrid/geo"
)

// Names is a geo.Text in its compact form: language and name in turn, by
// language.
type Names string

// next takes the first name off.
func (n Names) next() (tag, name string, rest Names) {
	c := cursor{rest: string(n)}
	if k := int(c.byte()); k < len(knownTags) {
		tag = knownTags[k]
	} else {
		tag = c.str()
	}
	return tag, c.str(), Names(c.rest)
}

// In returns the name in a language as geo.Text.In does, without allocating.
func (n Names) In(lang string) string {
	best, found := 5, ""
	for rest := n; rest != ""; {
		var tag, name string
		tag, name, rest = rest.next()
		// Tags are sorted, so the first of the others is the smallest.
		if r := rank(tag, lang); r < best {
			best, found = r, name
		}
	}
	return found
}

func rank(tag, lang string) int {
	switch tag {
	case lang:
		return 0
	case "":
		return 1
	case "zh":
		return 2
	case "en":
		return 3
	}
	return 4
}

// Has returns the name in exactly this language, "" if there is none.
func (n Names) Has(lang string) string {
	for rest := n; rest != ""; {
		var tag, name string
		if tag, name, rest = rest.next(); tag == lang {
			return name
		}
	}
	return ""
}

// Text returns the names as a noun's field, cloned.
func (n Names) Text() geo.Text {
	if n == "" {
		return nil
	}
	t := geo.Text{}
	for rest := n; rest != ""; {
		var tag, name string
		tag, name, rest = rest.next()
		t[strings.Clone(tag)] = strings.Clone(name)
	}
	return t
}
