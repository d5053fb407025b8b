package exchange

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"

	"onegrid/geo"
	"onegrid/geo/coverage"
	"onegrid/geo/problem"
)

// TestUnpackingErrorsStandAlone holds that the row which one import gives an error
// is not told to the next.
func TestUnpackingErrorsStandAlone(t *testing.T) {
	full := func() error {
		var left int64
		_, err := (&unpacking{io.NopCloser(bytes.NewReader([]byte("x"))), "a.shp", &left}).Read(make([]byte, 1))
		return err
	}
	_ = atRow(full(), 7)
	if err := atRow(full(), 3).(*geo.Error); err.Row != 3 || err.Kind != geo.TooLarge {
		t.Errorf("%+v", err)
	}
}

type oneNetwork struct{ scheme geo.Scheme }

func (o *oneNetwork) Scheme() *geo.Scheme                         { return &o.scheme }
func (*oneNetwork) Grids(string) ([]geo.Grid, *coverage.Coverage) { return nil, nil }

// TestProblemsNameTheFile holds that of several files the one at fault is named,
// also to callers over HTTP.
func TestProblemsNameTheFile(t *testing.T) {
	const good = `{"type":"Feature","properties":{"code":"a","kind":"school"},"geometry":{"type":"Point","coordinates":[106.6,26.6]}}`
	files := []File{{"good.geojson", strings.NewReader(good)}, {"bad.geojson", strings.NewReader(`{"type":"Feature","properties":{}}`)}}
	_, err := Prepare(context.Background(), &oneNetwork{}, Import{As: "sites"}, files, nil)
	if err == nil {
		t.Fatal("a feature without a code is taken")
	}
	for _, told := range []string{err.Error(), problem.Of(err).Detail} {
		if strings.Count(told, "bad.geojson") != 1 {
			t.Errorf("%q does not name the file once", told)
		}
	}
}
