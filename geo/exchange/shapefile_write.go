package exchange

import (
	"archive/zip"
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"
	"time"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// writeShapefile writes a zip archive with the parts of a Shapefile; of several
// where points, lines and polygons are mixed, since one holds only one kind. The
// layer is gone over once to measure, and once for each part that is written, so
// that nothing of it is kept.
func writeShapefile(out io.Writer, o Output, layer func(*Writer) error) (notes []string, err error) {
	text := utf8Text
	if o.Encoding != "" {
		text, _ = encodingNamed(o.Encoding)
	}
	s := &shapeSurvey{out: &o, tableSurvey: tableSurvey{text: text, sizes: map[string]*tableSize{}, long: map[string]int{}}}
	if err := layer(&Writer{s}); err != nil {
		return nil, err
	}
	fields := s.fields()
	z := zip.NewWriter(out)
	for _, kind := range s.kinds() {
		name := o.Layer
		if len(s.kinds()) > 1 {
			name += "_" + mixedNames[kind]
		}
		if err := s.write(z, name, kind, fields, layer); err != nil {
			return nil, err
		}
	}
	for _, f := range fields {
		if n := s.long[f.property]; n > 0 {
			notes = append(notes, fmt.Sprintf("%s: %d of over %d bytes, the most that a Shapefile holds: texts were cut, lists left out", f.property, n, maxTableText))
		}
		if f.name != f.property {
			notes = append(notes, fmt.Sprintf("%s is called %s: a Shapefile's names have at most %d bytes", f.property, f.name, maxTableName))
		}
	}
	return notes, z.Close()
}

// shapeExtent is what the header of a .shp tells.
type shapeExtent struct {
	records int
	bytes   int64 // of the file
	box     extent
}

// extent is a box in the file's system.
type extent struct{ min, max position }

func noExtent() extent {
	return extent{position{math.Inf(1), math.Inf(1)}, position{math.Inf(-1), math.Inf(-1)}}
}

func (e *extent) add(p position) {
	for i := range p {
		e.min[i], e.max[i] = min(e.min[i], p[i]), max(e.max[i], p[i])
	}
}

// shapeSurvey measures a layer.
type shapeSurvey struct {
	tableSurvey
	out     *Output
	extents [4]shapeExtent // by what is drawn
}

func (s *shapeSurvey) add(r *record) error {
	if err := s.tableSurvey.add(r); err != nil {
		return err
	}
	kind := draws(&r.shape)
	e := &s.extents[kind]
	if e.records == 0 {
		e.bytes, e.box = shapeHeader, noExtent()
	}
	content, err := appendShape(nil, s.out, &r.shape, &e.box)
	e.records++
	e.bytes += 8 + int64(len(content))
	return err
}

// kinds are those that are written. What has no shape goes with the last of
// them, or, where there is nothing else, stands alone.
func (s *shapeSurvey) kinds() []int {
	var out []int
	for kind := range mixedNames {
		if s.counts[kind] > 0 {
			out = append(out, kind)
		}
	}
	if len(out) == 0 {
		out = []int{drawsNothing}
	}
	return out
}

// takes says whether a record stands in the file of a kind.
func (s *shapeSurvey) takes(kind int, r *record) bool {
	own := draws(&r.shape)
	return own == kind || own == drawsNothing && kind == s.kinds()[len(s.kinds())-1]
}

// write writes the parts of one Shapefile.
func (s *shapeSurvey) write(z *zip.Writer, name string, kind int, fields []tableWritten, layer func(*Writer) error) error {
	e := s.extents[kind]
	if e.records == 0 {
		e.bytes, e.box = shapeHeader, noExtent()
	}
	if none := s.extents[drawsNothing]; kind != drawsNothing && kind == s.kinds()[len(s.kinds())-1] && none.records > 0 {
		e.records += none.records
		e.bytes += none.bytes - shapeHeader
	}
	if e.bytes/2 > math.MaxInt32 {
		return geo.Errorf(geo.TooLarge, "a Shapefile has at most 4 GB: write a geopackage")
	}
	create := func(ext string) (io.Writer, error) {
		return z.CreateHeader(&zip.FileHeader{Name: name + ext, Method: zip.Deflate, Modified: time.Now()})
	}
	shp, err := create(".shp")
	if err != nil {
		return err
	}
	shapes := &shapeSink{survey: s, kind: kind, w: bufio.NewWriter(shp), at: shapeHeader / 2}
	shapes.w.Write(appendShapeHeader(nil, kind, e.bytes, e.box))
	if err := layer(&Writer{shapes}); err != nil {
		return err
	}
	if err := shapes.w.Flush(); err != nil {
		return err
	}
	shx, err := create(".shx")
	if err != nil {
		return err
	}
	if _, err := shx.Write(append(appendShapeHeader(nil, kind, shapeHeader+int64(len(shapes.index)), e.box), shapes.index...)); err != nil {
		return err
	}
	dbf, err := create(".dbf")
	if err != nil {
		return err
	}
	rows := &filtered{newTableSink(dbf, s.text, fields, e.records), func(r *record) bool { return s.takes(kind, r) }}
	if err := layer(&Writer{rows}); err != nil {
		return err
	}
	if err := rows.close(); err != nil {
		return err
	}
	wkt, _ := wktOf(s.out.CRS)
	page := "UTF-8"
	if s.text == gbkText {
		page = "GBK"
	}
	for _, small := range [][2]string{{".prj", wkt}, {".cpg", page}} {
		w, err := create(small[0])
		if err != nil {
			return err
		}
		if _, err := io.WriteString(w, small[1]); err != nil {
			return err
		}
	}
	return nil
}

// filtered is a sink for some of a layer's records.
type filtered struct {
	sink
	takes func(*record) bool
}

func (f *filtered) add(r *record) error {
	if !f.takes(r) {
		return nil
	}
	return f.sink.add(r)
}

// shapeSink writes the records of a .shp, and keeps its index.
type shapeSink struct {
	survey *shapeSurvey
	kind   int
	w      *bufio.Writer
	index  []byte
	at     uint32 // in words of two bytes
	count  uint32
	buf    []byte
}

func (s *shapeSink) close() error { return nil }

func (s *shapeSink) add(r *record) error {
	if !s.survey.takes(s.kind, r) {
		return nil
	}
	s.count++
	box := noExtent()
	content, err := appendShape(s.buf[:0], s.survey.out, &r.shape, &box)
	if err != nil {
		return err
	}
	s.buf = content
	words := uint32(len(content) / 2)
	var h [8]byte
	binary.BigEndian.PutUint32(h[4:], words)
	binary.BigEndian.PutUint32(h[:], s.at)
	s.index = append(s.index, h[:]...)
	binary.BigEndian.PutUint32(h[:], s.count)
	s.at += words + 4
	s.w.Write(h[:])
	_, err = s.w.Write(content)
	return err
}

// shapeTypes are the types of what is drawn.
var shapeTypes = [...]uint32{drawsPoint: shapePoint, drawsLine: shapeLine, drawsPolygon: shapePolygon, drawsNothing: shapeNull}

func appendShapeHeader(b []byte, kind int, size int64, box extent) []byte {
	if box.min[0] > box.max[0] {
		box = extent{}
	}
	b = append(append(b, shapeMark...), make([]byte, 20)...)
	b = binary.BigEndian.AppendUint32(b, uint32(size/2))
	b = binary.LittleEndian.AppendUint32(b, 1000)
	b = binary.LittleEndian.AppendUint32(b, shapeTypes[kind])
	b = appendFloats(b, box.min[0], box.min[1], box.max[0], box.max[1])
	return append(b, make([]byte, 32)...)
}

func appendFloats(b []byte, floats ...float64) []byte {
	for _, f := range floats {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(f))
	}
	return b
}

// appendShape writes the content of a record, and grows a box by it. Rings run
// the other way round than ours, and end where they began.
func appendShape(b []byte, o *Output, g *geo.Geometry, all *extent) ([]byte, error) {
	kind := draws(g)
	b = binary.LittleEndian.AppendUint32(b, shapeTypes[kind])
	var chains [][]lattice.Point
	switch kind {
	case drawsNothing:
		return b, nil
	case drawsPoint:
		p, err := o.place(*g.Point)
		all.add(p)
		return appendFloats(b, p[0], p[1]), err
	case drawsLine:
		chains = g.Lines
	case drawsPolygon:
		for _, polygon := range g.Polygons {
			for _, ring := range polygon {
				turned := slices.Clone(ring)
				slices.Reverse(turned)
				chains = append(chains, append(turned, turned[0]))
			}
		}
	}
	points := 0
	for _, chain := range chains {
		points += len(chain)
	}
	box := noExtent()
	at := len(b)
	b = appendFloats(b, 0, 0, 0, 0) // the box, once it is known
	b = binary.LittleEndian.AppendUint32(b, uint32(len(chains)))
	b = binary.LittleEndian.AppendUint32(b, uint32(points))
	from := 0
	for _, chain := range chains {
		b = binary.LittleEndian.AppendUint32(b, uint32(from))
		from += len(chain)
	}
	for _, chain := range chains {
		for _, p := range chain {
			c, err := o.place(p)
			if err != nil {
				return nil, err
			}
			box.add(c)
			b = appendFloats(b, c[0], c[1])
		}
	}
	copy(b[at:], appendFloats(nil, box.min[0], box.min[1], box.max[0], box.max[1]))
	all.add(box.min)
	all.add(box.max)
	return b, nil
}
