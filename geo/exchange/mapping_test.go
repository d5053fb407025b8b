package exchange_test

import (
	"strings"
	"testing"

	"onegrid/geo"
	"onegrid/geo/exchange"
)

// TestHeights takes a file whose heights hold what stands for none, and worse.
func TestHeights(t *testing.T) {
	in := exchange.Import{As: "buildings", Fields: exchange.Fields{"height_m": "H"}}
	one := func(height string) string {
		return `{"type":"Feature","id":"b1",` + square + `,"properties":{"H":` + height + `}}`
	}
	for height, want := range map[string]float64{"54.5": 54.5, `"54.5"`: 54.5, "null": 0, "0": 0, "2000": 2000, "-9999": 0, "-3.99e305": 0, "2000.5": 0, "1e999": 0} {
		p, err := prepare(in, one(height))
		if err != nil {
			t.Errorf("height %s: %v", height, err)
			continue
		}
		if got := accept(t, in, one(height)).Buildings[0].HeightM; got != want {
			t.Errorf("height %s became %v, want %v", height, got, want)
		}
		odd := strings.HasPrefix(height, "-") || height == "2000.5" || height == "1e999"
		if odd != (p.Counts["no-height"] == 1) {
			t.Errorf("height %s: notes %v", height, p.Counts)
		}
	}
	for _, height := range []string{`"tall"`, `"NaN"`, "[1]", "true"} {
		if _, err := prepare(in, one(height)); geo.KindOf(err) != geo.Invalid {
			t.Errorf("height %s: %v", height, err)
		}
	}
}

// TestMappingsThatMapNothing refuses what is most likely a slip of the hand.
func TestMappingsThatMapNothing(t *testing.T) {
	text := `{"type":"Feature","id":"b1",` + square + `,"properties":{"FLOORS":18,"NAME":null,"PARTS":[]}}`
	for mapping, want := range map[[2]string]string{
		{"storeys", "FLOORS"}: "",
		{"name", "NAME"}:      "", // null everywhere, but there
		{"units", "PARTS"}:    "",
		{"storeys", "floors"}: `property "floors"`,
		{"name", "TITLE"}:     `property "TITLE"`,
		{"stories", "FLOORS"}: `no field "stories"`,
		{"parent", "FLOORS"}:  `no field "parent"`, // of grids, not of buildings
	} {
		_, err := prepare(exchange.Import{As: "buildings", Fields: exchange.Fields{mapping[0]: mapping[1]}}, text)
		switch {
		case want == "" && err != nil:
			t.Errorf("%v: %v", mapping, err)
		case want != "" && (geo.KindOf(err) != geo.Invalid || !strings.Contains(err.Error(), want)):
			t.Errorf("%v: %v, want %s", mapping, err, want)
		}
	}
}
