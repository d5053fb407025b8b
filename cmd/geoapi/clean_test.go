package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"onegrid/cmd/internal/server"
)

const zooFile = "../../geo/coverage/testdata/zoo/zoo.geojson"

// cleaned is what a run of clean wrote.
type cleaned struct {
	out, report []byte
	parsed      cleanReport
}

func runClean(t *testing.T, in string, flags ...string) cleaned {
	t.Helper()
	dir := t.TempDir()
	out, report := filepath.Join(dir, "out.geojson"), filepath.Join(dir, "report.json")
	must(t, append([]string{"clean", in, out, "--report", report}, flags...)...)
	var c cleaned
	var err error
	if c.out, err = os.ReadFile(out); err != nil {
		t.Fatal(err)
	}
	if c.report, err = os.ReadFile(report); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(c.report, &c.parsed); err != nil {
		t.Fatal(err)
	}
	return c
}

func chosen(t *testing.T, choices string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "choices.json")
	if err := os.WriteFile(path, []byte(choices), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestCleanZoo cleans the zoo, twice, and what comes out once more.
func TestCleanZoo(t *testing.T) {
	picture := filepath.Join(t.TempDir(), "report.png")
	first := runClean(t, zooFile, "--gap-width", "1.5", "--picture", picture)
	again := runClean(t, zooFile, "--gap-width", "1.5")
	if string(first.out) != string(again.out) || string(first.report) != string(again.report) {
		t.Error("the same file gave another result")
	}
	f, err := os.Open(picture)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := png.Decode(f); err != nil {
		t.Error(err)
	}
	for i, r := range first.parsed.Repairs {
		if r.Number != i+1 || r.Done == "" || (r.ID == "") != (len(r.Choices) == 0) {
			t.Errorf("%+v", r)
		}
	}
	out := filepath.Join(t.TempDir(), "clean.geojson")
	if err := os.WriteFile(out, first.out, 0o644); err != nil {
		t.Fatal(err)
	}
	var drawn []map[string]any
	var file struct{ Features []map[string]any }
	if err := json.Unmarshal(first.out, &file); err != nil {
		t.Fatal(err)
	}
	for _, f := range file.Features {
		if f["geometry"] != nil {
			drawn = append(drawn, f)
		}
	}
	b, _ := json.Marshal(map[string]any{"type": "FeatureCollection", "features": drawn})
	if err := os.WriteFile(out, b, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, r := range runClean(t, out, "--gap-width", "1.5").parsed.Repairs {
		switch r.Kind { // what was listed and left is still there
		case "gap", "multipart", "spike", "near-point", "inlet":
		default:
			t.Errorf("the clean file has %+v", r)
		}
	}
}

// TestCleanChoices takes every choice of every repair of the zoo, one at a time:
// each is carried out, or what followed from another decision is no longer there.
func TestCleanChoices(t *testing.T) {
	first := runClean(t, zooFile)
	taken := 0
	for _, r := range first.parsed.Repairs {
		for _, choice := range r.Choices {
			got := runClean(t, zooFile, "--choose", chosen(t, fmt.Sprintf(`[{"id":%q,"choose":%q}]`, r.ID, choice)))
			found := false
			for _, s := range got.parsed.Repairs {
				found = found || s.ID == r.ID && s.Choice == choice
			}
			if !found {
				t.Errorf("%s: %q was not carried out", r.ID, choice)
			}
			same := string(got.out) == string(first.out) && got.parsed.Open == first.parsed.Open
			if same != (choice == r.Choice) {
				t.Errorf("%s: %q instead of %q: the same result: %v", r.ID, choice, r.Choice, same)
			}
			taken++
		}
	}
	if taken < 60 {
		t.Errorf("there were only %d choices", taken)
	}
}

// saidAll runs a command line and returns what it printed anywhere.
func saidAll(args ...string) (said string, exit int) {
	var both bytes.Buffer
	exit = run(context.Background(), args, &server.Terminal{In: strings.NewReader(""), Out: &both, Err: &both})
	return both.String(), exit
}

// Areas that have no code go by the number of their row.
func TestCleanWithoutCodes(t *testing.T) {
	square := `{"type":"Feature","properties":{"name":"east"},"geometry":{"type":"Polygon","coordinates":[[[%[1]s,0],[%[2]s,0],[%[2]s,0.001],[%[1]s,0.001],[%[1]s,0]]]}}` + "\n"
	in := filepath.Join(t.TempDir(), "in.geojson")
	if err := os.WriteFile(in, []byte(fmt.Sprintf(square, "0", "0.0012")+fmt.Sprintf(square, "0.001", "0.002")), 0o644); err != nil {
		t.Fatal(err)
	}
	c := runClean(t, in)
	if n := len(c.parsed.Repairs); n != 1 || fmt.Sprint(c.parsed.Repairs[0].Codes) != "[#1 #2]" {
		t.Errorf("%d repairs: %+v", n, c.parsed.Repairs)
	}
	if strings.Contains(string(c.out), "#1") || strings.Count(string(c.out), `"name":"east"`) != 2 {
		t.Errorf("properties changed: %s", c.out)
	}
	said, exit := saidAll("clean", in, filepath.Join(t.TempDir(), "out.geojson"), "--code", "CODE")
	if exit != server.ExitFailed || !strings.Contains(said, `no property "CODE"`) {
		t.Errorf("exit %d, said %q", exit, said)
	}
}

// TestCleanRefuses gives what cannot be used, and looks for the word that helps.
func TestCleanRefuses(t *testing.T) {
	first := runClean(t, zooFile)
	id := ""
	for _, r := range first.parsed.Repairs {
		if r.Kind == "overlap" {
			id = r.ID
		}
	}
	square := func(code string) string {
		return `{"type":"Feature","properties":{"code":"` + code + `"},"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}}`
	}
	for name, test := range map[string]struct{ in, choices, want string }{
		"unknown choice":  {"", `[{"id":"overlap-0000000000000000","choose":"give a"}]`, "there is no repair overlap-0000000000000000"},
		"wrong choice":    {"", `[{"id":"` + id + `","choose":"void"}]`, "it may be give"},
		"two choices":     {"", `[{"id":"x","choose":"a"},{"id":"x","choose":"b"}]`, "are chosen for x"},
		"no list":         {"", `{"x":"y"}`, "JSON list"},
		"unknown member":  {"", `[{"id":"x","choose":"a","why":"b"}]`, "JSON list"},
		"empty":           {" ", "", "empty"},
		"no features":     {`{"type":"FeatureCollection","features":[]}`, "", "no features"},
		"not JSON":        {"<gml/>", "", "not valid JSON"},
		"a point":         {`{"type":"Feature","properties":{"code":"a"},"geometry":{"type":"Point","coordinates":[0,0]}}`, "", "MultiPolygon is wanted"},
		"no geometry":     {`{"type":"Feature","properties":{"code":"a"},"geometry":null}`, "", "MultiPolygon is wanted"},
		"code twice":      {square("a") + "\n" + square("a"), "", "met before, in row 1"},
		"not coordinates": {`{"type":"Feature","properties":{"code":"a"},"geometry":{"type":"Polygon","coordinates":[[0,1]]}}`, "", "coordinates"},
		"off the Earth":   {`{"type":"Feature","properties":{"code":"a"},"geometry":{"type":"Polygon","coordinates":[[[0,0],[200,0],[1,1],[0,0]]]}}`, "", "row 1"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			in := zooFile
			if test.in != "" {
				in = filepath.Join(dir, "in.geojson")
				if err := os.WriteFile(in, []byte(test.in), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			args := []string{"clean", in, filepath.Join(dir, "out.geojson")}
			if test.choices != "" {
				args = append(args, "--choose", chosen(t, test.choices))
			}
			said, exit := saidAll(args...)
			if exit != server.ExitFailed || !strings.Contains(said, test.want) {
				t.Errorf("exit %d, said %q, want %q", exit, said, test.want)
			}
			if _, err := os.Stat(filepath.Join(dir, "out.geojson")); err == nil {
				t.Error("a result was written")
			}
		})
	}
	dir := t.TempDir()
	if said, exit := saidAll("clean", zooFile, filepath.Join(dir, "a"), "--report", filepath.Join(dir, "a")); exit == 0 || !strings.Contains(said, "one file") {
		t.Errorf("exit %d, said %q", exit, said)
	}
}
