package coverage

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// packed joins chunks to one piece of bytes for the fuzzer.
func packed(chunks [][]byte) []byte {
	var b []byte
	for _, c := range chunks {
		b = binary.AppendUvarint(b, uint64(len(c)))
		b = append(b, c...)
	}
	return b
}

func unpacked(b []byte) (chunks [][]byte) {
	for len(b) > 0 {
		n, k := binary.Uvarint(b)
		if k <= 0 {
			return chunks
		}
		b = b[k:]
		n = min(n, uint64(len(b)))
		chunks = append(chunks, b[:n])
		b = b[n:]
	}
	return chunks
}

// FuzzDecode: whatever the bytes, no panic; what is accepted encodes to the same
// bytes, and everything that it is asked works.
func FuzzDecode(f *testing.F) {
	for seed := range uint64(4) {
		areas, shapes := mosaic(rand.New(rand.NewPCG(seed, 1)), 1+int(seed), 3)
		c, _, err := Build(mosaicNetwork, areas, shapes, Policy{})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(packed(c.Encode()))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		chunks := unpacked(b)
		c, err := Decode(chunks)
		if err != nil {
			if geo.KindOf(err) != geo.Invalid {
				t.Fatalf("%v is of kind %s", err, geo.KindOf(err))
			}
			return
		}
		if !slices.EqualFunc(c.Encode(), chunks, slices.Equal) {
			t.Fatal("it encodes to other bytes")
		}
		c.Check(mosaicNetwork)
		for a := range c.Areas() {
			c.Polygons(int32(a))
			c.Neighbours(int32(a))
		}
	})
}

// TestDecodeRefusesDamage flips, cuts, repeats and drops.
func TestDecodeRefusesDamage(t *testing.T) {
	areas, shapes := mosaic(rand.New(rand.NewPCG(1, 1)), 12, 12)
	c, _, err := Build(mosaicNetwork, areas, shapes, Policy{})
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(2, 2))
	for i := range rounds(2000, 200_000) {
		chunks := c.Encode()
		k := r.IntN(len(chunks))
		switch i % 4 {
		case 0:
			chunks[k][r.IntN(len(chunks[k]))] ^= 1 << r.IntN(8)
		case 1:
			chunks[k] = chunks[k][:r.IntN(len(chunks[k]))]
		case 2:
			chunks = slices.Insert(chunks, r.IntN(len(chunks)), chunks[k])
		case 3:
			chunks = slices.Delete(chunks, k, k+1)
		}
		d, err := Decode(chunks)
		if err == nil && d.Hash() == c.Hash() {
			t.Fatalf("damage %d went unseen", i)
		}
	}
}

// FuzzBuild reads shapes from bytes: a byte or four for each coordinate, rings and
// shapes parted by marks.
func FuzzBuild(f *testing.F) {
	f.Add([]byte{1, 0, 0, 10, 0, 10, 10, 0, 10, 255, 255, 5, 5, 15, 5, 15, 15})
	f.Add([]byte{0, 3, 3, 0, 0, 9, 9, 0, 9, 9, 0, 255, 0, 254, 1, 1, 2, 2, 9, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) == 0 || len(b) > 2000 {
			return
		}
		wide := b[0]%2 == 1
		areas, shapes := bytesToShapes(b[1:], wide)
		for _, p := range []Policy{{}, {GapWidthM: 0.02 + float64(b[0]), WideGaps: FillGaps},
			{GapWidthM: 0.05, SpikeWidthM: 0.02 * float64(b[0]%8), SnapM: 0.01 * float64(b[0]%16), Outlines: true}} {
			c, report, err := Build(soupNetwork, areas, shapes, p)
			if err != nil {
				if k := geo.KindOf(err); k != geo.Invalid && k != geo.TooLarge {
					t.Fatalf("%v is of kind %s", err, k)
				}
				return
			}
			for _, v := range c.Check(soupNetwork) {
				if v.Kind != Gap && v.Kind != ManyRegions && v.Kind != NoRegion {
					t.Fatalf("%+v\n%+v", v, report)
				}
			}
			for i, r := range report.Repairs { // each is told, and each that can be chosen for is one of its kind
				if r.Done == "" || r.ID != "" && i > 0 && r.ID == report.Repairs[i-1].ID {
					t.Fatalf("%+v", r)
				}
			}
			back, err := Decode(c.Encode())
			if err != nil || back.Hash() != c.Hash() {
				t.Fatal("storing changes it", err)
			}
		}
	})
}

func bytesToShapes(b []byte, wide bool) ([]Area, []Shape) {
	areas := []Area{{Code: "top", Parent: NoArea}}
	var shapes []Shape
	next := func() int32 {
		if wide && len(b) >= 4 {
			v := int32(binary.LittleEndian.Uint32(b))
			b = b[4:]
			return v % (75 * lattice.Scale)
		}
		v := int32(b[0])
		b = b[1:]
		return v
	}
	polygon := lattice.Polygon{nil}
	flush := func() {
		code := fmt.Sprint("a", len(shapes))
		areas = append(areas, Area{Code: code, Level: 1, Parent: 0})
		shapes = append(shapes, Shape{Code: code, Shape: lattice.MultiPolygon{polygon}, Row: len(shapes) + 1})
		polygon = lattice.Polygon{nil}
	}
	for len(b) >= 2 {
		switch b[0] {
		case 255:
			b = b[1:]
			flush()
		case 254:
			b = b[1:]
			polygon = append(polygon, nil)
		default:
			x := next()
			if len(b) == 0 {
				break
			}
			y := next()
			last := len(polygon) - 1
			polygon[last] = append(polygon[last], lattice.Point{X: x, Y: y})
		}
	}
	flush()
	return areas, shapes
}

// One state has one encoding, or two stores that hold the same would not have
// the same hash: a number written longer than need be is refused, though it says
// the same.
func TestDecodeRefusesAnotherForm(t *testing.T) {
	areas, shapes := mosaic(rand.New(rand.NewPCG(1, 1)), 3, 3)
	c, _, err := Build(mosaicNetwork, areas, shapes, Policy{})
	if err != nil {
		t.Fatal(err)
	}
	chunks := c.Encode()
	head := slices.Clone(chunks[0])
	last := len(head) - 1 // the end of the number of regions
	head[last] |= 0x80
	chunks[0] = append(head, 0)
	if _, err := Decode(chunks); geo.KindOf(err) != geo.Invalid {
		t.Errorf("got %v", err)
	}
	chunks[0] = c.Encode()[0]
	if _, err := Decode(chunks); err != nil {
		t.Errorf("as it was: %v", err)
	}
}
