package geo_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// rule says who alone may import a package, and why. A package that no rule
// names may be imported by anyone.
type rule struct {
	imported string   // a package, or everything below it
	by       []string // importers, each with everything below it
	why      string
}

var rules = []rule{
	{"github.com/gin-gonic/gin", []string{"cmd", "geo/access", "geo/problem"},
		"HTTP stays at the edge: everything else can be called without a request"},
	{"github.com/tidwall/rtree", []string{"geo/world", "geo/coverage"},
		"spatial indexes belong to the snapshot, so that readers never meet one that changes"},
	{"github.com/jackc/pgx/v5", []string{"geo/postgres"}, "one home for PostgreSQL"},
	{"github.com/twpayne/go-geom", []string{"geo/postgres", "geo/exchange"}, "WKB is an affair of PostGIS and of GeoPackages"},
	{"modernc.org/sqlite", []string{"geo/sqlite", "geo/exchange"}, "SQLite is the embedded store, and what a GeoPackage is"},
	{"database/sql", []string{"geo/sqlite", "geo/exchange"}, "stores hide their SQL, and so do files"},
	{"onegrid/geo/sqlite", []string{"cmd", "geo/storetest"}, "the rest asks for an interface of its own"},
	{"onegrid/geo/world", []string{"cmd", "geo/route", "geo/address", "geo/vtile", "geo/follow", "geo/notify", "geo/citygen", "geo/storetest", "geo/access"},
		"a world is read by what answers from it and written by what follows the log"},
	{"onegrid/geo/follow", []string{"cmd"}, "main wires the follower; nobody else starts one"},
	{"onegrid/cmd", nil, "a command is nobody's library"},
	{"net/http", []string{"cmd", "geo/problem", "geo/access", "geo/notify", "geo/client"}, "HTTP stays at the edge"},
}

// grounds lists for a room the only rooms of ours that it may import.
var grounds = []struct {
	room    string
	imports []string
	why     string
}{
	{"geo/lattice", nil, "it is the ground"},
	{"geo", []string{"geo/lattice"}, "the nouns know nothing of what is done with them"},
	{"geo/crs", []string{"geo", "geo/lattice"}, "coordinates know no city"},
	{"geo/boxtree", []string{"geo/lattice"}, "it knows boxes alone, so that every index may stand on it"},
	{"geo/coverage", []string{"geo", "geo/lattice", "geo/boxtree"}, "the engine knows nothing of stores or HTTP"},
	{"geo/picture", []string{"geo/lattice"}, "pictures know only the ground"},
	{"geo/locate", []string{"geo", "geo/lattice", "geo/coverage"}, "the index stands on the coverage alone"},
	{"geo/record", []string{"geo", "geo/lattice"}, "the stored form of the nouns knows only them"},
	{"geo/sqlite", []string{"geo", "geo/lattice", "geo/record"}, "stores know the nouns, not what is built from them"},
	{"geo/route", []string{"geo", "geo/lattice", "geo/coverage", "geo/locate", "geo/crs", "geo/world"}, "routing reads a world"},
	{"cmd/internal/server", []string{"geo", "geo/access", "geo/problem", "geo/follow", "geo/world"}, "the frame knows nothing of what is answered"},
	{"geo/access", []string{"geo", "geo/lattice", "geo/problem", "geo/world"}, "who may do what rests on the world, and on no store"},
	{"geo/exchange", []string{"geo", "geo/lattice", "geo/crs", "geo/coverage"}, "files are read without a store or a world"},
}

// TestImports holds the house to its plan: imports go one way.
func TestImports(t *testing.T) {
	root := filepath.Join("..")
	seen := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && (name == "node_modules" || name == "testdata" || strings.HasPrefix(name, ".") && len(name) > 2) {
			return fs.SkipDir
		}
		// Tests may look from anywhere: a second opinion, a real server.
		if d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		seen++
		dir, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, i := range f.Imports {
			imported, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			judge(t, path, filepath.ToSlash(dir), imported)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 50 {
		t.Errorf("only %d files were looked at: the walk is wrong", seen)
	}
}

func judge(t *testing.T, path, dir, imported string) {
	t.Helper()
	for _, r := range rules {
		if within(imported, r.imported) && !withinAny(dir, r.by) && !within("onegrid/"+dir, r.imported) {
			t.Errorf("%s imports %s: %s", path, imported, r.why)
		}
	}
	room, ours := strings.CutPrefix(imported, "onegrid/")
	if !ours {
		return
	}
	for _, g := range grounds {
		if g.room != dir {
			continue
		}
		allowed := false
		for _, a := range g.imports {
			allowed = allowed || a == room
		}
		if !allowed {
			t.Errorf("%s imports %s: %s", path, imported, g.why)
		}
	}
}

// within tells whether a package is another one or below it.
func within(p, root string) bool { return p == root || strings.HasPrefix(p, root+"/") }

func withinAny(p string, roots []string) bool {
	for _, r := range roots {
		if within(p, r) {
			return true
		}
	}
	return false
}

func TestWithin(t *testing.T) {
	for _, c := range []struct {
		p, root string
		want    bool
	}{
		{"geo/world", "geo/world", true}, {"geo/world/x", "geo/world", true}, {"geo/worldly", "geo/world", false},
	} {
		if got := within(c.p, c.root); got != c.want {
			t.Errorf("within(%q, %q) = %v", c.p, c.root, got)
		}
	}
}
