package sqlite

import (
	"errors"
	"io/fs"
	"os"

	"onegrid/geo"
)

// place is a path and the file that was opened there. SQLite goes on writing to
// a file that was removed, whose commits nobody will ever read.
type place struct {
	path string
	file os.FileInfo
}

func placeOf(path string) (place, error) {
	file, err := os.Stat(path)
	if err != nil {
		return place{}, fileError("open", path, err)
	}
	return place{path, file}, nil
}

// check returns Unavailable when the file is no longer at its path.
func (p place) check() error {
	now, err := os.Stat(p.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return geo.Errorf(geo.Unavailable, "the store %s is gone; nothing can be kept", p.path).On("store", p.path)
	case err != nil:
		return fileError("look at", p.path, err)
	case !os.SameFile(now, p.file):
		return geo.Errorf(geo.Unavailable, "the store %s was replaced while it was open; nothing can be kept until this process is started again", p.path).On("store", p.path)
	}
	return nil
}
