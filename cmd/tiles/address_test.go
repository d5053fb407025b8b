package main

import (
	"math"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestTileOfNamesTheZoom(t *testing.T) {
	for _, z := range []string{"17", "255", "256", "1000000000"} {
		if _, err := tileOf(z, "0", "0.mvt"); err == nil || !strings.Contains(err.Error(), "zoom "+z+":") {
			t.Errorf("zoom %s: %v", z, err)
		}
	}
}

func TestLastSeen(t *testing.T) {
	for text, want := range map[string]int64{"": -1, "0": 0, "12": 12, "abc": math.MaxInt64, "-1": math.MaxInt64, "99999999999999999999": math.MaxInt64} {
		r := httptest.NewRequest("GET", "/live", nil)
		if text != "" {
			r.Header.Set("Last-Event-ID", text)
		}
		if got := lastSeen(r); got != want {
			t.Errorf("Last-Event-ID %q: %d, want %d", text, got, want)
		}
	}
}
