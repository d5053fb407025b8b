package main

import (
	"errors"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"onegrid/geo"
	"onegrid/geo/access"
)

// fullDisk is a file on a disk that is full, as Linux has one for tests.
func fullDisk(t *testing.T) *os.File {
	t.Helper()
	f, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("there is no disk here that is always full:", err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// A full disk is told as such, and not as a fault of who sends or asks.
func TestAFullDiskIsNobodysFault(t *testing.T) {
	u := &upload{}
	defer u.close()
	if err := u.fill(fullDisk(t), "file", "x", strings.NewReader("a file"), 100); geo.KindOf(err) != geo.Full || strings.Contains(err.Error(), "/dev") {
		t.Errorf("a file that arrives: %v", err)
	}
	all := access.Local().On(openTown(t).live.Load())
	for format := range exportTypes {
		f := &exportFlags{As: "grids", Level: "grid", Format: format, CRS: "wgs84"}
		if err := f.fill(all, fullDisk(t)); geo.KindOf(err) != geo.Full {
			t.Errorf("an export as %s: %v", format, err)
		}
	}
	if err := u.spool("file", "x", iotest.ErrReader(errors.New("the sender has gone")), 100); geo.KindOf(err) != geo.Invalid {
		t.Errorf("a file that breaks off: %v", err)
	}
	t.Setenv("TMPDIR", "/nowhere")
	if err := u.spool("file", "x", strings.NewReader("x"), 100); geo.KindOf(err) != geo.Internal {
		t.Errorf("no folder for it: %v", err)
	}
}
