package mvt

import (
	"errors"
	"fmt"
	"math"
	"unicode/utf8"
)

// Read takes a tile apart and refuses one that breaks the specification. The
// error names the layer and the feature.
func Read(data []byte) (*Tile, error) {
	t := &Tile{}
	names := map[string]bool{}
	work := MaxWork
	m := message{data}
	for {
		f, ok, err := m.next()
		if err != nil {
			return nil, err
		}
		if !ok {
			return t, nil
		}
		if f.number != 3 {
			if f.number < 16 {
				return nil, fmt.Errorf("a tile has no field %d", f.number)
			}
			continue // extensions may be anywhere from 16
		}
		if f.wire != bytes {
			return nil, errors.New("a layer is not a message")
		}
		l, err := readLayer(f.data, &work)
		if err != nil {
			return nil, fmt.Errorf("layer %d %q: %w", len(t.Layers), l.Name, err)
		}
		if names[l.Name] {
			return nil, fmt.Errorf("two layers are named %q", l.Name)
		}
		names[l.Name] = true
		t.Layers = append(t.Layers, l)
	}
}

// layerParts are a layer's fields before its features can be read: keys and
// values may stand after them.
type layerParts struct {
	seen     map[int]bool
	features [][]byte
}

func readLayer(data []byte, work *int) (Layer, error) {
	l := Layer{Version: 1, Extent: 4096}
	p := layerParts{seen: map[int]bool{}}
	m := message{data}
	for {
		f, ok, err := m.next()
		if err != nil {
			return l, err
		}
		if !ok {
			break
		}
		if err := l.take(f, &p); err != nil {
			return l, err
		}
	}
	switch {
	case !p.seen[1]:
		return l, errors.New("no name")
	case l.Name == "":
		return l, errors.New("the name is empty")
	case !p.seen[15]:
		return l, errors.New("no version")
	case l.Version != 2:
		return l, fmt.Errorf("version %d, not 2", l.Version)
	case l.Extent == 0:
		return l, errors.New("the extent is 0")
	}
	for i, b := range p.features {
		f, err := l.readFeature(b, work)
		if err != nil {
			return l, fmt.Errorf("feature %d (id %d): %w", i, f.ID, err)
		}
		l.Features = append(l.Features, f)
	}
	return l, nil
}

func (l *Layer) take(f field, p *layerParts) error {
	wire, single := varint, false
	switch f.number {
	case 1:
		wire, single = bytes, true
	case 2, 3, 4:
		wire = bytes
	case 5, 15:
		single = true
	default:
		if f.number < 16 {
			return fmt.Errorf("a layer has no field %d", f.number)
		}
		return nil
	}
	if f.wire != wire {
		return fmt.Errorf("field %d has wire type %d, not %d", f.number, f.wire, wire)
	}
	if single && p.seen[f.number] {
		return fmt.Errorf("field %d comes twice", f.number)
	}
	p.seen[f.number] = true
	switch f.number {
	case 1:
		if !utf8.Valid(f.data) {
			return errors.New("the name is not UTF-8")
		}
		l.Name = string(f.data)
	case 2:
		p.features = append(p.features, f.data)
	case 3:
		if !utf8.Valid(f.data) {
			return errors.New("a key is not UTF-8")
		}
		l.Keys = append(l.Keys, string(f.data))
	case 4:
		v, err := readValue(f.data)
		if err != nil {
			return fmt.Errorf("value %d: %w", len(l.Values), err)
		}
		l.Values = append(l.Values, v)
	case 5:
		return small(f.num, &l.Extent, "the extent")
	case 15:
		return small(f.num, &l.Version, "the version")
	}
	return nil
}

func small(n uint64, to *uint32, what string) error {
	if n > math.MaxUint32 {
		return fmt.Errorf("%s does not fit into 32 bits", what)
	}
	*to = uint32(n)
	return nil
}

func readValue(data []byte) (any, error) {
	m := message{data}
	f, ok, err := m.next()
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, errors.New("it holds nothing")
	}
	if len(m.rest) > 0 {
		return nil, errors.New("it holds more than one field")
	}
	wires := [...]int{1: bytes, 2: fixed32, 3: fixed64, 4: varint, 5: varint, 6: varint, 7: varint}
	if f.number >= len(wires) {
		return nil, fmt.Errorf("a value has no field %d", f.number)
	}
	if f.wire != wires[f.number] {
		return nil, fmt.Errorf("field %d has wire type %d, not %d", f.number, f.wire, wires[f.number])
	}
	switch f.number {
	case 1:
		if !utf8.Valid(f.data) {
			return nil, errors.New("a string is not UTF-8")
		}
		return string(f.data), nil
	case 2:
		return math.Float32frombits(uint32(f.num)), nil
	case 3:
		return math.Float64frombits(f.num), nil
	case 4:
		return int64(f.num), nil
	case 5:
		return f.num, nil
	case 6:
		return int64(f.num>>1) ^ -int64(f.num&1), nil
	default:
		if f.num > 1 {
			return nil, errors.New("a bool is neither 0 nor 1")
		}
		return f.num == 1, nil
	}
}

func (l *Layer) readFeature(data []byte, work *int) (Feature, error) {
	var out Feature
	var tags, geometry []uint32
	seen := [5]bool{}
	m := message{data}
	for {
		f, ok, err := m.next()
		if err != nil {
			return out, err
		}
		if !ok {
			break
		}
		if f.number > 4 {
			return out, fmt.Errorf("a feature has no field %d", f.number)
		}
		wires := [...]int{1: varint, 2: bytes, 3: varint, 4: bytes}
		if f.wire != wires[f.number] {
			return out, fmt.Errorf("field %d has wire type %d, not %d", f.number, f.wire, wires[f.number])
		}
		if seen[f.number] {
			return out, fmt.Errorf("field %d comes twice", f.number)
		}
		seen[f.number] = true
		switch f.number {
		case 1:
			out.ID, out.HasID = f.num, true
		case 2:
			tags, err = uint32s(f.data)
		case 3:
			if f.num > uint64(Polygon) {
				return out, fmt.Errorf("type %d", f.num)
			}
			out.Type = Type(f.num)
		case 4:
			geometry, err = uint32s(f.data)
		}
		if err != nil {
			return out, err
		}
	}
	if !seen[3] {
		return out, errors.New("no type")
	}
	if !seen[4] {
		return out, errors.New("no geometry")
	}
	var err error
	if out.Properties, err = l.resolve(tags); err != nil {
		return out, err
	}
	out.Parts, err = readGeometry(out.Type, geometry, work)
	return out, err
}

// resolve turns tags into properties.
func (l *Layer) resolve(tags []uint32) (map[string]any, error) {
	if len(tags)%2 != 0 {
		return nil, errors.New("an odd number of tags")
	}
	props := make(map[string]any, len(tags)/2)
	for i := 0; i < len(tags); i += 2 {
		k, v := tags[i], tags[i+1]
		if int64(k) >= int64(len(l.Keys)) {
			return nil, fmt.Errorf("key %d of %d", k, len(l.Keys))
		}
		if int64(v) >= int64(len(l.Values)) {
			return nil, fmt.Errorf("value %d of %d", v, len(l.Values))
		}
		if _, twice := props[l.Keys[k]]; twice {
			return nil, fmt.Errorf("key %q comes twice", l.Keys[k])
		}
		props[l.Keys[k]] = l.Values[v]
	}
	return props, nil
}
