package problem_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"

	"onegrid/geo"
	"onegrid/geo/problem"
)

func answer(t *testing.T, err error) (*httptest.ResponseRecorder, map[string]any) {
	t.Helper()
	rec := httptest.NewRecorder()
	problem.Write(rec, httptest.NewRequest("GET", "/v1/locate", nil), err)
	var body map[string]any
	if jerr := json.Unmarshal(rec.Body.Bytes(), &body); jerr != nil {
		t.Fatalf("%v in %q", jerr, rec.Body)
	}
	return rec, body
}

func TestEveryKindHasItsStatusAndType(t *testing.T) {
	for kind, status := range map[geo.Kind]int{
		geo.Invalid: 400, geo.NotFound: 404, geo.Conflict: 409, geo.Denied: 403, geo.TooLarge: 413,
		geo.Unavailable: 503, geo.Full: 507, geo.Internal: 500,
		problem.WrongMethod: 405, problem.UnsupportedMedia: 415, problem.TooMany: 429,
		problem.TooSlow: 408, problem.Unauthenticated: 401,
	} {
		rec, body := answer(t, fmt.Errorf("reading: %w", geo.Errorf(kind, "grid %s", "031")))
		if rec.Code != status || body["status"] != float64(status) {
			t.Errorf("%s: status %d, body %v, want %d", kind, rec.Code, body["status"], status)
		}
		if body["type"] != "urn:onegrid:problem:"+string(kind) {
			t.Errorf("%s: type %v", kind, body["type"])
		}
		if got := rec.Header().Get("Content-Type"); got != "application/problem+json" {
			t.Errorf("%s: content type %q", kind, got)
		}
	}
}

func TestFieldValueAndRowAreNamed(t *testing.T) {
	e := geo.Errorf(geo.Invalid, "lon %q is not a number", "12e").On("lon", "12e")
	e.Row = 7
	_, body := answer(t, e)
	if body["field"] != "lon" || body["value"] != "12e" || body["row"] != 7.0 {
		t.Errorf("body %v", body)
	}
}

func TestOurOwnFaultsStayOurs(t *testing.T) {
	for _, err := range []error{errors.New("secret path"), geo.Errorf(geo.Internal, "secret path"), geo.Errorf("no such kind", "secret path")} {
		rec, body := answer(t, err)
		if rec.Code != http.StatusInternalServerError || strings.Contains(rec.Body.String(), "secret") {
			t.Errorf("%v: %d %v", err, rec.Code, body)
		}
	}
}

func TestLongAndBrokenValuesAreCut(t *testing.T) {
	_, body := answer(t, geo.Errorf(geo.Invalid, "x").On("code", strings.Repeat("格", 100)+"\xff"))
	v := body["value"].(string)
	if len(v) > 210 || !utf8.ValidString(v) || !strings.HasPrefix(v, "格格") {
		t.Errorf("value of %d bytes: %q", len(v), v)
	}
}

func TestClipKeepsCharactersWhole(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "short": "short", strings.Repeat("x", 60): strings.Repeat("x", 60),
		strings.Repeat("x", 61):       strings.Repeat("x", 60) + "…",
		"x" + strings.Repeat("格", 20): "x" + strings.Repeat("格", 19) + "…",
	} {
		if got := problem.Clip(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestUnavailableSaysWhenToComeBack(t *testing.T) {
	rec, _ := answer(t, geo.Errorf(geo.Unavailable, "the store is away"))
	if rec.Header().Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
}
