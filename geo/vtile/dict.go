package vtile

// dict holds the values of a layer that is made once, by number: each as a field
// of the layer, ready to be copied into a tile. Number 0 is no value.
type dict struct {
	bytes []byte
	ends  []uint32
}

func newDict() *dict { return &dict{ends: []uint32{0}} }

func (d *dict) len() int { return len(d.ends) }

func (d *dict) value(i uint32) []byte { return d.bytes[d.ends[i-1]:d.ends[i]] }

// dictMaker fills a dict.
type dictMaker struct {
	*dict
	found map[string]uint32
	buf   []byte
}

func newDictMaker() *dictMaker { return &dictMaker{dict: newDict(), found: map[string]uint32{}} }

func (m *dictMaker) add(v []byte) uint32 {
	m.bytes = appendValue(m.bytes, v)
	m.ends = append(m.ends, uint32(len(m.bytes)))
	return uint32(len(m.ends) - 1)
}

// shared returns the number of the value in buf, a new one if it is new.
func (m *dictMaker) shared() uint32 {
	n, ok := m.found[string(m.buf)]
	if !ok {
		n = m.add(m.buf)
		m.found[string(m.buf)] = n
	}
	return n
}

// text numbers a string that several features may have.
func (m *dictMaker) text(s string) uint32 {
	if s == "" {
		return 0
	}
	m.buf = appendString(append(m.buf[:0], valueString), s)
	return m.shared()
}

// unique numbers a string that only one feature has: nothing is looked up.
func (m *dictMaker) unique(s string) uint32 {
	if s == "" {
		return 0
	}
	m.buf = appendString(append(m.buf[:0], valueString), s)
	return m.add(m.buf)
}

// number numbers a whole number.
func (m *dictMaker) number(n uint64) uint32 {
	m.buf = appendUvarint(append(m.buf[:0], valueUint), n)
	return m.shared()
}

// count numbers a count; none for 0.
func (m *dictMaker) count(n int) uint32 {
	if n <= 0 {
		return 0
	}
	return m.number(uint64(n))
}

// measure numbers a quantity; none for 0.
func (m *dictMaker) measure(f float64) uint32 {
	if f == 0 {
		return 0
	}
	if n := uint64(f); float64(n) == f {
		return m.count(int(n))
	}
	m.buf = appendDouble(append(m.buf[:0], valueDouble), f)
	return m.shared()
}

func (m *dictMaker) flag(b bool) uint32 {
	m.buf = append(m.buf[:0], valueBool, 0)
	if b {
		m.buf[1] = 1
	}
	return m.shared()
}
