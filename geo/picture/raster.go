package picture

import (
	"cmp"
	"image"
	"image/color"
	"math"
	"slices"
)

// raster fills polygons. Each line of pixels is looked at along several level
// lines; on each, the exact stretch of every pixel that lies inside counts.
type raster struct {
	edges     []edge
	crossings []crossing
	active    []int
	cover     []float32 // of one line of pixels
}

// edge runs downwards, from y0 to y1; dir tells whether it was drawn so.
type edge struct {
	x0, y0, y1, slope float64
	dir               int
}

type crossing struct {
	x   float64
	dir int
}

// levels is how many level lines a pixel has.
const levels = 5

// polygon adds a closed ring.
func (r *raster) polygon(ring [][2]float64) {
	for i, q := range ring {
		p := ring[(i+len(ring)-1)%len(ring)]
		dir := 1
		if p[1] > q[1] {
			p, q, dir = q, p, -1
		}
		if p[1] != q[1] {
			r.edges = append(r.edges, edge{p[0], p[1], q[1], (q[0] - p[0]) / (q[1] - p[1]), dir})
		}
	}
}

// disc adds a circle of so many sides, which winds as the boxes of a stroke do.
func (r *raster) disc(middle [2]float64, radius float64, sides int) {
	ring := make([][2]float64, 0, sides)
	for i := range sides {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(sides))
		ring = append(ring, [2]float64{middle[0] + radius*cos, middle[1] + radius*sin})
	}
	r.polygon(ring)
}

// stroke adds a line of a width, to be painted non-zero: a box for every piece,
// and a disc at every bend that is wide enough to be seen.
func (r *raster) stroke(line [][2]float64, width float64) {
	if len(line) == 0 {
		return
	}
	half, p := width/2, line[0]
	for i, q := range line[1:] {
		dx, dy := q[0]-p[0], q[1]-p[1]
		length := math.Hypot(dx, dy)
		if length < 0.25 && i+2 < len(line) {
			continue // too short to see; the next piece starts where it did
		}
		if length > 0 {
			ox, oy := -dy/length*half, dx/length*half
			r.polygon([][2]float64{{p[0] + ox, p[1] + oy}, {p[0] - ox, p[1] - oy}, {q[0] - ox, q[1] - oy}, {q[0] + ox, q[1] + oy}})
		}
		if width > 1.5 && i+2 < len(line) {
			r.disc(q, half, 8)
		}
		p = q
	}
}

// paint fills what was added since the last time, and forgets it.
func (r *raster) paint(img *image.RGBA, clip image.Rectangle, c color.Color, evenOdd bool) {
	defer func() { r.edges = r.edges[:0] }()
	clip = clip.Intersect(img.Bounds())
	if len(r.edges) == 0 || clip.Empty() {
		return
	}
	slices.SortFunc(r.edges, func(a, b edge) int { return cmp.Compare(a.y0, b.y0) })
	bottom := math.Inf(-1)
	for _, e := range r.edges {
		bottom = max(bottom, e.y1)
	}
	// Compared as floats first: what lies far outside does not fit an int.
	top := clip.Min.Y
	if y := math.Floor(r.edges[0].y0); y > float64(top) {
		top = int(min(y, float64(clip.Max.Y)))
	}
	end := clip.Max.Y
	if y := math.Ceil(bottom); y < float64(end) {
		end = int(max(y, float64(clip.Min.Y)))
	}
	red, green, blue, alpha := c.RGBA()
	src := [4]float32{float32(red) / 257, float32(green) / 257, float32(blue) / 257, float32(alpha) / 257}
	next := 0
	r.active = r.active[:0]
	r.cover = slices.Grow(r.cover[:0], clip.Dx())[:clip.Dx()]
	for y := top; y < end; y++ {
		clear(r.cover)
		for l := range levels {
			next = r.level(float64(y)+(float64(l)+0.5)/levels, next, float64(clip.Min.X), evenOdd)
		}
		blend(img.Pix[img.PixOffset(clip.Min.X, y):], r.cover, src)
	}
}

// level adds the stretches of one level line. next is the first edge that has not
// begun above it.
func (r *raster) level(y float64, next int, left float64, evenOdd bool) int {
	for next < len(r.edges) && r.edges[next].y0 <= y {
		r.active = append(r.active, next)
		next++
	}
	r.crossings = r.crossings[:0]
	kept := r.active[:0]
	for _, i := range r.active {
		e := &r.edges[i]
		if e.y1 <= y {
			continue
		}
		kept = append(kept, i)
		r.crossings = append(r.crossings, crossing{e.x0 + (y-e.y0)*e.slope - left, e.dir})
	}
	r.active = kept
	slices.SortFunc(r.crossings, func(a, b crossing) int { return cmp.Compare(a.x, b.x) })
	winding := 0
	for i := 0; i+1 < len(r.crossings); i++ {
		winding += r.crossings[i].dir
		if evenOdd && i%2 == 0 || !evenOdd && winding != 0 {
			r.span(r.crossings[i].x, r.crossings[i+1].x)
		}
	}
	return next
}

// span covers a stretch of the line.
func (r *raster) span(from, to float64) {
	from, to = max(from, 0), min(to, float64(len(r.cover)))
	if from >= to {
		return
	}
	first, last := int(from), min(int(to), len(r.cover)-1)
	if first == last {
		r.cover[first] += float32(to-from) / levels
		return
	}
	r.cover[first] += float32(float64(first+1)-from) / levels
	for x := first + 1; x < last; x++ {
		r.cover[x] += 1.0 / levels
	}
	r.cover[last] += float32(to-float64(last)) / levels
}

// blend lays a colour, its parts multiplied by its alpha as color.Color gives
// them, over a line of pixels.
func blend(pix []uint8, cover []float32, src [4]float32) {
	for x, share := range cover {
		if share <= 0 {
			continue
		}
		share = min(share, 1)
		keep := 1 - share*src[3]/255
		at := pix[4*x : 4*x+4]
		for i := range at {
			at[i] = uint8(min(255, float32(at[i])*keep+src[i]*share+0.5))
		}
	}
}
