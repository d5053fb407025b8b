package exchange

import (
	"slices"
	"strings"
	"testing"
)

func TestCutNames(t *testing.T) {
	for _, c := range []struct{ names, want string }{
		{"code name", "code name"},
		{"property_manager property_number", "property_m property_n"},
		{"property_m property_manager", "property_m property_1"},
		{"property_manager property_m", "property_1 property_m"}, // a name that fits keeps itself
		{"Name name", "Name name_1"},
		{"网格长姓名网格长姓名 网格长姓名", "网格长 网格_1"},
	} {
		got := cutNames(strings.Fields(c.names), 10)
		if want := strings.Fields(c.want); !slices.Equal(got, want) {
			t.Errorf("%s became %v, want %v", c.names, got, want)
		}
	}
	var many []string
	for range 300 {
		many = append(many, "a_long_name_of_a_field")
	}
	seen := map[string]bool{}
	for _, n := range cutNames(many, 10) {
		if seen[n] || len(n) > 10 {
			t.Fatalf("%q is there twice, or too long", n)
		}
		seen[n] = true
	}
}
