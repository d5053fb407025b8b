package geo_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"onegrid/geo"
)

const sound = `{
  "name": {"en": "Lakeside", "zh": "湖滨新区"},
  "region": {"gcj02": true},
  "networks": [
    {"id": "basic", "kind": "basic",
     "levels": [{"id": "district"}, {"id": "street"}, {"id": "community"},
                {"id": "grid", "code": "^\\d{15}$", "enclaves": false},
                {"id": "household-group", "kind": "unit"}]},
    {"id": "towers", "kind": "stacked", "levels": [{"id": "grid"}]}
  ],
  "bounds": {"households": [200, 300]},
  "categories": [], "rules": [], "states": []
}`

func TestParseScheme(t *testing.T) {
	s, err := geo.ParseScheme(strings.NewReader(sound))
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Name.In("en"); got != "Lakeside" {
		t.Errorf("name in en is %q", got)
	}
	if n := s.Basic(); n == nil || len(n.DrawnLevels()) != 4 {
		t.Errorf("the basic network has not four drawn levels: %+v", n)
	}
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := geo.ParseScheme(strings.NewReader(string(b))); err != nil {
		t.Errorf("a scheme that was written does not read back: %v", err)
	}
}

func TestParseSchemeRefuses(t *testing.T) {
	for _, c := range []struct{ name, from, to, field string }{
		{"a misspelt setting", `"bounds"`, `"bonds"`, ""},
		{"no basic network", `"kind": "basic"`, `"kind": "exclusive"`, "/networks"},
		{"two networks of one name", `"id": "towers"`, `"id": "basic"`, "/networks/1/id"},
		{"a tileset's name", `"id": "towers"`, `"id": "buildings"`, "/networks/1/id"},
		{"a tile layer's name", `"id": "street"`, `"id": "borders"`, "/networks/0/levels/1/id"},
		{"an unknown kind", `"kind": "stacked"`, `"kind": "piled"`, "/networks/1/kind"},
		{"a bad expression", `^\\d{15}$`, `^(`, "/networks/0/levels/3/code"},
		{"two levels of one name", `{"id": "street"}`, `{"id": "district"}`, "/networks/0/levels/1/id"},
		{"an area under a unit", `{"id": "community"}`, `{"id": "community", "kind": "unit"}`, "/networks/0/levels/3"},
		{"bounds the wrong way", `[200, 300]`, `[300, 200]`, "/bounds/households"},
		{"something behind it", `"states": []`, `"states": []} {"a": 1`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(sound, c.from, c.to, 1)
			if text == sound {
				t.Fatal("the case changes nothing")
			}
			_, err := geo.ParseScheme(strings.NewReader(text))
			var e *geo.Error
			if !errors.As(err, &e) || e.Kind != geo.Invalid {
				t.Fatalf("got %v, want an Invalid error", err)
			}
			if e.Field != c.field {
				t.Errorf("the field is %q, want %q", e.Field, c.field)
			}
		})
	}
}

func TestText(t *testing.T) {
	for in, want := range map[string]string{
		`"湖滨"`:                    "湖滨",
		`{"en":"Lake","zh":"湖"}`:  "湖",
		`{"fr":"Lac","de":"See"}`: "See",
		`null`:                    "",
	} {
		var x geo.Text
		if err := json.Unmarshal([]byte(in), &x); err != nil {
			t.Fatal(err)
		}
		if got := x.In("zh"); got != want {
			t.Errorf("%s in zh is %q, want %q", in, got, want)
		}
	}
	var x geo.Text
	if json.Unmarshal([]byte(`[1]`), &x) == nil {
		t.Error("a list was taken for a name")
	}
}

func FuzzParseScheme(f *testing.F) {
	f.Add(sound)
	f.Fuzz(func(t *testing.T, s string) {
		if scheme, err := geo.ParseScheme(strings.NewReader(s)); err == nil && scheme.Basic() == nil {
			t.Error("accepted without a basic network")
		}
	})
}
