package exchange

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"

	"onegrid/geo"
)

// textEncoding is how a Shapefile's texts are written.
type textEncoding struct {
	name string // as a report tells it
	code encoding.Encoding
}

// The encodings that are met. GBK files are read as GB18030, of which GBK is a
// part, so that characters which came later are read too. Written GBK is GBK
// alone, which old programs read.
var (
	utf8Text    = textEncoding{name: "utf-8"}
	gbkText     = textEncoding{"gbk", simplifiedchinese.GB18030}
	latinText   = textEncoding{"iso-8859-1", charmap.ISO8859_1}
	windowsText = textEncoding{"windows-1252", charmap.Windows1252}
)

// encodingNamed returns the encoding of a name as it stands in a .cpg file or a
// flag.
func encodingNamed(name string) (textEncoding, bool) {
	plain := strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(strings.TrimSpace(name)))
	switch plain {
	case "utf8", "65001":
		return utf8Text, true
	case "gbk", "cp936", "936", "ansi936", "gb2312", "euccn", "gb18030", "54936", "cp54936":
		return gbkText, true
	case "iso88591", "88591", "latin1", "28591":
		return latinText, true
	case "1252", "cp1252", "windows1252", "ansi1252":
		return windowsText, true
	}
	return textEncoding{}, false
}

// encodingOfDriver returns what the language driver byte of a .dbf says. Many
// programs write 0, or 0x57, which is whatever the machine was set to.
func encodingOfDriver(driver byte) (e textEncoding, says bool) {
	switch driver {
	case 0x4d, 0x7a:
		return gbkText, true
	case 0x03, 0x58, 0x59:
		return windowsText, true
	}
	return textEncoding{}, false
}

// decode reads a text. whole says that it fills its field, so that a program
// may have cut its last character in two: what is left of it goes, and cut tells.
func (e textEncoding) decode(b []byte, whole bool) (s string, cut bool, err error) {
	s, ok := e.read(b)
	for n := 1; !ok && whole && n <= 3 && n < len(b); n++ {
		if s, ok = e.read(b[:len(b)-n]); ok {
			cut = true
		}
	}
	if !ok {
		return "", false, geo.Errorf(geo.Invalid, "a text is not in %s; say what it is in with --encoding", e.name)
	}
	return s, cut, nil
}

func (e textEncoding) read(b []byte) (string, bool) {
	if e.code == nil {
		return string(b), utf8.Valid(b)
	}
	out, err := e.code.NewDecoder().Bytes(b)
	return string(out), err == nil && !bytes.ContainsRune(out, utf8.RuneError)
}

// ascii says that a text reads the same in every encoding.
func ascii(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
