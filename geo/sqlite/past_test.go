package sqlite_test

import (
	"context"
	"path/filepath"
	"slices"
	"testing"

	"onegrid/geo"
	"onegrid/geo/sqlite"
)

// TestPast reads editions that are no longer in force as they were published.
func TestPast(t *testing.T) {
	ctx := context.Background()
	scheme := geo.Scheme{Networks: []geo.Network{{ID: "basic", Kind: geo.Basic, Levels: []geo.Level{{ID: "grid"}}}}}
	s, err := sqlite.Create(ctx, filepath.Join(t.TempDir(), "city.db"), scheme)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	published := [][]string{{"a", "b"}, {"a", "c"}, {"b", "c", "d"}}
	for i, codes := range published {
		pub := geo.Publication{Network: "basic", Hash: "h", Chunks: [][]byte{{byte(i)}, {7}}}
		for _, code := range codes {
			pub.Grids = append(pub.Grids, geo.Grid{Code: code, Level: "grid", Name: geo.Plain(code)})
		}
		if _, err := s.Publish(ctx, geo.By("test"), "", []geo.Publication{pub}); err != nil {
			t.Fatal(err)
		}
	}
	for i, codes := range published {
		past, err := s.Past(ctx, "basic", int64(i+1))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, g := range past.Grids {
			got = append(got, g.Code)
		}
		if slices.Sort(got); !slices.Equal(got, codes) {
			t.Errorf("edition %d has %v, not %v", i+1, got, codes)
		}
		if len(past.Chunks) != 2 || past.Chunks[0][0] != byte(i) || past.Chunks[1][0] != 7 {
			t.Errorf("edition %d has chunks %v", i+1, past.Chunks)
		}
	}
	if _, err := s.Past(ctx, "basic", 4); geo.KindOf(err) != geo.NotFound {
		t.Errorf("edition 4: %v", err)
	}
	if _, err := s.Past(ctx, "towers", 1); geo.KindOf(err) != geo.NotFound {
		t.Errorf("network towers: %v", err)
	}
}
