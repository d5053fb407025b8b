package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// moments are what differs from run to run in an answer.
var moments = regexp.MustCompile(`\d{4}-\d\d-\d\dT[0-9:.]+Z`)

// TestGoldenAnswers holds the form of answers that outside programs rely on,
// byte for byte but for times. `make bless` renews them; read the diff.
func TestGoldenAnswers(t *testing.T) {
	h := openTown(t)
	at := func(x, y float64) string {
		p := townPoint(x, y)
		b, _ := p.MarshalJSON()
		var c [2]json.Number
		if err := json.Unmarshal(b, &c); err != nil {
			t.Fatal(err)
		}
		return "/v1/locate?crs=wgs84&lon=" + c[0].String() + "&lat=" + c[1].String()
	}
	for name, path := range map[string]string{
		"inside":        at(0.4, 0.6) + "&include=chain,neighbours,boundary,explain",
		"border":        at(1, 0.5),
		"outside":       at(-3, -3),
		"street":        at(0.4, 0.6) + "&level=street",
		"card":          "/v1/grids/" + gridCode(1),
		"neighbours":    "/v1/grids/" + gridCode(1) + "/neighbours",
		"boundary":      "/v1/grids/" + gridCode(1) + "/boundary",
		"problem-crs":   "/v1/locate?lon=1&lat=1",
		"problem-field": at(0, 0) + "&colour=red",
		"problem-code":  "/v1/grids/none",
	} {
		t.Run(name, func(t *testing.T) {
			_, answer := h.get(t, path)
			got, err := json.MarshalIndent(answer, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			got = append(moments.ReplaceAll(got, []byte("TIME")), '\n')
			golden(t, filepath.Join("testdata", "answers", name+".json"), got)
		})
	}
}

// golden compares with a file, or writes it where ONEGRID_BLESS is set.
func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if os.Getenv("ONEGRID_BLESS") != "" {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; make bless writes it", err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s has changed; if that is meant, make bless and read the diff. Got:\n%s", path, got)
	}
}
