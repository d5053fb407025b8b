package exchange

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"onegrid/geo"
)

// Fields maps our names of properties to a file's: {"code": "OA11CD"}. A name
// that is not mapped is looked for under itself; one that is mapped to "" is left
// out.
type Fields map[string]string

// row is one feature's properties seen through the mapping. The first thing
// that is wrong is kept in err, so that a decoder reads as a list of fields.
type row struct {
	f      *Feature
	fields Fields
	err    error
}

func (r *row) fail(field, value, message string) {
	if r.err == nil {
		r.err = &geo.Error{Kind: geo.Invalid, Message: message, Field: "/properties/" + field, Value: value, Row: r.f.Row}
	}
}

// get returns the raw property under the file's name, and that name. nil stands
// for absent and for null alike. A name that Shapefiles have no room for is
// looked for as they cut it.
func (r *row) get(ours string) (json.RawMessage, string) {
	name := ours
	raw, ok := r.f.Properties[name]
	if mapped, is := r.fields[ours]; is {
		name = mapped
		raw = r.f.Properties[name]
	} else if cut := upTo(ours, maxTableName); !ok && cut != ours {
		if raw, ok = r.f.Properties[cut]; ok {
			name = cut
		}
	}
	if string(raw) == "null" {
		return nil, name
	}
	return raw, name
}

// text reads a string; numbers and booleans are taken as they are written, since
// codes often lose their quotes on the way.
func (r *row) text(ours string) string {
	raw, name := r.get(ours)
	s, ok := scalar(raw)
	if !ok {
		r.fail(name, short(raw), "a text is wanted here")
	}
	return strings.TrimSpace(s)
}

// scalar is the text of a JSON string, number or boolean; "" for nothing.
func scalar(raw json.RawMessage) (string, bool) {
	if len(raw) == 0 || string(raw) == "null" {
		return "", true
	}
	switch raw[0] {
	case '"':
		var s string
		err := json.Unmarshal(raw, &s)
		return s, err == nil
	case '{', '[':
		return "", false
	}
	return string(raw), true
}

// name reads a Text: a string or an object, with NAME_en and NAME_zh beside it.
func (r *row) name(ours string) geo.Text {
	raw, field := r.get(ours)
	var t geo.Text
	if raw != nil {
		if raw[0] != '{' {
			t = geo.Plain(r.text(ours))
		} else if err := json.Unmarshal(raw, &t); err != nil {
			r.fail(field, short(raw), "a name is a text or an object of language to text")
		}
	}
	for _, lang := range [...]string{"en", "zh"} {
		s, ok := scalar(r.f.Properties[ours+"_"+lang])
		if s == "" || !ok {
			continue
		}
		if plain, ok := t[""]; ok && lang == "en" {
			t = geo.Text{"zh": plain}
		}
		if t == nil {
			t = geo.Text{}
		}
		t[lang] = s
	}
	return t
}

// integer reads a whole number of at least least; fallback where there is none.
func (r *row) integer(ours string, least, fallback int) int {
	raw, name := r.get(ours)
	if raw == nil {
		return fallback
	}
	s, _ := scalar(raw)
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || f != math.Trunc(f) || f < float64(least) || f > math.MaxInt32 {
		r.fail(name, short(raw), "a whole number of at least "+strconv.Itoa(least)+" is wanted here")
		return fallback
	}
	return int(f)
}

// number reads a finite number within [least, most]; 0 where there is none.
func (r *row) number(ours string, least, most float64) float64 {
	raw, name := r.get(ours)
	if raw == nil {
		return 0
	}
	s, _ := scalar(raw)
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || !(f >= least && f <= most) {
		r.fail(name, short(raw), "a number from "+format(least)+" to "+format(most)+" is wanted here")
		return 0
	}
	return f
}

func format(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// decode reads a structured property into v.
func (r *row) decode(ours string, v any) {
	raw, name := r.get(ours)
	if raw == nil {
		return
	}
	if s, ok := scalar(raw); ok && raw[0] == '"' {
		raw = json.RawMessage(s) // formats without lists quote them
	}
	if err := json.Unmarshal(raw, v); err != nil {
		r.fail(name, short(raw), "not of the form that is wanted here")
	}
}

// codes reads a list of codes: a JSON list, or a text with commas.
func (r *row) codes(ours string) []string {
	raw, name := r.get(ours)
	if raw == nil {
		return nil
	}
	var out []string
	if text, _ := scalar(raw); strings.HasPrefix(text, "[") {
		raw = json.RawMessage(text) // formats without lists quote them
	}
	if raw[0] == '[' {
		if json.Unmarshal(raw, &out) != nil {
			r.fail(name, short(raw), "a list of codes is wanted here")
		}
		return out
	}
	for _, c := range strings.Split(r.text(ours), ",") {
		if c = strings.TrimSpace(c); c != "" {
			out = append(out, c)
		}
	}
	return out
}

// code reads the code: the mapped property, else `code`, else `id`, else the
// feature's own id.
func (r *row) code() string {
	if c := r.text("code"); c != "" {
		return r.bounded(c)
	}
	if _, mapped := r.fields["code"]; !mapped {
		for _, raw := range []json.RawMessage{r.f.Properties["id"], r.f.ID} {
			if c, ok := scalar(raw); ok && c != "" {
				return r.bounded(c)
			}
		}
	}
	_, name := r.get("code")
	r.fail(name, "", "the feature has no code; name its column with --code")
	return ""
}

const maxCode = 100

func (r *row) bounded(code string) string {
	if len(code) > maxCode {
		r.fail("code", short([]byte(code)), "a code has at most "+strconv.Itoa(maxCode)+" bytes")
	}
	return code
}

// watch shows every value of a feature to the columns. Lists and objects are
// looked into, since persons hide there too.
func (c columns) watch(f *Feature) error {
	for name, raw := range f.Properties {
		c.named(name) // an empty list is never seen otherwise
		if err := c.walk(f.Row, name, raw, 0); err != nil {
			return err
		}
	}
	return nil
}

const maxDepth = 16

func (c columns) walk(row int, name string, raw json.RawMessage, depth int) error {
	if s, ok := scalar(raw); ok {
		return c.see(row, name, s)
	}
	if depth == maxDepth {
		return &geo.Error{Kind: geo.Invalid, Row: row, Field: "/properties/" + name, Message: "a property is nested too deeply"}
	}
	if raw[0] == '[' {
		var items []json.RawMessage
		if err := json.Unmarshal(raw, &items); err != nil {
			return &geo.Error{Kind: geo.Invalid, Row: row, Field: "/properties/" + name, Message: "not valid JSON", Err: err}
		}
		for _, item := range items {
			if err := c.walk(row, name, item, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		return &geo.Error{Kind: geo.Invalid, Row: row, Field: "/properties/" + name, Message: "not valid JSON", Err: err}
	}
	for key, item := range members {
		if reason := c.persons.Field(key); reason != "" {
			return refusal(row, name+"."+key, "", reason)
		}
		if err := c.walk(row, name, item, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
