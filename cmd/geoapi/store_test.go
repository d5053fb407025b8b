package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"onegrid/cmd/internal/server"
)

// A command that is given a file of another kind leaves nothing beside it.
func TestForeignFilesAreLeftAlone(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "letter.txt")
	scheme := filepath.Join(t.TempDir(), "scheme.json")
	for path, text := range map[string]string{file: strings.Repeat("Dear mayor\n", 1000), scheme: smallScheme} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{
		{"serve", "--listen", "127.0.0.1:0"}, {"init", "--scheme", scheme}, {"load", "lakeside"}, {"check"},
		{"import", scheme, "--as", "grids"},
	} {
		if _, exit := command(t, append(args, "--store", "sqlite:"+file)...); exit != server.ExitFailed {
			t.Errorf("%s: it ended with %d", args, exit)
		}
		left, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		if len(left) != 1 {
			t.Errorf("%s left %v", args, left)
		}
	}
}

// What cannot end well ends before the work.
func TestLoadLooksForTheFolderFirst(t *testing.T) {
	out, exit := words("load", "lakeside", "--store", "sqlite:"+filepath.Join(t.TempDir(), "none", "city.db"))
	if exit != server.ExitFailed || !strings.Contains(out, "there is no folder") || strings.Contains(out, "…") {
		t.Errorf("it ended with %d:\n%s", exit, out)
	}
}
