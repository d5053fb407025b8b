package main

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// made are folders with stores that take long to make: each is made by the first
// test that needs it, and copied from or only read by all. TestMain removes them.
var made struct {
	mu      sync.Mutex
	root    string
	folders map[string]string
}

// madeOnce returns the folder of a name, which fill has filled.
func madeOnce(t testing.TB, name string, fill func(folder string)) string {
	t.Helper()
	made.mu.Lock()
	defer made.mu.Unlock()
	if folder := made.folders[name]; folder != "" {
		return folder
	}
	if made.root == "" {
		root, err := os.MkdirTemp("", "geoapi-made-")
		if err != nil {
			t.Fatal(err)
		}
		made.root, made.folders = root, map[string]string{}
	}
	folder := filepath.Join(made.root, name)
	if err := os.RemoveAll(folder); err != nil { // of a test that failed in it
		t.Fatal(err)
	}
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	fill(folder)
	made.folders[name] = folder
	return folder
}

// copied copies a file into a folder of the test's own.
func copied(t testing.TB, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), filepath.Base(file))
	if err := os.WriteFile(out, b, 0o644); err != nil {
		t.Fatal(err)
	}
	return out
}
