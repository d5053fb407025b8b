package citygen

import (
	"bytes"
	"context"
	"testing"

	"onegrid/data/fixtures"
)

// open generates a reference city.
func open(t testing.TB, name string) (Figures, *City) {
	t.Helper()
	b, err := fixtures.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	f, err := ParseFigures(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	city, err := Generate(context.Background(), f, nil)
	if err != nil {
		t.Fatal(err)
	}
	return f, city
}
