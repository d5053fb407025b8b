package exchange

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"onegrid/geo"
)

// Bounds of an archive. What it unpacks to is bounded by Limits.Bytes too.
const (
	maxZipEntries   = 1000
	maxZipDirectory = 1 << 20
	zipSlack        = 64 << 20 // bytes that any archive may unpack to
	zipRatio        = 200      // times its size that it may unpack to beyond that
)

// readZip reads a Shapefile whose parts are packed into one archive. Nothing is
// written to disk, so the names in it can lead nowhere: only their last element
// counts.
func readZip(r io.ReaderAt, size int64, in *feed) error {
	entries, err := zipEntries(r, size)
	if err != nil {
		return err
	}
	left := min(in.limits.Bytes, zipSlack+zipRatio*size)
	found := map[string]*shapeFiles{} // by stem
	for _, e := range entries {
		name := entryName(e)
		if e.FileInfo().IsDir() || strings.HasPrefix(path.Base(name), ".") {
			continue // folders, and what some systems put beside each file
		}
		stem, ext := stemOf(name)
		if ext != ".shp" && !slices.Contains(shapeParts, ext) {
			continue
		}
		files := found[stem]
		if files == nil {
			files = &shapeFiles{beside: map[string]part{}}
			found[stem] = files
		}
		p := entryPart(e, path.Base(name), &left)
		if _, twice := files.beside[ext]; twice || ext == ".shp" && files.shp.open != nil {
			return geo.Errorf(geo.Invalid, "the archive has two files %q", short([]byte(name))).On("file", short([]byte(name)))
		}
		if ext == ".shp" {
			files.shp = p
		} else {
			files.beside[ext] = p
		}
	}
	return chooseShapefile(found, in)
}

// chooseShapefile reads the one that is asked for, by its name without folder
// and extension.
func chooseShapefile(found map[string]*shapeFiles, in *feed) error {
	layers := map[string]*shapeFiles{}
	for _, stem := range sortedKeys(found) {
		files := found[stem]
		if files.shp.open == nil {
			continue
		}
		layer := strings.TrimSuffix(files.shp.name, path.Ext(files.shp.name))
		if layers[layer] != nil {
			return geo.Errorf(geo.Invalid, "the archive has two Shapefiles %q", short([]byte(layer))).On("layer", short([]byte(layer)))
		}
		layers[layer] = files
	}
	if len(layers) == 0 {
		return geo.Errorf(geo.Invalid, "the archive holds no Shapefile: there is no .shp in it").On("file", in.name)
	}
	chosen := in.partsOfOne(layers)
	if chosen == nil {
		layer, err := in.pick(sortedKeys(layers))
		if err != nil {
			return err
		}
		chosen = []string{layer}
	}
	for _, layer := range chosen {
		if err := readShapefile(layer, *layers[layer], in); err != nil {
			return err
		}
	}
	return nil
}

// partsOfOne returns the Shapefiles that make one layer together, as an export
// writes them where points, lines and polygons are mixed; nil if there are others.
func (in *feed) partsOfOne(layers map[string]*shapeFiles) []string {
	var out []string
	for _, layer := range sortedKeys(layers) {
		if kind, ok := strings.CutPrefix(layer, in.as+"_"); !ok || in.layer != "" || !slices.Contains(mixedNames[:], kind) {
			return nil
		}
		out = append(out, layer)
	}
	return out
}

// zipEntries reads an archive's directory. How many entries there are is looked
// up first, since the reader makes room for as many as it is told of.
func zipEntries(r io.ReaderAt, size int64) ([]*zip.File, error) {
	if n, ok := entryCount(r, size); !ok || n > maxZipEntries {
		return nil, geo.Errorf(geo.TooLarge, "an archive has at most %d entries", maxZipEntries)
	}
	directory := &metered{r, maxZipDirectory}
	z, err := zip.NewReader(directory, size)
	if errors.Is(err, errMeter) {
		return nil, geo.Errorf(geo.TooLarge, "the archive's directory is over %d bytes", maxZipDirectory)
	}
	if err != nil {
		return nil, &geo.Error{Kind: geo.Invalid, Message: "the file is no valid zip archive", Err: err}
	}
	directory.left = math.MaxInt64 // the entries are measured as they unpack
	return z.File, nil
}

// entryCount reads how many entries the end of an archive's directory tells. ok
// is false where that stands in the wide form, which is for archives of another
// size.
func entryCount(r io.ReaderAt, size int64) (n int, ok bool) {
	const end, longest = 22, 22 + 1<<16 // with the longest comment
	tail := make([]byte, min(size, longest))
	if _, err := r.ReadAt(tail, size-int64(len(tail))); err != nil && !errors.Is(err, io.EOF) {
		return 0, false
	}
	for i := len(tail) - end; i >= 0; i-- {
		if bytes.HasPrefix(tail[i:], []byte("PK\x05\x06")) {
			comment := int(binary.LittleEndian.Uint16(tail[i+20:]))
			if i+end+comment > len(tail) {
				continue
			}
			n = int(binary.LittleEndian.Uint16(tail[i+10:]))
			return n, n != 0xffff
		}
	}
	return 0, true // the reader will say that it is none
}

// metered is a file of which only so many bytes may be read.
type metered struct {
	io.ReaderAt
	left int64
}

var errMeter = errors.New("too much was read")

func (m *metered) ReadAt(p []byte, at int64) (int, error) {
	if m.left -= int64(len(p)); m.left < 0 {
		return 0, errMeter
	}
	return m.ReaderAt.ReadAt(p, at)
}

// entryName is an entry's name. Chinese systems write it in GBK and do not say so.
func entryName(e *zip.File) string {
	name := e.Name
	if !utf8.ValidString(name) {
		if s, _, err := gbkText.decode([]byte(name), false); err == nil {
			name = s
		}
	}
	return strings.ReplaceAll(name, `\`, "/")
}

// entryPart lets an entry be read; left counts what all entries unpack to.
func entryPart(e *zip.File, name string, left *int64) part {
	return part{name: name, open: func() (io.ReadCloser, error) {
		if e.Flags&1 != 0 {
			return nil, geo.Errorf(geo.Invalid, "%s is encrypted", short([]byte(name)))
		}
		r, err := e.Open()
		if err != nil {
			return nil, &geo.Error{Kind: geo.Invalid, Message: "unpacking " + short([]byte(name)), Err: err}
		}
		return &unpacking{r, name, left}, nil
	}}
}

// unpacking is an entry that stops where the archive has unpacked to too much.
type unpacking struct {
	io.ReadCloser
	name string
	left *int64
}

func (u *unpacking) Read(p []byte) (int, error) {
	if *u.left <= 0 {
		return 0, geo.Errorf(geo.TooLarge, "the archive unpacks to more than is taken: it is far smaller than what is in it")
	}
	n, err := u.ReadCloser.Read(p[:min(int64(len(p)), *u.left)])
	*u.left -= int64(n)
	if err != nil && err != io.EOF {
		err = &geo.Error{Kind: geo.Invalid, Message: "unpacking " + short([]byte(u.name)), Err: err}
	}
	return n, err
}
