package main

import (
	"fmt"
	"strings"
)

// storeFlag is embedded in every command that works on a store.
type storeFlag struct {
	Store storePath `required:"" placeholder:"sqlite:PATH" help:"The city's store."`
}

// storePath is where a store is, as told on the command line: sqlite:PATH.
type storePath string

// UnmarshalText reads sqlite:PATH and refuses every other kind of store.
func (p *storePath) UnmarshalText(text []byte) error {
	kind, path, ok := strings.Cut(string(text), ":")
	switch {
	case !ok || kind == "":
		return fmt.Errorf("store %q: want sqlite:PATH", text)
	case kind != "sqlite":
		return fmt.Errorf("store %q: only sqlite:PATH is supported", text)
	case path == "":
		return fmt.Errorf("store %q: sqlite: without a path", text)
	}
	*p = storePath(path)
	return nil
}
