package exchange_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"onegrid/geo"
	"onegrid/geo/coverage"
	"onegrid/geo/exchange"
)

// bare is a city without anything in it.
type bare struct{ scheme geo.Scheme }

func (b bare) Scheme() *geo.Scheme                           { return &b.scheme }
func (b bare) Grids(string) ([]geo.Grid, *coverage.Coverage) { return nil, nil }

func city() bare {
	return bare{geo.Scheme{Networks: []geo.Network{{ID: "basic", Kind: geo.Basic, Levels: []geo.Level{{ID: "district"}, {ID: "grid"}}}}}}
}

func prepare(in exchange.Import, text string) (*exchange.Preview, error) {
	return exchange.Prepare(context.Background(), city(), in, []exchange.File{{Name: "test.geojson", Reader: strings.NewReader(text)}}, nil)
}

// building is a feature with a small square at column i.
func building(i int, properties string) string {
	return fmt.Sprintf(`{"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[106.%04d,26.5],[106.%04d5,26.5],[106.%04d5,26.5001],[106.%04d,26.5001],[106.%04d,26.5]]]},"properties":{"code":"b%d",%s}}`, i, i, i, i, i, i, properties)
}

func TestPersonsAreRefused(t *testing.T) {
	for _, c := range []struct{ name, properties, column string }{
		{"by a column's name", `"phone":null`, "phone"},
		{"in Chinese", `"户主姓名":"x"`, "户主姓名"},
		{"however it is written", `"ID_Card-No":"x"`, "ID_Card-No"},
		{"by an identity number", `"note":"11010519491231002X"`, "note"},
		{"by an identity number within a text", `"note":"证件 11010519491231002X 号"`, "note"},
		{"by a telephone number", `"note":"13812345678"`, "note"},
		{"by a telephone number within a text", `"address":"湖滨路1号 13812345678"`, "address"},
		{"by a telephone number as a number", `"note":13812345678`, "note"},
		{"by a telephone number after a full stop", `"note":"Tel.13812345678."`, "note"},
		{"by a telephone number with its country", `"note":"+86 13812345678"`, "note"},
		{"by a telephone number with its country at once", `"note":"8613812345678"`, "note"},
		{"by a telephone number in groups", `"note":"138-1234-5678"`, "note"},
		{"by a telephone number in full-width digits", `"note":"电话１３８１２３４５６７８"`, "note"},
		{"by the second of two numbers", `"note":"110105194912310021 11010519491231002X"`, "note"},
		{"by an identity number with a small x", `"note":"11010519491231002x"`, "note"},
		{"by a mail address", `"note":"a.b@example.com"`, "note"},
		{"in a nested list", `"units":[{"code":"1","households":2,"resident":"x"}]`, "units.resident"},
		{"in a nested value", `"more":{"deep":["13812345678"]}`, "more"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := prepare(exchange.Import{As: "buildings"}, building(1, c.properties))
			var e *geo.Error
			if !errors.As(err, &e) || e.Kind != geo.Invalid {
				t.Fatalf("got %v, want it refused", err)
			}
			if want := "/properties/" + c.column; e.Field != want || e.Row != 1 {
				t.Errorf("got field %q in row %d, want %q in row 1", e.Field, e.Row, want)
			}
			if strings.Contains(e.Error()+e.Value, "13812345678") || strings.Contains(e.Error()+e.Value, "11010519491231002X") {
				t.Errorf("the error repeats what it refuses: %v %q", e, e.Value)
			}
		})
	}
}

// Eleven-digit block codes of a city look like mobile numbers; a column of them
// is told by its shared beginning.
func TestBlockCodesAreNotTelephones(t *testing.T) {
	var b strings.Builder
	for i := range 60 {
		b.WriteString(building(i, fmt.Sprintf(`"block":"13104%06d"`, 92000+i)) + "\n")
	}
	if _, err := prepare(exchange.Import{As: "buildings"}, b.String()); err != nil {
		t.Errorf("codes were refused: %v", err)
	}
	b.WriteString(building(99, `"block":"13812345678"`) + "\n")
	if _, err := prepare(exchange.Import{As: "buildings"}, b.String()); err == nil {
		t.Error("a telephone number among codes was let in")
	}
}

func TestCountsAreNotPersons(t *testing.T) {
	p, err := prepare(exchange.Import{As: "buildings"}, building(1, `"households":24,"storeys":6,"name":"3栋","name_en":"Block 3","residents":70,"lot":"110105194912310021"`))
	if err != nil {
		t.Fatal(err)
	}
	if p.Objects != 1 {
		t.Errorf("got %d objects", p.Objects)
	}
}

// Programs number things in hexadecimal. Some of those numbers hold eleven digits
// that begin like a telephone's.
func TestIdentifiersAreNotPersons(t *testing.T) {
	for _, id := range []string{
		"550e8400-e29b-a138-1234-5678deadbeef", "{550E8400-E29B-41D4-A716-A13812345678}",
		"550e8400e29b41d4a13812345678ffff", "f13812345678a1b2c3d4e5f6",
	} {
		if _, err := prepare(exchange.Import{As: "buildings"}, building(1, `"global_id":"`+id+`"`)); err != nil {
			t.Errorf("%s: %v", id, err)
		}
	}
	for _, id := range []string{"138-1234-5678", "call 138-1234-5678, room 12345678901234"} {
		if exchange.RefusePersons("code", id) == nil {
			t.Errorf("%s was let in", id)
		}
	}
	for _, code := range []string{"", "hotline", "12345", "20260501083000123", "138-123-45678", "138-1234 5678", "13812", "910105194912310021", "1500 2000 3000"} {
		if err := exchange.RefusePersons("code", code); err != nil {
			t.Errorf("%q: %v", code, err)
		}
	}
}

// A city refuses more columns than those that everybody does.
func TestSchemesListMorePersons(t *testing.T) {
	c := city()
	c.scheme.Access = &geo.Access{Persons: &geo.Persons{Fields: []string{"网格员工号", "Staff_No"}}}
	for properties, column := range map[string]string{
		`"staff no":"7"`: "staff no", `"STAFF-NO":null`: "STAFF-NO", `"网格员工号":"x"`: "网格员工号", `"phone":"x"`: "phone",
		`"units":[{"code":"1","staff.no":"x"}]`: "units.staff.no",
	} {
		files := []exchange.File{{Name: "test.geojson", Reader: strings.NewReader(building(1, properties))}}
		_, err := exchange.Prepare(context.Background(), c, exchange.Import{As: "buildings"}, files, nil)
		var e *geo.Error
		if !errors.As(err, &e) || e.Field != "/properties/"+column {
			t.Errorf("%s: %v", properties, err)
		}
		if _, err := prepare(exchange.Import{As: "buildings"}, building(1, properties)); (err == nil) != (column != "phone") {
			t.Errorf("%s in a city that does not list it: %v", properties, err)
		}
	}
}

// Decimals have as many digits as telephones.
func TestDecimalsAreNotTelephones(t *testing.T) {
	for _, value := range []string{`12345.14567890123`, `0.15912345678`, `15912345678.25`, `"12345.14567890123"`, `-0.15912345678`} {
		if _, err := prepare(exchange.Import{As: "buildings"}, building(1, `"shape_area":`+value)); err != nil {
			t.Errorf("%s: %v", value, err)
		}
	}
}
