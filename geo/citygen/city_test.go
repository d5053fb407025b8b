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
	f, err := figures(name)
	if err != nil {
		t.Fatal(err)
	}
	city, err := Generate(context.Background(), f, nil)
	if err != nil {
		t.Fatal(err)
	}
	return f, city
}

func figures(name string) (Figures, error) {
	b, err := fixtures.Open(name)
	if err != nil {
		return Figures{}, err
	}
	return ParseFigures(bytes.NewReader(b))
}
