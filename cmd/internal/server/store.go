package server

import (
	"fmt"
	"strings"
)

// StorePath is where a store is, as told on the command line: sqlite:PATH. It
// holds the path alone.
type StorePath string

// UnmarshalText reads sqlite:PATH and refuses every other kind of store.
func (p *StorePath) UnmarshalText(text []byte) error {
	kind, path, ok := strings.Cut(string(text), ":")
	switch {
	case !ok || kind == "":
		return fmt.Errorf("store %q: want sqlite:PATH", text)
	case kind != "sqlite":
		return fmt.Errorf("store %q: only sqlite:PATH is supported", text)
	case path == "":
		return fmt.Errorf("store %q: there is no path after the colon", text)
	}
	*p = StorePath(path)
	return nil
}
