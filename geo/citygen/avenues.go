package citygen

// avenues lays the ring road and the railway along their courses.
func (c *carver) avenues() {
	if c.land.ring != nil {
		c.follow(closed(c.land.ring), motorway, true)
	}
	if c.land.promenade != nil {
		c.follow(c.land.promenade, secondary, true)
	}
	if c.land.railway != nil {
		c.follow(c.land.railway, rail, false)
	}
}

// follow lays a line along a course, starting in its middle.
func (c *carver) follow(course []vec, as class, closed bool) {
	w := &manner{class: as, step: pointEvery, snap: 80, gap: 60, clear: 15, minAngle: 0.5, steer: c.pursue(course, closed), free: true}
	id := c.newLine(as)
	all := func(f int32) bool { return true }
	for _, part := range []float64{0.5, 0.35, 0.65, 0.2, 0.8} {
		k := int(part * float64(len(course)))
		f := c.faceAt(course[k])
		if f == outside || c.faces[f].zone != land {
			continue
		}
		if h, ok := c.across(f, nil, course[k], course[k+1].sub(course[k]).unit(), id, w); ok {
			c.goOn(h, id, w, all)
			c.goOn(h.twin(), id, w, all)
			return
		}
	}
	c.lines = c.lines[:id]
}

// pursue steers towards a point of the course some way ahead, so that a line
// that was bent to a junction comes back to its course.
func (c *carver) pursue(course []vec, closed bool) func(p, heading vec) vec {
	const ahead = 6
	last := len(course) - 1
	at := func(i int) vec {
		switch {
		case closed:
			return course[(i%last+last)%last]
		case i < 0: // beyond the ends, straight on
			return course[0].add(course[0].sub(course[ahead]).unit().mul(60))
		case i > last:
			return course[last].add(course[last].sub(course[last-ahead]).unit().mul(60))
		}
		return course[i]
	}
	k := -1
	return func(p, heading vec) vec {
		if k < 0 || at(k).dist(p) > 300 {
			k = nearest(course, p)
		}
		for at(k+1).dist(p) < at(k).dist(p) {
			k++
		}
		for at(k-1).dist(p) < at(k).dist(p) {
			k--
		}
		if d := at(k + ahead).sub(p); d.dot(heading) > 0 {
			return d.unit()
		}
		return at(k - ahead).sub(p).unit()
	}
}

// faceAt finds the face that holds p by looking at all: for a few questions.
func (c *planar) faceAt(p vec) int32 {
	for f := int32(1); f < int32(len(c.faces)); f++ {
		if c.contains(f, p) {
			return f
		}
	}
	return outside
}
