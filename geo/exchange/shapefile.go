package exchange

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"onegrid/geo"
	"onegrid/geo/crs"
)

// A Shapefile is read from the front, record by record, beside its table: every
// count in it is held against the bytes that are really there before anything
// is made of it. (The libraries that there are take memory as the headers ask
// for it, and put no holes into polygons.) The .shx is not needed for that; it is
// only compared.

// The types of shapes; those with a height or a measure are 10 and 20 more.
const (
	shapeNull       = 0
	shapePoint      = 1
	shapeLine       = 3
	shapePolygon    = 5
	shapeMultiPoint = 8
)

const shapeHeader = 100 // bytes, of .shp and .shx alike

// shapeFiles are the parts of one Shapefile.
type shapeFiles struct {
	shp    part
	beside map[string]part // by extension
}

// readShapefile reads the parts of a Shapefile side by side. layer is its name in
// an archive.
func readShapefile(layer string, files shapeFiles, in *feed) (err error) {
	table, ok := files.beside[".dbf"]
	if !ok {
		return geo.Errorf(geo.Invalid, "%s has no .dbf beside it, in which its codes would stand; send both, or one .zip of all parts", files.shp.name).On("file", files.shp.name)
	}
	source := Source{Name: in.name, Format: Shapefile, Layer: layer}
	own, err := files.system()
	if err != nil {
		if own, err = in.overridden(err); err != nil {
			return err
		}
	} else if own != nil {
		source.CRSFrom = "its .prj"
	}
	text, from, err := files.encoding(in, table)
	if err != nil {
		return err
	}
	source.Encoding, source.EncodingFrom = text.name, from
	if err := in.begin(source, own); err != nil {
		return err
	}
	return files.read(in, table, text)
}

// overridden lets a file through whose own system is not known here, if another
// was given: what is given counts.
func (in *feed) overridden(err error) (*crs.System, error) {
	if in.given {
		return nil, nil
	}
	return nil, err
}

// system reads the .prj; nil if there is none.
func (files *shapeFiles) system() (*crs.System, error) {
	text, err := files.small(".prj", maxWKT)
	if err != nil || text == "" {
		return nil, err
	}
	s, err := systemOfWKT(text)
	return &s, err
}

// small reads a part that is a short text; "" if there is none.
func (files *shapeFiles) small(ext string, most int64) (string, error) {
	p, ok := files.beside[ext]
	if !ok {
		return "", nil
	}
	r, err := p.open()
	if err != nil {
		return "", err
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, most+1))
	if err == nil && int64(len(b)) > most {
		err = geo.Errorf(geo.TooLarge, "%s has over %d bytes", p.name, most)
	}
	return string(b), err
}

// encoding finds what the table's texts are written in: what was given, what the
// .cpg names, what the table's own byte says, or, where none of them does, UTF-8
// if all of it can be read so, and else GBK.
func (files *shapeFiles) encoding(in *feed, table part) (text textEncoding, from string, err error) {
	if in.encoding != "" {
		text, ok := encodingNamed(in.encoding)
		if !ok {
			return text, "", geo.Errorf(geo.Invalid, "encoding %q is not known here: use utf-8, gbk, iso-8859-1 or windows-1252", short([]byte(in.encoding))).On("encoding", short([]byte(in.encoding)))
		}
		return text, "given", nil
	}
	page, err := files.small(".cpg", 1<<10)
	if err != nil {
		return text, "", err
	}
	if page = strings.TrimSpace(strings.TrimPrefix(page, "\ufeff")); page != "" {
		text, ok := encodingNamed(page)
		if !ok {
			return text, "", geo.Errorf(geo.Invalid, "the .cpg names encoding %q, which is not known here; say what it is with --encoding", short([]byte(page))).On("encoding", short([]byte(page)))
		}
		return text, "its .cpg", nil
	}
	return detectEncoding(in, table)
}

// read reads shapes and rows in step.
func (files *shapeFiles) read(in *feed, tablePart part, text textEncoding) error {
	shp, err := files.shp.open()
	if err != nil {
		return err
	}
	defer shp.Close()
	dbf, err := tablePart.open()
	if err != nil {
		return err
	}
	defer dbf.Close()
	shapes, err := newShapeReader(shp, in.limits)
	if err != nil {
		return err
	}
	rows, err := newTableReader(dbf, text, in.limits)
	if err != nil {
		return err
	}
	if index, ok := files.beside[".shx"]; ok {
		shx, err := index.open()
		if err != nil {
			return err
		}
		defer shx.Close()
		shapes.index = bufio.NewReader(shx)
		if _, err := shapes.index.Discard(shapeHeader); err != nil {
			return endedEarly(err, index.name+" ends in its header")
		}
	}
	for {
		shape, err := shapes.next()
		ended := errors.Is(err, io.EOF)
		if err != nil && !ended {
			return atRow(err, in.rows+1)
		}
		properties, deleted, err := rows.next()
		switch {
		case errors.Is(err, io.EOF) && ended:
			return nil
		case errors.Is(err, io.EOF) || err == nil && ended:
			return geo.Errorf(geo.Invalid, "the .shp and the .dbf do not belong together: one has more records than the other, %d", in.rows).On("file", in.name)
		case err != nil:
			return atRow(err, in.rows+1)
		case deleted:
			in.rows++ // its number stays taken
			continue
		}
		if rows.cut {
			rows.cut = false
			in.note(Note{Kind: "cut-text", Row: in.rows + 1, Done: "half a character at the end of a text was left out"})
		}
		f := &Feature{Properties: properties, drawn: shape}
		if err := in.feature(f); err != nil {
			return err
		}
	}
}

// shapeReader reads the records of a .shp.
type shapeReader struct {
	r      *bufio.Reader
	index  *bufio.Reader // the .shx, nil for none
	kind   int32
	left   int64 // bytes that the header says are still to come
	at     int64 // bytes that were read
	limits Limits
	buf    bytes.Buffer
}

func newShapeReader(r io.Reader, limits Limits) (*shapeReader, error) {
	s := &shapeReader{r: bufio.NewReaderSize(r, 1<<16), limits: limits, at: shapeHeader}
	var h [shapeHeader]byte
	if _, err := io.ReadFull(s.r, h[:]); err != nil {
		return nil, endedEarly(err, "the .shp ends in its header")
	}
	if !bytes.HasPrefix(h[:], shapeMark) {
		return nil, geo.Errorf(geo.Invalid, "this is no .shp: it does not begin as one")
	}
	s.left = 2*int64(binary.BigEndian.Uint32(h[24:])) - shapeHeader
	s.kind = int32(binary.LittleEndian.Uint32(h[32:]))
	switch s.kind {
	case shapeNull:
	default:
		if _, _, ok := shapeKind(s.kind); !ok {
			return nil, geo.Errorf(geo.Invalid, "shapes of type %d are not known here: a Shapefile has points, lines or polygons", s.kind).On("/geometry/type", fmt.Sprint(s.kind))
		}
	}
	if s.left < 0 || s.left > limits.Bytes {
		return nil, geo.Errorf(geo.Invalid, "the header of the .shp tells a length that cannot be")
	}
	return s, nil
}

// shapeKind takes a type apart.
func shapeKind(kind int32) (base int32, third, ok bool) {
	base, third = kind%10, kind >= 10
	switch base {
	case shapePoint, shapeLine, shapePolygon, shapeMultiPoint:
		return base, third, kind > 0 && kind < 30
	}
	return 0, false, false
}

// next reads a record; nil for one without a shape, io.EOF at the end.
func (s *shapeReader) next() (*drawn, error) {
	var h [8]byte
	if s.left == 0 {
		return nil, io.EOF
	}
	if _, err := io.ReadFull(s.r, h[:]); err != nil {
		return nil, endedEarly(err, "the .shp ends before its header says so")
	}
	words := binary.BigEndian.Uint32(h[4:])
	size := 2 * int64(words)
	if size+8 > s.left {
		return nil, geo.Errorf(geo.Invalid, "a record of the .shp is longer than the file")
	}
	if size > s.limits.FeatureBytes {
		return nil, geo.Errorf(geo.TooLarge, "a feature has over %d bytes", s.limits.FeatureBytes)
	}
	if err := s.compare(words); err != nil {
		return nil, err
	}
	s.left -= size + 8
	s.at += size + 8
	// As much memory as comes, not as was announced.
	s.buf.Reset()
	if _, err := io.CopyN(&s.buf, s.r, size); err != nil {
		return nil, endedEarly(err, "the .shp ends in the middle of a record")
	}
	return decodeShape(s.buf.Bytes(), s.kind)
}

// compare holds the next entry of the index against where the record lies. If
// they differ, programs that go by the index see another file than this one.
func (s *shapeReader) compare(words uint32) error {
	if s.index == nil {
		return nil
	}
	var e [8]byte
	if _, err := io.ReadFull(s.index, e[:]); err != nil {
		return endedEarly(err, "the .shx has fewer records than the .shp; write the file anew")
	}
	if offset := 2 * int64(binary.BigEndian.Uint32(e[:])); offset != s.at || binary.BigEndian.Uint32(e[4:]) != words {
		return geo.Errorf(geo.Invalid, "the .shx does not fit the .shp; write the file anew")
	}
	return nil
}

// decodeShape reads the content of a record.
func decodeShape(b []byte, kind int32) (*drawn, error) {
	if len(b) < 4 {
		return nil, errShape()
	}
	own := int32(binary.LittleEndian.Uint32(b))
	b = b[4:]
	if own == shapeNull {
		return nil, nil
	}
	if own != kind {
		return nil, geo.Errorf(geo.Invalid, "a shape of type %d stands among those of type %d", own, kind).On("/geometry/type", fmt.Sprint(own))
	}
	base, third, _ := shapeKind(kind)
	d := &drawn{}
	var err error
	switch base {
	case shapePoint:
		d.kind = "Point"
		d.parts, err = shapeParted(b, 1, nil)
	case shapeMultiPoint:
		d.kind = "MultiPoint"
		if len(b) < 36 {
			return nil, errShape()
		}
		d.parts, err = shapeParted(b[36:], int64(binary.LittleEndian.Uint32(b[32:])), nil)
	default:
		d.kind = map[int32]string{shapeLine: "MultiLineString", shapePolygon: rings}[base]
		if len(b) < 40 {
			return nil, errShape()
		}
		n, points := int64(binary.LittleEndian.Uint32(b[32:])), int64(binary.LittleEndian.Uint32(b[36:]))
		if 4*n > int64(len(b)-40) {
			return nil, errShape()
		}
		if d.parts, err = shapeParted(b[40+4*n:], points, b[40:40+4*n]); err == nil && n == 0 {
			return nil, nil // no parts are no shape
		}
	}
	if third && err == nil {
		for _, chain := range d.parts[0] {
			d.thirds += len(chain)
		}
	}
	return d, err
}

func errShape() error {
	return geo.Errorf(geo.Invalid, "the counts of a shape do not fit its length").On("/geometry", "")
}

// shapeParted reads so many positions, cut into chains at the indexes in starts;
// nil for one chain.
func shapeParted(b []byte, points int64, starts []byte) ([][][]position, error) {
	if points > maxVertices {
		return nil, geo.Errorf(geo.TooLarge, "a geometry has at most %d vertices", maxVertices)
	}
	if 16*points > int64(len(b)) {
		return nil, errShape()
	}
	all := make([]position, points)
	for i := range all {
		all[i] = position{float(b[16*i:]), float(b[16*i+8:])}
	}
	if starts == nil {
		return [][][]position{{all}}, nil
	}
	chains := make([][]position, 0, len(starts)/4)
	for i := 0; i < len(starts); i += 4 {
		from, to := int64(binary.LittleEndian.Uint32(starts[i:])), points
		if i+4 < len(starts) {
			to = int64(binary.LittleEndian.Uint32(starts[i+4:]))
		}
		if i == 0 && from != 0 || from >= to || to > points {
			return nil, errShape()
		}
		chains = append(chains, all[from:to:to])
	}
	return [][][]position{chains}, nil
}

func float(b []byte) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(b)) }
