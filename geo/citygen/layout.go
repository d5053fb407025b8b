package citygen

// use is what a plot is for.
type use uint8

const (
	green use = iota
	farm
	towers
	slabs
	walkups
	oldTown
	villas
	village
	offices
	mall
	industry
	school
	hospital
	civic
	landmark // a super-tall tower on its podium
)

// homes tells whether people live there, and estates is whether behind a wall
// with a name.
func (u use) homes() bool  { return u >= towers && u <= village }
func (u use) estate() bool { return u == towers || u == slabs || u == walkups || u == villas }

// layout builds a plot up: its buildings, and its sports fields.
func layout(pl *plot, u use, r *chance, room float64) ([]body, []box) {
	p := &packer{plot: pl, r: r, room: room}
	switch u {
	case towers:
		p.towers()
	case slabs:
		p.slabs(9, 18, 26)
	case walkups:
		p.slabs(5, 7, 17)
	case oldTown:
		p.oldTown()
	case villas:
		p.villas()
	case village:
		p.village()
	case offices:
		p.offices()
	case mall:
		p.mall()
	case industry:
		p.industry()
	case school:
		p.school()
	case hospital:
		p.hospital()
	case civic:
		p.civic()
	case landmark:
		p.landmark()
	}
	if u.homes() && !p.inhabited() {
		p.lone()
	}
	return p.out, p.greens
}

func (p *packer) towers() {
	p.front(13, [2]float64{26, 60}, 0.3, body{use: "shop", storeys: 2})
	u := p.facing()
	storeys := 24 + p.r.intn(10)
	f, w, d := tower, p.r.in(26, 32), p.r.in(19, 23)
	if p.r.odds(0.4) {
		f = butterfly
	}
	double := p.r.odds(0.5)
	p.rows(u, 5, (d+p.r.in(25, 33))*p.room, p.r.in(12, 18)*p.room, func() item {
		if double && p.r.odds(0.6) { // two point blocks that share a wall
			return item{w * 1.9, d, func() footprint { return slab(2, w*1.9, d-3) }, body{use: "residential", storeys: storeys + p.r.intn(3), doors: 2, flats: 8}}
		}
		return item{w, d, func() footprint { return f(w, d) }, body{use: "residential", storeys: storeys + p.r.intn(5) - 2, doors: 1, flats: 5}}
	})
}

// slabs are rows of flats that face south, as far apart as the winter sun asks.
func (p *packer) slabs(low, high int, sun float64) {
	odds := 0.35
	if high < 8 {
		odds = 0.55
	}
	p.front(12, [2]float64{22, 56}, odds, body{use: "shop", storeys: 2})
	u := p.facing()
	storeys := low + p.r.intn(high-low+1)
	d, door := p.r.in(12, 14.5), p.r.in(15.5, 19)
	most := 3 + p.r.intn(2)
	p.rows(u, 4.5, (d+sun*p.r.in(0.85, 1.1))*p.room, p.r.in(9, 14)*p.room, func() item {
		n := 1 + p.r.intn(most)
		if p.r.odds(0.6) {
			n = most
		}
		w := door * float64(n)
		return item{w, d, func() footprint { return slab(n, w, d) }, body{use: "residential", storeys: storeys - p.r.intn(2), doors: n, flats: 2 * n}}
	})
}

// oldTown is small and close: shops with homes over them along every street,
// courtyards and short rows behind.
func (p *packer) oldTown() {
	p.front(10, [2]float64{11, 24}, 1, body{use: "mixed", storeys: 2, doors: 1, flats: 2})
	u := p.facing()
	p.rows(u, 3.5, p.r.in(19, 25)*p.room, p.r.in(4, 6.5)*p.room, func() item {
		w, d := p.r.in(11, 22), p.r.in(9, 12)
		k := body{use: "residential", storeys: 2 + p.r.intn(4), doors: 1, flats: 2}
		switch t := p.r.float(); {
		case t < 0.2:
			w, d = p.r.in(17, 22), p.r.in(16, 18)
			k.storeys = 1 + p.r.intn(2)
			k.flats = 4
			return item{w, d, func() footprint { return court(w, d, 4.5) }, k}
		case t < 0.38:
			w, d = p.r.in(15, 20), p.r.in(13, 16)
			return item{w, d, func() footprint { return ell(w, d, 6) }, k}
		case t < 0.5:
			w, d = p.r.in(18, 24), p.r.in(14, 17)
			return item{w, d, func() footprint { return cee(w, d, 5.5) }, k}
		case t < 0.75:
			w = p.r.in(26, 44)
			k.storeys, k.doors, k.flats = 4+p.r.intn(3), 2, 4
			return item{w, d, func() footprint { return slab(2, w, d) }, k}
		}
		return item{w, d, func() footprint { return rectangle(w, d) }, k}
	})
}

func (p *packer) villas() {
	u := p.facing()
	p.rows(u, 5, p.r.in(27, 32)*p.room, p.r.in(9, 13)*p.room, func() item {
		w, d := p.r.in(12, 16), p.r.in(11, 14)
		k := body{use: "residential", storeys: 3, doors: 1, flats: 1}
		if p.r.odds(0.35) {
			w *= 2
			k.doors, k.flats = 2, 2
			return item{w, d, func() footprint { return slab(2, w, d) }, k}
		}
		return item{w, d, func() footprint { return ell(w, d, 7.5) }, k}
	})
}

// village is a knot of farmhouses in a large plot.
func (p *packer) village() {
	p.gatherAround(150, 46)
	u := p.facing()
	p.rows(u, 4, p.r.in(17, 21), p.r.in(5, 9), func() item {
		w, d := p.r.in(9.5, 14), p.r.in(8.5, 11)
		k := body{use: "residential", storeys: 2 + p.r.intn(2), doors: 1, flats: 2}
		if p.r.odds(0.25) {
			return item{w + 3, d + 3, func() footprint { return ell(w+3, d+3, 6) }, k}
		}
		if p.r.odds(0.16) { // a place left free
			return item{w: 500, d: 500}
		}
		return item{w, d, func() footprint { return rectangle(w, d) }, k}
	})
}

// gatherAround keeps to a part of a large plot.
func (p *packer) gatherAround(reach float64, limit int) {
	lo, hi := boxAround(p.plot.ring)
	for range 30 {
		q := vec{p.r.in(lo.x, hi.x), p.r.in(lo.y, hi.y)}
		if inPoly(q, p.plot.ring) {
			p.focus, p.reach, p.limit = q, reach, limit
			return
		}
	}
}

func (p *packer) offices() {
	u := p.facing()
	p.rows(u, 6, p.r.in(48, 62)*p.room, p.r.in(15, 24)*p.room, func() item {
		k := body{use: "office", storeys: 8 + p.r.intn(26)}
		w, d := p.r.in(28, 46), p.r.in(26, 38)
		switch t := p.r.float(); {
		case t < 0.25:
			w, d = p.r.in(44, 62), p.r.in(38, 48)
			k.storeys = 5 + p.r.intn(9)
			return item{w, d, func() footprint { return ell(w, d, 18) }, k}
		case t < 0.4:
			return item{w, d, func() footprint { return chamfered(w, d, 6) }, k}
		case t < 0.5:
			w, d = p.r.in(50, 66), p.r.in(44, 52)
			k.storeys = 5 + p.r.intn(6)
			return item{w, d, func() footprint { return court(w, d, 15) }, k}
		}
		return item{w, d, func() footprint { return rectangle(w, d) }, k}
	})
}

func (p *packer) mall() {
	u := p.facing()
	p.rows(u, 9, 118, 26, func() item {
		w, d := p.r.in(54, 130), p.r.in(48, 96)
		k := body{use: "commercial", storeys: 3 + p.r.intn(4)}
		return item{w, d, func() footprint { return chamfered(w, d, p.r.in(6, 16)) }, k}
	})
	p.rows(u, 7, 44, 14, func() item {
		w, d := p.r.in(22, 44), p.r.in(16, 26)
		return item{w, d, func() footprint { return rectangle(w, d) }, body{use: "commercial", storeys: 2 + p.r.intn(4)}}
	})
}

func (p *packer) industry() {
	p.gatherAround(260, 26)
	u := p.facing()
	w0, d0 := p.r.in(50, 90), p.r.in(26, 40)
	p.rows(u, 9, (d0+p.r.in(18, 26))*p.room, p.r.in(14, 20)*p.room, func() item {
		if p.r.odds(0.12) {
			return item{36, 15, func() footprint { return rectangle(36, 15) }, body{use: "office", storeys: 3 + p.r.intn(4)}}
		}
		w := w0 * p.r.in(0.7, 1.2)
		return item{w, d0, func() footprint { return rectangle(w, d0) }, body{use: "industrial", storeys: 1 + p.r.intn(2)}}
	})
}

func (p *packer) school() {
	u := p.facing()
	n := 0
	p.pitch(u)
	p.limit = 6
	p.rows(u, 9, 58, 22, func() item {
		if n++; n%3 == 1 {
			return item{62, 46, func() footprint { return eee(62, 46, 11) }, body{use: "school", storeys: 4 + p.r.intn(2)}}
		}
		if p.r.odds(0.4) {
			return item{46, 34, func() footprint { return cee(46, 34, 10) }, body{use: "school", storeys: 4}}
		}
		return item{38, 16, func() footprint { return rectangle(38, 16) }, body{use: "school", storeys: 3 + p.r.intn(3)}}
	})
}

func (p *packer) hospital() {
	u := p.facing()
	p.rows(u, 9, 66, 18, func() item {
		if p.r.odds(0.4) {
			return item{70, 52, func() footprint { return court(70, 52, 17) }, body{use: "hospital", storeys: 6 + p.r.intn(4)}}
		}
		w := p.r.in(40, 62)
		return item{w, 20, func() footprint { return slab(2, w, 20) }, body{use: "hospital", storeys: 9 + p.r.intn(9)}}
	})
}

func (p *packer) civic() {
	u := p.facing()
	p.limit = 5
	p.rows(u, 14, 84, 30, func() item {
		if p.r.odds(0.5) {
			return item{76, 40, func() footprint { return cee(76, 40, 15) }, body{use: "civic", storeys: 5 + p.r.intn(6)}}
		}
		w, d := p.r.in(40, 60), p.r.in(32, 44)
		return item{w, d, func() footprint { return chamfered(w, d, 9) }, body{use: "civic", storeys: 3 + p.r.intn(3)}}
	})
}

// landmark is one super-tall tower and what stands around it.
func (p *packer) landmark() {
	u := p.facing()
	var c vec
	for _, q := range p.plot.ring {
		c = c.add(q.mul(1 / float64(len(p.plot.ring))))
	}
	for _, size := range []float64{48, 42, 36, 30} {
		for _, off := range []vec{{0, 0}, {14, 0}, {-14, 0}, {0, 14}, {0, -14}} {
			b := box{c.add(off), u, size / 2, size / 2}
			if len(p.out) == 0 && p.fits(b, 5, 0) {
				p.place(b, chamfered(size, size, size*0.2), body{use: "super-tall", storeys: 58 + p.r.intn(44)})
			}
		}
	}
	p.rows(u, 7, 46, 16, func() item {
		w, d := p.r.in(24, 40), p.r.in(18, 26)
		return item{w, d, func() footprint { return rectangle(w, d) }, body{use: "commercial", storeys: 3 + p.r.intn(4)}}
	})
}
