package coverage

import "slices"

// Diff is what operations touched, by number: in the coverage before them and in
// the one after. What is in neither is the same thing under the same number.
//
// Of an arc the points and the level count, of a region its outline and whose it
// is, of an area what its record says, of a node its place and its arcs.
type Diff struct {
	Areas   Touched `json:"areas"`
	Regions Touched `json:"regions"`
	Arcs    Touched `json:"arcs"`
	Nodes   Touched `json:"nodes"`
}

// Touched is what an operation touched of one kind. Numbers are ascending.
type Touched struct {
	Before []int   `json:"before,omitempty"` // gone, or not as it was
	After  []int   `json:"after,omitempty"`  // new, or not as it was
	Moved  []Moved `json:"moved,omitempty"`  // the same thing under another number
}

// Moved is a change of number.
type Moved struct {
	From int `json:"from"`
	To   int `json:"to"`
}

// Then returns what d and, after it, e touched.
func (d Diff) Then(e Diff) Diff {
	return Diff{
		Areas:   d.Areas.then(e.Areas),
		Regions: d.Regions.then(e.Regions),
		Arcs:    d.Arcs.then(e.Arcs),
		Nodes:   d.Nodes.then(e.Nodes),
	}
}

// then follows each thing through both: numbers of before, between and after.
func (t Touched) then(u Touched) Touched {
	origin := make(map[int]int, len(t.Moved)) // of what moved first, by its number between
	for _, m := range t.Moved {
		origin[m.To] = m.From
	}
	fresh := set(t.After) // between
	gone := set(u.Before) // between
	out := Touched{
		Before: slices.Clone(t.Before),
		After:  slices.Clone(u.After),
	}
	for _, i := range u.Before {
		if fresh[i] {
			continue
		}
		if from, ok := origin[i]; ok {
			i = from
		}
		out.Before = append(out.Before, i)
	}
	to := make(map[int]int, len(u.Moved)) // of what moves then, by its number between
	for _, m := range u.Moved {
		to[m.From] = m.To
		if _, ok := origin[m.From]; !ok && !fresh[m.From] {
			out.Moved = append(out.Moved, m)
		}
	}
	after := func(i int) int {
		if n, ok := to[i]; ok {
			return n
		}
		return i
	}
	for _, i := range t.After {
		if !gone[i] {
			out.After = append(out.After, after(i))
		}
	}
	for _, m := range t.Moved {
		if n := after(m.To); !gone[m.To] && n != m.From {
			out.Moved = append(out.Moved, Moved{m.From, n})
		}
	}
	for _, list := range []*[]int{&out.Before, &out.After} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return out
}

func set(list []int) map[int]bool {
	out := make(map[int]bool, len(list))
	for _, i := range list {
		out[i] = true
	}
	return out
}
