package geo

import (
	"encoding/json"
	"fmt"
)

// Text is a name in one or several languages, by language tag: {"en": "Lakeside",
// "zh": "湖滨新区"}. In JSON a plain string stands for a name whose language is
// not told, kept under the empty tag.
type Text map[string]string

// Plain is a name whose language is not told.
func Plain(s string) Text {
	if s == "" {
		return nil
	}
	return Text{"": s}
}

// In returns the name in the given language, else the plain one, else the
// Chinese, the English, or whichever comes first by tag. Empty if there is none.
func (t Text) In(lang string) string {
	for _, tag := range [...]string{lang, "", "zh", "en"} {
		if s, ok := t[tag]; ok {
			return s
		}
	}
	first, found := "", ""
	for tag, s := range t {
		if first == "" || tag < first {
			first, found = tag, s
		}
	}
	return found
}

// MarshalJSON writes a plain name as a string and any other as an object.
func (t Text) MarshalJSON() ([]byte, error) {
	if s, ok := t[""]; ok && len(t) == 1 {
		return json.Marshal(s)
	}
	return json.Marshal(map[string]string(t))
}

// UnmarshalJSON reads either form.
func (t *Text) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*t = nil
		return nil
	}
	var s string
	if json.Unmarshal(b, &s) == nil {
		*t = Plain(s)
		return nil
	}
	var m map[string]string
	if err := json.Unmarshal(b, &m); err != nil {
		return fmt.Errorf("a name is a string or an object of language to string")
	}
	*t = m
	return nil
}
