package coverage

// cut finds the cheapest way to part the faces that go from those that stay: a
// minimum cut, by augmenting paths (Edmonds and Karp). The target is where they
// go, and a face that touches it would save the border that is there today.
func (p *plots) cut(walls [][]wall, touching map[uint32]float64) []bool {
	const source, sink = 0, 1
	f := &flow{arcs: make([][]flowArc, p.count+2)}
	for from, list := range walls {
		for _, w := range list {
			if uint32(from) < w.to {
				f.join(from+2, int(w.to)+2, w.cost, w.cost)
			}
		}
	}
	stays := false
	for face, saved := range touching {
		f.join(source, int(face)+2, saved, 0)
	}
	for face, fixed := range p.fixed {
		switch {
		case fixed > 0:
			f.join(source, face+2, endless, 0)
		case fixed < 0:
			f.join(face+2, sink, endless, 0)
			stays = true
		}
	}
	if !stays { // something has to: the largest face on which nothing goes
		largest := -1
		for face, area := range p.area2 {
			if p.inside[face] && p.fixed[face] == 0 && (largest < 0 || area > p.area2[largest]) {
				largest = face
			}
		}
		if largest >= 0 {
			f.join(largest+2, sink, endless, 0)
		}
	}
	reached := f.saturate(source, sink)
	taken := make([]bool, p.count)
	for face := range taken {
		taken[face] = p.inside[face] && reached[face+2]
	}
	return taken
}

const endless = 1e18

// flow is a network with what may still flow.
type flow struct{ arcs [][]flowArc }

type flowArc struct {
	to, back int // the number of the arc back, at to
	left     float64
}

func (f *flow) join(a, b int, there, back float64) {
	f.arcs[a] = append(f.arcs[a], flowArc{b, len(f.arcs[b]), there})
	f.arcs[b] = append(f.arcs[b], flowArc{a, len(f.arcs[a]) - 1, back})
}

// tiny is what is left of a flow by rounding alone, in metres.
const tiny = 1e-6

// saturate sends all that can flow, along one shortest path after the other, and
// tells which nodes more could flow to.
func (f *flow) saturate(source, sink int) []bool {
	for {
		came, reached := f.search(source)
		if !reached[sink] {
			return reached
		}
		least := endless
		for v := sink; v != source; v = came[v].node {
			least = min(least, f.arcs[came[v].node][came[v].arc].left)
		}
		for v := sink; v != source; v = came[v].node {
			a := &f.arcs[came[v].node][came[v].arc]
			a.left -= least
			f.arcs[v][a.back].left += least
		}
	}
}

// step is how a search came to a node: from which, and by which of its arcs.
type step struct{ node, arc int }

// search finds what can be flowed to, by the fewest steps.
func (f *flow) search(source int) (came []step, reached []bool) {
	came, reached = make([]step, len(f.arcs)), make([]bool, len(f.arcs))
	reached[source] = true
	for queue := []int{source}; len(queue) > 0; queue = queue[1:] {
		for i, a := range f.arcs[queue[0]] {
			if a.left > tiny && !reached[a.to] {
				reached[a.to] = true
				came[a.to] = step{queue[0], i}
				queue = append(queue, a.to)
			}
		}
	}
	return came, reached
}
