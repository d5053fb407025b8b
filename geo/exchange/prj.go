package exchange

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"onegrid/geo"
	"onegrid/geo/crs"
)

// A .prj file holds a coordinate system as Well-Known Text. What counts in it
// are the datum and the parameters. Names are whatever a program liked, so a
// zone is never told by its name.

// Bounds of a Well-Known Text.
const (
	maxWKT      = 64 << 10
	maxWKTDepth = 16
)

// wktNode is KEYWORD[value, …]. Values are texts, numbers as they are written,
// and nodes.
type wktNode struct {
	keyword string
	texts   []string
	nodes   []*wktNode
}

// systemOfWKT returns the system that a Well-Known Text describes. The error is
// Invalid and names what was read.
func systemOfWKT(text string) (crs.System, error) {
	if len(text) > maxWKT {
		return 0, geo.Errorf(geo.TooLarge, "a coordinate system is described in at most %d bytes", maxWKT)
	}
	p := &wktParser{s: strings.TrimSpace(strings.TrimPrefix(text, "\ufeff"))}
	root, err := p.node(0)
	if err == nil && p.i != len(p.s) {
		err = p.bad()
	}
	if err != nil {
		return 0, err
	}
	switch root.keyword {
	case "GEOGCS":
		return root.geographic()
	case "PROJCS":
		return root.zone()
	case "COMPD_CS":
		if len(root.nodes) > 0 && root.nodes[0].keyword == "PROJCS" {
			return root.nodes[0].zone()
		} else if len(root.nodes) > 0 && root.nodes[0].keyword == "GEOGCS" {
			return root.nodes[0].geographic()
		}
	}
	return 0, notOurs("a coordinate system of kind " + short([]byte(root.keyword)))
}

// notOurs refuses a system that the coordinates could not be brought in from.
func notOurs(what string) error {
	return geo.Errorf(geo.Invalid, "the file is in %s, which is not known here: known are WGS84, CGCS2000 and its Gauss-Krüger zones; bring the file to one of these, or name the system it is in with --crs", what).On("crs", what)
}

// geographic reads GEOGCS: datum, ellipsoid, meridian and unit.
func (n *wktNode) geographic() (crs.System, error) {
	name := short([]byte(n.text(0)))
	datum := n.child("DATUM")
	if datum == nil || datum.child("SPHEROID") == nil {
		return 0, notOurs(fmt.Sprintf("%q, without a datum", name))
	}
	var system crs.System
	flattening := 0.0
	switch plainName(datum.text(0)) {
	case "wgs1984", "wgs84", "worldgeodeticsystem1984":
		system, flattening = crs.WGS84, 298.257223563
	case "china2000", "cgcs2000", "chinageodeticcoordinatesystem2000", "chinesegeodeticcoordinatesystem2000":
		system, flattening = crs.CGCS2000, 298.257222101
	default:
		return 0, notOurs(fmt.Sprintf("%q with datum %q", name, short([]byte(datum.text(0)))))
	}
	spheroid := datum.child("SPHEROID")
	if axis, f := spheroid.number(1), spheroid.number(2); axis != 6378137 || !(math.Abs(f-flattening) < 1e-6) {
		return 0, notOurs(fmt.Sprintf("%q with an ellipsoid of %v m and 1/%v", name, axis, f))
	}
	if m := n.child("PRIMEM"); m != nil && m.number(1) != 0 {
		return 0, notOurs(fmt.Sprintf("%q, counted from %q", name, short([]byte(m.text(0)))))
	}
	if u := n.child("UNIT"); u != nil && !(math.Abs(u.number(1)-math.Pi/180) < 1e-12) {
		return 0, notOurs(fmt.Sprintf("%q in units of %q", name, short([]byte(u.text(0)))))
	}
	if d := datum.child("TOWGS84"); d != nil {
		for i := range d.texts {
			if d.number(i) != 0 {
				return 0, notOurs(fmt.Sprintf("%q, shifted against WGS84", name))
			}
		}
	}
	return system, nil
}

// zone reads PROJCS: a Gauss-Krüger zone of CGCS2000, by its parameters.
func (n *wktNode) zone() (crs.System, error) {
	name := short([]byte(n.text(0)))
	below := n.child("GEOGCS")
	if below == nil {
		return 0, notOurs(fmt.Sprintf("%q, without a datum", name))
	}
	datum, err := below.geographic()
	if err != nil {
		return 0, err
	}
	method := ""
	if p := n.child("PROJECTION"); p != nil {
		method = p.text(0)
	}
	switch plainName(method) {
	case "gausskruger", "transversemercator":
	default:
		return 0, notOurs(fmt.Sprintf("%q, projected by %q", name, short([]byte(method))))
	}
	if datum != crs.CGCS2000 {
		return 0, notOurs(fmt.Sprintf("%q, a projection of datum %q", name, short([]byte(below.child("DATUM").text(0)))))
	}
	if u := n.child("UNIT"); u == nil || u.number(1) != 1 {
		return 0, notOurs(fmt.Sprintf("%q, which is not in metres", name))
	}
	set := map[string]float64{"scalefactor": 1}
	for _, p := range n.nodes {
		if p.keyword == "PARAMETER" {
			set[plainName(p.text(0))] = p.number(1)
		}
	}
	east, known := set["falseeasting"]
	meridian, placed := set["centralmeridian"]
	lead := math.Floor(east / 1e6)
	if known && placed && set["scalefactor"] == 1 && set["latitudeoforigin"] == 0 && set["falsenorthing"] == 0 &&
		east == lead*1e6+500_000 && meridian == math.Trunc(meridian) && math.Abs(meridian) <= 180 && lead >= 0 && lead < 100 {
		if s, ok := crs.Zone(int(meridian), int(lead)); ok {
			return s, nil
		}
	}
	return 0, notOurs(fmt.Sprintf("%q with central meridian %s, false easting %s, false northing %s, latitude of origin %s and scale factor %s",
		name, digits(meridian), digits(east), digits(set["falsenorthing"]), digits(set["latitudeoforigin"]), digits(set["scalefactor"])))
}

// digits writes a number as a surveyor does, as long as that is short.
func digits(f float64) string {
	if math.Abs(f) < 1e12 {
		return format(f)
	}
	return fmt.Sprint(f)
}

// plainName makes the spellings of a name one: D_WGS_1984, "WGS 1984".
func plainName(s string) string {
	s = strings.TrimPrefix(strings.ToLower(s), "d_")
	return strings.NewReplacer("_", "", " ", "", "-", "", "ü", "u").Replace(s)
}

func (n *wktNode) child(keyword string) *wktNode {
	for _, c := range n.nodes {
		if c.keyword == keyword {
			return c
		}
	}
	return nil
}

func (n *wktNode) text(i int) string {
	if i < len(n.texts) {
		return n.texts[i]
	}
	return ""
}

// number returns a value that is a number, else NaN, which equals nothing.
func (n *wktNode) number(i int) float64 {
	f, err := strconv.ParseFloat(n.text(i), 64)
	if err != nil {
		return math.NaN()
	}
	return f
}

// wktParser reads Well-Known Text from the front.
type wktParser struct {
	s string
	i int
}

func (p *wktParser) bad() error {
	return geo.Errorf(geo.Invalid, "the coordinate system is not Well-Known Text near byte %d", p.i).On("crs", short([]byte(p.s[min(p.i, len(p.s)):])))
}

func (p *wktParser) blanks() {
	for p.i < len(p.s) && strings.IndexByte(" \t\r\n", p.s[p.i]) >= 0 {
		p.i++
	}
}

// word reads up to what ends a keyword or a bare value.
func (p *wktParser) word() string {
	p.blanks()
	from := p.i
	for p.i < len(p.s) && strings.IndexByte("[](),\" \t\r\n", p.s[p.i]) < 0 {
		p.i++
	}
	word := p.s[from:p.i]
	p.blanks()
	return word
}

func (p *wktParser) next() byte {
	if p.i < len(p.s) {
		return p.s[p.i]
	}
	return 0
}

func (p *wktParser) node(depth int) (*wktNode, error) {
	keyword := p.word()
	if keyword == "" || depth > maxWKTDepth || p.next() != '[' && p.next() != '(' {
		return nil, p.bad()
	}
	n := &wktNode{keyword: strings.ToUpper(keyword)}
	return n, p.values(n, depth)
}

// values reads what stands in the brackets.
func (p *wktParser) values(n *wktNode, depth int) error {
	for {
		p.i++ // a bracket or a comma
		p.blanks()
		if p.next() == '"' {
			end := strings.IndexByte(p.s[p.i+1:], '"')
			if end < 0 {
				return p.bad()
			}
			n.texts = append(n.texts, p.s[p.i+1:p.i+1+end])
			p.i += end + 2
			p.blanks()
		} else {
			from := p.i
			word := p.word()
			if c := p.next(); c == '[' || c == '(' {
				p.i = from
				inner, err := p.node(depth + 1)
				if err != nil {
					return err
				}
				n.nodes = append(n.nodes, inner)
				p.blanks()
			} else {
				n.texts = append(n.texts, word)
			}
		}
		switch p.next() {
		case ']', ')':
			p.i++
			p.blanks()
			return nil
		case ',':
		default:
			return p.bad()
		}
	}
}

// wktOf describes a system as the .prj files of other programs do. ok is false
// for the offset systems, which have no such description.
func wktOf(s crs.System) (wkt string, ok bool) {
	const (
		ground = `GEOGCS["%s",DATUM["%s",SPHEROID["%s",6378137.0,%s]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]`
		plane  = `PROJCS["%s",%s,PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",%d.0],PARAMETER["False_Northing",0.0],` +
			`PARAMETER["Central_Meridian",%d.0],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]`
	)
	china := fmt.Sprintf(ground, "GCS_China_Geodetic_Coordinate_System_2000", "D_China_2000", "CGCS2000", "298.257222101")
	switch meridian, lead, projected := s.Zone(); {
	case projected:
		return fmt.Sprintf(plane, zoneName(s), china, lead*1_000_000+500_000, meridian), true
	case s == crs.CGCS2000:
		return china, true
	case s == crs.WGS84:
		return fmt.Sprintf(ground, "GCS_WGS_1984", "D_WGS_1984", "WGS_1984", "298.257223563"), true
	}
	return "", false
}

// zoneName is what surveyors' programs call a zone.
func zoneName(s crs.System) string {
	meridian, lead, _ := s.Zone()
	width := "_3_Degree"
	if s < crs.FirstZone {
		width = "" // six degrees are understood
	}
	if lead > 0 {
		return fmt.Sprintf("CGCS2000%s_GK_Zone_%d", width, lead)
	}
	return fmt.Sprintf("CGCS2000%s_GK_CM_%dE", width, meridian)
}
