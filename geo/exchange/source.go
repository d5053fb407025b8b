package exchange

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"onegrid/geo"
	"onegrid/geo/crs"
)

// Source is what a file was found to be, and by what.
type Source struct {
	Name         string `json:"name"`
	Format       string `json:"format"`          // geojson, topojson, shapefile, geopackage
	Layer        string `json:"layer,omitempty"` // of files that may hold several
	CRS          string `json:"crs"`
	CRSFrom      string `json:"crs_from"`                // what said so
	Encoding     string `json:"encoding,omitempty"`      // of a Shapefile's texts
	EncodingFrom string `json:"encoding_from,omitempty"` // what said so
}

// The formats of files, by the names that a Source has.
const (
	GeoJSON    = "geojson"
	TopoJSON   = "topojson"
	Shapefile  = "shapefile"
	GeoPackage = "geopackage"
)

// feed is where a decoder puts what it reads.
type feed struct {
	ctx      context.Context
	limits   Limits
	as       string // what is imported, which may be a layer's name
	layer    string // that was asked for
	encoding string // that was asked for
	given    bool   // the system was given, whatever a file says
	name     string // of the file

	// begin is told what a file is before its first feature, with the system that
	// it names, nil if it names none.
	begin func(s Source, own *crs.System) error
	yield func(*Feature) error
	note  func(Note) // what was found beside the features
	rows  int
}

// feature hands over one feature. An error that has no row gets this one.
func (in *feed) feature(f *Feature) error {
	in.rows++
	if in.rows > in.limits.Features {
		return geo.Errorf(geo.TooLarge, "a file has at most %d features", in.limits.Features)
	}
	f.Row = in.rows
	return atRow(in.yield(f), f.Row)
}

// atRow gives an error of ours a row, if it has none.
func atRow(err error, row int) error {
	var known *geo.Error
	if errors.As(err, &known) && known.Row == 0 {
		known.Row = row
	}
	return err
}

// fileSet is a file with those that belong to it: the parts of a Shapefile, by
// extension.
type fileSet struct {
	File
	beside map[string]part
}

// part is a file that can be read more than once.
type part struct {
	name string
	open func() (io.ReadCloser, error)
}

// shapeParts are the extensions of files that stand beside a .shp. The indexes
// and notes among them are of no use here and are passed over.
var shapeParts = []string{".shx", ".dbf", ".prj", ".cpg", ".cst", ".sbn", ".sbx", ".qix", ".qpj", ".fix", ".idm", ".ind", ".shp.xml"}

// Parts returns the paths of the files that are needed to read one: of a .shp
// also those beside it, of any other the path alone.
func Parts(name string) ([]string, error) {
	out := []string{name}
	stem, ext := stemOf(filepath.Base(name))
	if ext != ".shp" {
		return out, nil
	}
	entries, err := os.ReadDir(filepath.Dir(name))
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if s, ext := stemOf(e.Name()); s == stem && slices.Contains([]string{".dbf", ".shx", ".prj", ".cpg"}, ext) {
			out = append(out, filepath.Join(filepath.Dir(name), e.Name()))
		}
	}
	return out, nil
}

// stemOf parts a file's name into what the parts of a Shapefile share and its
// extension, both in lower case.
func stemOf(name string) (stem, ext string) {
	name = strings.ToLower(name)
	ext = path.Ext(name)
	if strings.HasSuffix(name, ".shp.xml") {
		ext = ".shp.xml"
	}
	return strings.TrimSuffix(name, ext), ext
}

// sets puts the parts of Shapefiles beside their .shp. A part without one is
// refused: most likely the .shp was forgotten.
func sets(files []File) ([]fileSet, error) {
	var out []fileSet
	at := map[string]int{}
	for _, f := range files {
		stem, ext := stemOf(f.Name)
		if slices.Contains(shapeParts, ext) {
			continue
		}
		if ext == ".shp" {
			if _, ok := at[stem]; ok {
				return nil, geo.Errorf(geo.Invalid, "there are two files %q", f.Name).On("file", f.Name)
			}
			at[stem] = len(out)
		}
		out = append(out, fileSet{File: f, beside: map[string]part{}})
	}
	for _, f := range files {
		stem, ext := stemOf(f.Name)
		if !slices.Contains(shapeParts, ext) {
			continue
		}
		i, ok := at[stem]
		if !ok {
			return nil, geo.Errorf(geo.Invalid, "%s is a part of a Shapefile, whose .shp is missing", f.Name).On("file", f.Name)
		}
		if _, twice := out[i].beside[ext]; twice {
			return nil, geo.Errorf(geo.Invalid, "there are two files %q", f.Name).On("file", f.Name)
		}
		out[i].beside[ext] = f.part()
	}
	return out, nil
}

// part lets a file be read again from its start.
func (f File) part() part {
	return part{name: f.Name, open: func() (io.ReadCloser, error) {
		s, ok := f.Reader.(io.Seeker)
		if !ok {
			return nil, geo.Errorf(geo.Invalid, "%s is to be a file, not a stream", f.Name)
		}
		if _, err := s.Seek(0, io.SeekStart); err != nil {
			return nil, err
		}
		return io.NopCloser(f.Reader), nil
	}}
}

// What files begin with.
var (
	shapeMark  = []byte{0, 0, 0x27, 0x0a}
	zipMark    = []byte("PK\x03\x04")
	sqliteMark = []byte("SQLite format 3\x00")
)

// decode finds out what a file is by its first bytes, never by its name, and
// reads it.
func (in *feed) decode(set fileSet) error {
	in.name, in.rows = set.Name, 0
	b := bufio.NewReaderSize(set.Reader, 1<<16)
	mark, _ := b.Peek(len(sqliteMark))
	switch {
	case bytes.HasPrefix(mark, shapeMark) || len(set.beside) > 0:
		return readShapefile("", shapeFiles{shp: set.part(), beside: set.beside}, in)
	case bytes.HasPrefix(mark, zipMark):
		f, size, done, err := onDisk(set.File, b, in.limits.Bytes)
		if err != nil {
			return err
		}
		defer done()
		return readZip(f, size, in)
	case bytes.Equal(mark, sqliteMark):
		f, _, done, err := onDisk(set.File, b, in.limits.Bytes)
		if err != nil {
			return err
		}
		defer done()
		return readGeoPackage(f.Name(), in)
	}
	return readJSON(b, in)
}

// onDisk returns a file on disk that holds what is being read: the file itself,
// or a copy where it is a stream.
func onDisk(from File, b *bufio.Reader, limit int64) (f *os.File, size int64, done func(), err error) {
	done = func() {}
	f, ok := from.Reader.(*os.File)
	if !ok {
		if f, err = os.CreateTemp("", "onegrid-import-*"); err != nil {
			return nil, 0, done, geo.Unwritten("the file", err)
		}
		done = func() {
			f.Close()
			os.Remove(f.Name())
		}
		if _, err := Spool(f, io.LimitReader(b, limit+1)); err != nil {
			done()
			return nil, 0, done, err
		}
	}
	info, err := f.Stat()
	if err == nil && info.Size() > limit {
		err = geo.Errorf(geo.TooLarge, "the file has over %d bytes", limit)
	}
	if err != nil {
		done()
		return nil, 0, done, err
	}
	return f, info.Size(), done, nil
}

// Spool copies what arrives into a file of ours: Full where the disk is, Invalid
// where what arrives breaks off.
func Spool(f *os.File, from io.Reader) (n int64, err error) {
	n, err = io.Copy(f, from)
	var ours *fs.PathError // the file's: what arrives comes from elsewhere
	switch {
	case err == nil:
		return n, nil
	case errors.As(err, &ours):
		return n, geo.Unwritten("the file", err)
	}
	return n, &geo.Error{Kind: geo.Invalid, Message: "the file did not arrive whole", Err: err}
}

// pick chooses one of a file's layers: the one that was asked for, the only one,
// or the one that is called like what is imported. Else a person has to say.
func (in *feed) pick(layers []string) (string, error) {
	if in.layer != "" {
		for _, l := range layers {
			if l == in.layer {
				return l, nil
			}
		}
		return "", geo.Errorf(geo.Invalid, "the file has no layer %q; it has %s", in.layer, listed(layers)).On("layer", in.layer)
	}
	switch {
	case len(layers) == 0:
		return "", geo.Errorf(geo.Invalid, "the file has no layer")
	case len(layers) == 1:
		return layers[0], nil
	case slices.Contains(layers, in.as):
		return in.as, nil
	}
	return "", geo.Errorf(geo.Invalid, "the file has several layers; choose one with --layer: %s", listed(layers)).On("layer", "")
}

// listed names the first of a list for a message.
func listed(names []string) string {
	const most = 20
	var out []string
	for i, n := range names {
		if i == most {
			return strings.Join(out, ", ") + fmt.Sprintf(" and %d more", len(names)-most)
		}
		out = append(out, fmt.Sprintf("%q", short([]byte(n))))
	}
	if len(out) == 0 {
		return "none"
	}
	return strings.Join(out, ", ")
}
