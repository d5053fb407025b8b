package citygen

import (
	"fmt"
	"testing"
	"time"

	"image"
	"image/color"
	"image/png"
	"math"
	"onegrid/data/fixtures"
	"onegrid/geo/lattice"
	"os"
	"slices"
)

// canvas paints a part of the plane. It paints at twice the size and halves the
// picture in the end, so that edges are soft.
type canvas struct {
	img    *image.RGBA
	lo     vec
	pixels float64 // per metre, at twice the size
}

func newCanvas(middle vec, widthM float64, w, h int) *canvas {
	c := &canvas{img: image.NewRGBA(image.Rect(0, 0, 2*w, 2*h)), pixels: 2 * float64(w) / widthM}
	c.lo = middle.sub(vec{widthM / 2, widthM / 2 * float64(h) / float64(w)})
	return c
}

func hex(s string) color.RGBA {
	var v uint32
	for _, r := range s[1:] {
		v = v<<4 | uint32(r&15) + uint32(r>>6)*9
	}
	return color.RGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), 255}
}

func (c *canvas) xy(v vec) vec {
	return vec{(v.x - c.lo.x) * c.pixels, float64(c.img.Rect.Dy()) - (v.y-c.lo.y)*c.pixels}
}

// fill fills rings even-odd.
func (c *canvas) fill(rings [][]vec, col color.RGBA) {
	var pts [][]vec
	lo, hi := math.Inf(1), math.Inf(-1)
	left, right := math.Inf(1), math.Inf(-1)
	for _, r := range rings {
		ps := make([]vec, len(r))
		for i, v := range r {
			ps[i] = c.xy(v)
			lo, hi = min(lo, ps[i].y), max(hi, ps[i].y)
			left, right = min(left, ps[i].x), max(right, ps[i].x)
		}
		pts = append(pts, ps)
	}
	w, h := c.img.Rect.Dx(), c.img.Rect.Dy()
	if right < 0 || left > float64(w) || hi < 0 || lo > float64(h) {
		return
	}
	var xs []float64
	for y := max(0, int(lo)); y <= min(h-1, int(hi)+1); y++ {
		fy := float64(y) + 0.5
		xs = xs[:0]
		for _, ps := range pts {
			for i, a := range ps {
				b := ps[(i+1)%len(ps)]
				if (a.y > fy) != (b.y > fy) {
					xs = append(xs, a.x+(b.x-a.x)*(fy-a.y)/(b.y-a.y))
				}
			}
		}
		slices.Sort(xs)
		for k := 0; k+1 < len(xs); k += 2 {
			for x := max(0, int(math.Ceil(xs[k]-0.5))); x < min(w, int(math.Ceil(xs[k+1]-0.5))); x++ {
				c.img.SetRGBA(x, y, col)
			}
		}
	}
}

// stroke draws a path some pixels wide (of the final picture).
func (c *canvas) stroke(path []vec, px float64, col color.RGBA) {
	half := px / c.pixels // metres
	for i := 1; i < len(path); i++ {
		a, b := path[i-1], path[i]
		n := b.sub(a).unit().left().mul(half)
		c.fill([][]vec{{a.add(n), b.add(n), b.sub(n), a.sub(n)}}, col)
		if px > 1.5 {
			c.dot(b, half, col)
		}
	}
}

// dot draws a disc of a radius in metres.
func (c *canvas) dot(at vec, radius float64, col color.RGBA) {
	var ring []vec
	for k := range 12 {
		ring = append(ring, at.add(bearing(float64(k)*math.Pi/6).mul(radius)))
	}
	c.fill([][]vec{ring}, col)
}

func (c *canvas) save(path string) error {
	w, h := c.img.Rect.Dx()/2, c.img.Rect.Dy()/2
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			var s [3]int
			for _, d := range [][2]int{{0, 0}, {1, 0}, {0, 1}, {1, 1}} {
				p := c.img.RGBAAt(2*x+d[0], 2*y+d[1])
				s[0], s[1], s[2] = s[0]+int(p.R), s[1]+int(p.G), s[2]+int(p.B)
			}
			out.SetRGBA(x, y, color.RGBA{uint8(s[0] / 4), uint8(s[1] / 4), uint8(s[2] / 4), 255})
		}
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return png.Encode(f, out)
}

// TestPicture paints a city for people to look at, where ONEGRID_PICTURE names a
// folder: whole, a district and a street's surroundings.
func TestPicture(t *testing.T) {
	dir := os.Getenv("ONEGRID_PICTURE")
	if dir == "" {
		t.Skip("ONEGRID_PICTURE names no folder")
	}
	for _, name := range fixtures.Names() {
		if only := os.Getenv("CITY"); only != "" && only != name {
			continue
		}
		start := time.Now()
		f, city := open(t, name)
		t.Logf("%s in %v: %d grids, %d estates, %d buildings, %d devices, %d sites, %d posts, %d base features", name, time.Since(start),
			len(city.Grids), len(city.Estates), len(city.Buildings), len(city.Devices), len(city.Sites), len(city.Posts), len(city.Base))
		land := newTerrain(&f, 0)
		views := []struct {
			name   string
			middle vec
			width  float64
		}{
			{"city", vec{}, 2.62 * land.radius},
			{"district", land.centre, 0.8 * land.radius},
			{"centre", land.centre, 1500},
			{"oldtown", land.oldTown, 1500},
			{"suburb", vec{-0.45 * land.radius, 0.2 * land.radius}, 1800},
			{"shore", vec{0.1 * land.radius, -0.28 * land.radius}, 2600},
		}
		for _, v := range views {
			c := newCanvas(v.middle, v.width, 1600, 1200)
			c.city(city, newFrame(f.Centre[0], f.Centre[1]))
			if err := c.save(fmt.Sprintf("%s/%s-%s.png", dir, name, v.name)); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// city paints in the wall's colours.
func (c *canvas) city(city *City, fr frame) {
	all := func(m lattice.MultiPolygon, col string) {
		for _, p := range m {
			var rings [][]vec
			for _, r := range p {
				rings = append(rings, fr.vecs(r))
			}
			c.fill(rings, hex(col))
		}
	}
	m := 1 / (c.pixels / 2) // metres a pixel
	c.fill([][]vec{{{-1e6, -1e6}, {1e6, -1e6}, {1e6, 1e6}, {-1e6, 1e6}}}, hex("#0C1013"))
	widths := map[string]float64{"motorway": 40, "primary": 36, "secondary": 27, "tertiary": 19, "residential": 12, "service": 6}
	least := map[string]float64{"motorway": 2.4, "primary": 1.7, "secondary": 1.1, "tertiary": 0.7, "residential": 0.4, "service": 0}
	for _, kind := range []string{"land", "green", "water", "waterway", "rail", "street"} {
		for _, b := range city.Base {
			if b.Kind != kind {
				continue
			}
			switch kind {
			case "land":
				all(b.Shape.Polygons, "#15191E")
			case "green":
				all(b.Shape.Polygons, map[string]string{"park": "#1C2B22", "garden": "#1B2620", "wood": "#17261B", "farm": "#1A1F1A", "pitch": "#2A4A33"}[b.Class])
			case "water":
				all(b.Shape.Polygons, "#17303F")
			case "rail":
				for _, l := range b.Shape.Lines {
					c.stroke(fr.vecs(l), max(1, 6/m), hex("#4A3F3A"))
				}
			case "street":
				if m > 14 && b.Class == "service" {
					continue
				}
				for _, l := range b.Shape.Lines {
					c.stroke(fr.vecs(l), max(least[b.Class], widths[b.Class]/m), hex("#39424D"))
				}
			}
		}
	}
	if m < 8 {
		for _, e := range city.Estates {
			all(e.Shape, "#1B2027")
		}
		for _, b := range city.Buildings {
			col := map[string]string{"residential": "#55606C", "mixed": "#5F5A50", "shop": "#6B5F4A", "office": "#4F6478", "commercial": "#7A6A48",
				"industrial": "#4B4A55", "school": "#5B6B52", "hospital": "#7A5555", "civic": "#6A6A7A", "super-tall": "#9FC4E8"}[b.Use]
			all(b.Shape, col)
		}
	}
	for i, g := range city.Grids {
		if g.Network == basicNetwork {
			for _, p := range city.Shapes[i] {
				for _, r := range p {
					c.stroke(append(fr.vecs(r), fr.vec(r[0])), 1.1, hex("#6F7C8A"))
				}
			}
		} else {
			for _, p := range city.Shapes[i] {
				for _, r := range p {
					c.stroke(append(fr.vecs(r), fr.vec(r[0])), 2.4, hex("#B48CE8"))
				}
			}
		}
	}
	c.borders(city, fr, 12, 2.0, "#98A5B3")
	c.borders(city, fr, 9, 3.2, "#C3CCD6")
	if m < 1.6 {
		for _, d := range city.Devices {
			p := fr.vec(d.Point)
			if d.View != nil {
				dir := bearing((90 - d.View.BearingDeg) * math.Pi / 180)
				half := d.View.AngleDeg / 2 * math.Pi / 180
				c.stroke([]vec{p.add(dir.turned(half).mul(18)), p, p.add(dir.turned(-half).mul(18))}, 1, hex("#6CB8FF"))
			} else {
				c.dot(p, 4, hex("#F5A623"))
			}
		}
	}
}

// borders draws the edges on both sides of which the grids' codes differ in the
// first digits.
func (c *canvas) borders(city *City, fr frame, digits int, px float64, col string) {
	type edge struct{ a, b lattice.Point }
	seen := map[edge]string{}
	for i, g := range city.Grids {
		if g.Network != basicNetwork {
			continue
		}
		prefix := g.Code[:min(len(g.Code), digits)]
		for _, p := range city.Shapes[i] {
			for _, r := range p {
				for k, a := range r {
					b := r[(k+1)%len(r)]
					if other, ok := seen[edge{b, a}]; ok {
						if other == prefix {
							delete(seen, edge{b, a})
						}
						continue
					}
					seen[edge{a, b}] = prefix
				}
			}
		}
	}
	for e := range seen {
		c.stroke([]vec{fr.vec(e.a), fr.vec(e.b)}, px, hex(col))
	}
}
