package coverage_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onegrid/geo"
	"onegrid/geo/coverage"
	"onegrid/geo/coveragetest"
	"onegrid/geo/lattice"
)

func init() {
	coverage.Kinds = coveragetest.Kinds
	coverage.MakeOperation = func(r *rand.Rand, c *coverage.Coverage, n geo.Network, made *int, kind string) coverage.Operation {
		p := &coveragetest.Planner{Rand: r, Coverage: c, Network: n, Made: *made}
		defer func() { *made = p.Made }()
		return p.Make(kind)
	}
}

// TestOperations lets planners loose on made towns, of a network that covers the
// ground and of one that need not. Whatever they do, the state is sound, it is
// what its export builds, its figures are those of a full recount, the diff
// names all that changed, and the states before it stay as they were. Seeds and
// counts are in the log; a failure is shrunk to the operations that it takes,
// and drawn.
func TestOperations(t *testing.T) {
	counts := newTally()
	for seed := uint64(0); counts.sum < coverage.Rounds(2_000, 100_000); seed++ {
		n := coverage.MosaicNetwork
		if seed%4 == 3 {
			n.Kind = geo.Exclusive
		}
		counts.loose(t, seed, n, coverage.SomeMosaic(t, seed), 50, 5)
	}
	counts.report(t)
}

// TestOperationsOnBirmingham does the same on a real city.
func TestOperationsOnBirmingham(t *testing.T) {
	n, areas, shapes := coverage.Birmingham(t)
	n.Levels = slices.Clone(n.Levels)
	for i := range n.Levels {
		n.Levels[i].Code = ""
	}
	c, _, err := coverage.Build(n, areas, shapes, coverage.Policy{})
	if err != nil {
		t.Fatal(err)
	}
	counts := newTally()
	for seed := uint64(0); counts.sum < coverage.Rounds(10, 2_000); seed++ {
		counts.loose(t, seed, n, c, coverage.Rounds(18, 500), coverage.Rounds(12, 40))
	}
	counts.report(t)
}

// tally counts what was accepted.
type opTally struct {
	accepted, refused map[string]int
	sum               int
	seeds             uint64
}

func newTally() *opTally { return &opTally{accepted: map[string]int{}, refused: map[string]int{}} }

// loose lets a planner do so many things, and looks at every zoom now and then.
func (y *opTally) loose(t *testing.T, seed uint64, n geo.Network, c *coverage.Coverage, steps, zooms int) {
	p := &coveragetest.Planner{Rand: rand.New(rand.NewPCG(seed, 3)), Coverage: c, Network: n}
	x := &examined{n: n, c: c, simplified: c.Simplify(), measured: c.Measure(), zooms: zooms}
	y.seeds = seed + 1
	var done []coverage.Operation
	for step := range steps {
		if p.Grounds() < 3 {
			return
		}
		op := p.Make(y.kind(p))
		fault, err := x.do(op)
		if fault != "" {
			t.Fatalf("seed %d step %d: %s", seed, step, shrunk(n, c, append(done, op), zooms))
		}
		if err != nil {
			y.refused[nameOf(op)]++
			continue
		}
		y.accepted[nameOf(op)]++
		y.sum++
		done = append(done, op)
		p.Coverage = x.c
	}
}

// kind picks the rarer of three.
func (y *opTally) kind(p *coveragetest.Planner) string {
	pick := func() string { return coveragetest.Kinds[p.IntN(len(coveragetest.Kinds))] }
	return slices.MinFunc([]string{pick(), pick(), pick()}, func(a, b string) int { return y.accepted[a] - y.accepted[b] })
}

// report fails unless every kind of operation was accepted often enough.
func (y *opTally) report(t *testing.T) {
	t.Logf("%d operations accepted, of seeds 0 to %d: %v; refused: %v", y.sum, y.seeds-1, y.accepted, y.refused)
	for _, name := range coveragetest.Kinds {
		if n := y.accepted[name]; n*50 < y.sum && y.sum >= 500 {
			t.Errorf("only %d of %d are %s", n, y.sum, name)
		}
	}
}

// examined is a state with all that is kept beside it.
type examined struct {
	n          geo.Network
	c          *coverage.Coverage
	simplified *coverage.Simplified
	measured   *coverage.Measured
	steps      int
	zooms      int // every how many steps all zooms are looked at

	start *coverage.Coverage // some steps ago, and
	since coverage.Diff      // what was touched since then
}

// do does an operation and says what is wrong then, if it was not refused.
func (x *examined) do(op coverage.Operation) (fault string, refusal error) {
	now, diff, err := coverage.Apply(x.c, x.n, op)
	if back, err := coverage.Decode(x.c.Encode()); err != nil || back.Hash() != x.c.Hash() {
		return "the state before has changed", nil
	}
	if err != nil {
		return "", err
	}
	if again, _, err := coverage.Apply(x.c, x.n, op); err != nil || again.Hash() != now.Hash() {
		return "the same operation gives another state the second time", nil
	}
	if same, err := coverage.UnmarshalOperation([]byte(describe(op))); err != nil || !cmp.Equal(same, op) {
		return fmt.Sprintf("the operation changes by being stored: %v", err), nil
	}
	if fault := wrong(x.c, now, x.n, diff); fault != "" {
		return fault, nil
	}
	if x.start == nil || x.steps%50 == 0 {
		x.start, x.since = x.c, coverage.Diff{}
	}
	x.since = x.since.Then(diff)
	if fault := strays(x.start, now, x.since); fault != "" {
		return "after several operations, " + fault, nil
	}
	x.measured = x.measured.Patched(now, diff)
	if got, want := measures(x.measured, now), now.Metrics(); !slices.Equal(got, want) {
		return fmt.Sprintf("the measures are not those of a full recount:\n%v\n%v", got, want), nil
	}
	x.simplified = x.simplified.Patched(now, diff)
	if x.steps++; x.steps%x.zooms == 0 {
		if fault := wrongZooms(x.simplified, x.n); fault != "" {
			return fault, nil
		}
	}
	x.c = now
	return "", nil
}

// shrunk leaves out operations as long as something is wrong in the end, and
// says what and where it is drawn.
func shrunk(n geo.Network, c *coverage.Coverage, ops []coverage.Operation, zooms int) string {
	fails := func(ops []coverage.Operation) (*examined, string) {
		x := &examined{n: n, c: c, simplified: c.Simplify(), measured: c.Measure(), zooms: 1}
		for _, op := range ops {
			if fault, _ := x.do(op); fault != "" {
				return x, fault
			}
		}
		return x, ""
	}
	for i := len(ops) - 1; i >= 0; i-- {
		if fewer := slices.Delete(slices.Clone(ops), i, i+1); len(fewer) > 0 {
			if _, fault := fails(fewer); fault != "" {
				ops = fewer
			}
		}
	}
	x, fault := fails(ops)
	var b strings.Builder
	for _, op := range ops {
		fmt.Fprintln(&b, describe(op))
	}
	path := filepath.Join(os.TempDir(), "onegrid-operation.svg")
	if err := os.WriteFile(path, drawing(x.c), 0o644); err == nil {
		fmt.Fprintln(&b, "the state before the last of these is drawn in", path)
	}
	return b.String() + fault
}

// drawing draws a state.
func drawing(c *coverage.Coverage) []byte {
	var b strings.Builder
	box := c.Bounds()
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="%d %d %d %d">`, box.Min.X, -int64(box.Max.Y), box.Width(), box.Height())
	for i := range c.Arcs() {
		b.WriteString(`<polyline fill="none" stroke="black" vector-effect="non-scaling-stroke" points="`)
		for _, p := range c.Arc(i).Points {
			fmt.Fprintf(&b, "%d,%d ", p.X, -int64(p.Y))
		}
		fmt.Fprintf(&b, `"><title>arc %d</title></polyline>`, i)
	}
	for r := coverage.Region(1); int(r) < c.Regions(); r++ {
		at, _ := lattice.Interior(lattice.MultiPolygon{coveragetest.PolygonOf(c, r)})
		code := "nobody"
		if a := c.AreaOf(r); a >= 0 {
			code = c.Areas()[a].Code
		}
		fmt.Fprintf(&b, `<text x="%d" y="%d" font-size="%d">%s</text>`, at.X, -int64(at.Y), box.Width()/60+1, code)
	}
	b.WriteString("</svg>")
	return []byte(b.String())
}

func measures(m *coverage.Measured, c *coverage.Coverage) (out []coverage.Metrics) {
	for i := range c.Areas() {
		out = append(out, m.Of(int32(i)))
	}
	return out
}

// wrongZooms says what is wrong with a simplification at any zoom.
func wrongZooms(s *coverage.Simplified, n geo.Network) string {
	for z := uint8(0); z <= coverage.MaxPixelZoom; z++ {
		for _, v := range s.At(z).Check(n) {
			if v.Kind != coverage.Gap && v.Kind != coverage.NoRegion && v.Kind != coverage.Unhealed {
				return fmt.Sprintf("zoom %d: %+v", z, v)
			}
		}
	}
	return ""
}

// nameOf is what an operation calls itself.
func nameOf(op coverage.Operation) string {
	var tag struct{ Op string }
	json.Unmarshal([]byte(describe(op)), &tag)
	return tag.Op
}

func describe(op coverage.Operation) string {
	b, _ := coverage.MarshalOperation(op)
	return string(b)
}

// wrong says what is wrong after an operation.
func wrong(before, c *coverage.Coverage, n geo.Network, diff coverage.Diff) string {
	for _, v := range c.Check(n) {
		if v.Kind != coverage.Gap && v.Kind != coverage.NoRegion {
			return fmt.Sprintf("%+v", v)
		}
	}
	back, err := coverage.Decode(c.Encode())
	switch {
	case err != nil:
		return err.Error()
	case back.Hash() != c.Hash():
		return "the hash is not that of the same state, read back"
	}
	for _, fault := range []string{strays(before, c, diff), trespass(before, c)} {
		if fault != "" {
			return fault
		}
	}
	return rebuilt(c, n)
}

// strays says what changed and is not in the diff.
func strays(before, c *coverage.Coverage, diff coverage.Diff) string {
	was := inverse(diff.Arcs, before.Arcs(), c.Arcs())
	for i, old := range was {
		if old < 0 {
			continue
		}
		if !slices.Equal(c.Arc(i).Points, before.Arc(old).Points) {
			return fmt.Sprintf("arc %d runs elsewhere and is not in the diff", i)
		}
		if c.ArcLevel(i) != before.ArcLevel(old) {
			return fmt.Sprintf("arc %d has another level and is not in the diff", i)
		}
	}
	was = inverse(diff.Regions, before.Regions(), c.Regions())
	for r, old := range was {
		if old < 0 {
			continue
		}
		if !cmp.Equal(drawn(c, coverage.Region(r)), drawn(before, coverage.Region(old))) {
			return fmt.Sprintf("region %d looks otherwise and is not in the diff", r)
		}
	}
	was = inverse(diff.Areas, len(before.Areas()), len(c.Areas()))
	for i, old := range was {
		if old < 0 {
			continue
		}
		a, b := c.Areas()[i], before.Areas()[old]
		if a.Code != b.Code || a.Level != b.Level || a.Locked != b.Locked || parentCode(c, a) != parentCode(before, b) {
			return fmt.Sprintf("%s changed and is not in the diff", a.Code)
		}
	}
	return ""
}

// trespass says which locked area changed.
func trespass(before, c *coverage.Coverage) string {
	for i, a := range before.Areas() {
		if !a.Locked {
			continue
		}
		now, ok := c.AreaByCode(a.Code)
		if !ok || !cmp.Equal(ground(before, int32(i)), ground(c, now)) {
			return fmt.Sprintf("%s is locked and changed", a.Code)
		}
	}
	return ""
}

// inverse returns for every number now the one before, -1 where the thing is new
// or changed. What the diff does not name is where it was.
func inverse(t coverage.Touched, before, now int) []int {
	gone := map[int]bool{}
	for _, i := range t.Before {
		gone[i] = true
	}
	out := make([]int, now)
	for i := range out {
		if out[i] = i; i >= before || gone[i] {
			out[i] = -1
		}
	}
	for _, i := range t.After {
		out[i] = -1
	}
	for _, m := range t.Moved {
		out[m.To] = m.From
	}
	return out
}

// drawn is the set of directed segments around a region, and its area.
func drawn(c *coverage.Coverage, r coverage.Region) any {
	out := map[[2]lattice.Point]bool{}
	for _, h := range slices.Concat(c.Boundary(r)...) {
		p := c.Chain(h)
		for k := 1; k < len(p); k++ {
			out[[2]lattice.Point{p[k-1], p[k]}] = true
		}
	}
	return struct {
		Segments map[[2]lattice.Point]bool
		Idle     int32
	}{out, min(c.AreaOf(r), 0)}
}

// ground is what an area looks like: its outline's segments.
func ground(c *coverage.Coverage, area int32) map[[2]lattice.Point]bool {
	out := map[[2]lattice.Point]bool{}
	for _, polygon := range c.Polygons(area) {
		for _, ring := range polygon {
			for i, p := range ring {
				out[[2]lattice.Point{p, ring[(i+1)%len(ring)]}] = true
			}
		}
	}
	return out
}

func parentCode(c *coverage.Coverage, a coverage.Area) string {
	if a.Parent < 0 {
		return ""
	}
	return c.Areas()[a.Parent].Code
}

// rebuilt says whether a state is built again from what it exports. What is
// nobody's has no polygon: gaps and voids cannot be told from each other then.
func rebuilt(c *coverage.Coverage, n geo.Network) string {
	gaps, voids := 0, 0
	for r := coverage.Region(1); int(r) < c.Regions(); r++ {
		switch c.AreaOf(r) {
		case coverage.NoArea:
			gaps++
		case coverage.Void:
			voids++
		}
	}
	policy := coverage.Policy{}
	switch {
	case gaps > 0 && voids > 0:
		return ""
	case voids > 0:
		policy.WideGaps = coverage.VoidGaps
	}
	var shapes []coverage.Shape
	for i, a := range c.Areas() {
		if len(c.RegionsOf(int32(i))) > 0 {
			shapes = append(shapes, coverage.Shape{Code: a.Code, Shape: c.Polygons(int32(i))})
		}
	}
	areas := slices.Clone(c.Areas())
	again, _, err := coverage.Build(n, areas, shapes, policy)
	switch {
	case err != nil:
		return "what is exported cannot be built: " + err.Error()
	case again.Hash() != c.Hash():
		return "what is exported builds another state"
	}
	return ""
}
