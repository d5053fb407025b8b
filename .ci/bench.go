//go:build ignore

// Runs the benchmarks and writes BENCHMARKS.md: for each group the median of
// several runs, and beside every peer how many times longer it took than
// onegrid in the same run. Machines differ; ratios differ less.
//
//	go run .ci/bench.go [-count 3] [-only REGEXP]
package main

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// section is one table: benchmarks of some packages, and what a reader should
// know before the figures.
type section struct {
	title, about string
	packages     []string
	pattern      string
	time         string // -benchtime, 1s if empty
}

var sections = []section{
	{"Lookup: point to finest grid, in process",
		"The same points for everyone. `uniform`: random over the city; `buildings`: at buildings; `border`: within a metre of a border.",
		[]string{"./geo/locate"}, "^BenchmarkLookup", "0.5s"},
	{"Index build", "From a coverage in memory.", []string{"./geo/locate"}, "^BenchmarkBuild", ""},
	{"Full answer, in process", "Chain, other networks, border distance, neighbour and rule.", []string{"./cmd/geoapi"}, "^BenchmarkAnswer", ""},
	{"Coverage", "Building, checking, simplifying and labelling a network; the lineage of two editions.", []string{"./geo/coverage"}, "^Benchmark(Build|Check|Decode|Encode|Simplify|Labels|Metrics|Pixels|Lineage)", "2x"},
	{"Operations", "On a city of 1.5 k and one of 100 k grids, the hash of the state included; what is kept beside a coverage brought up to date.", []string{"./geo/coverage"}, "^Benchmark(Operation|Patched)", "200x"},
	{"Over HTTP", "`GET /v1/locate` against a constant gin handler of the same size; batch in rows a second.",
		[]string{"./cmd/geoapi"}, "^BenchmarkHTTPLocate|^BenchmarkBatch", ""},
	{"With keys, and beside bulk", "`GET /v1/locate` with a key against the same without keys, in turns within one run; single lookups alone and beside 16 batches without end.",
		[]string{"./cmd/geoapi"}, "^BenchmarkHTTPKeyed|^BenchmarkHandlerKeyed|^BenchmarkBeside", "2s"},
	{"Tiles", "A tile of 2,000 buildings against orb's pipeline over the same data; cached tiles over HTTP.",
		[]string{"./geo/vtile", "./cmd/tiles"}, ".", ""},
	{"Start, memory, publish", "Start to ready, resident memory, a publication, and a write seen by another process.",
		[]string{"./geo/follow"}, ".", "3x"},
	{"Store and world", "Durable writes; the world's searches and its next state.",
		[]string{"./geo/sqlite", "./geo/world"}, ".", ""},
}

// result holds the samples of one benchmark, by unit.
type result struct {
	name    string
	samples map[string][]float64
}

func (r *result) median(unit string) (float64, bool) {
	s := slices.Sorted(slices.Values(r.samples[unit]))
	if len(s) == 0 {
		return 0, false
	}
	return s[len(s)/2], true
}

func main() {
	log.SetFlags(0)
	count := flag.Int("count", 3, "runs of each benchmark; the median is told")
	only := flag.String("only", "", "run only sections whose title matches, and write nothing")
	out := flag.String("o", "BENCHMARKS.md", "where to write")
	flag.Parse()

	var page bytes.Buffer
	fmt.Fprintf(&page, "# Figures\n\nWritten by `make bench` on %s: %s, %d cores, %s %s/%s. Runs of each: %d, the median told. Ratios are against the line marked 1 in the same run.\n",
		time.Now().UTC().Format("2006-01-02"), processor(), runtime.NumCPU(), runtime.Version(), runtime.GOOS, runtime.GOARCH, *count)
	for _, s := range sections {
		if *only != "" && !regexp.MustCompile(*only).MatchString(s.title) {
			continue
		}
		log.Printf("%s …", s.title)
		results, err := run(s, *count)
		if err != nil {
			log.Fatalf("%s: %v", s.title, err)
		}
		write(&page, s, results)
	}
	os.Stdout.Write(page.Bytes())
	if *only == "" {
		if err := os.WriteFile(*out, page.Bytes(), 0o644); err != nil {
			log.Fatal(err)
		}
	}
}

// run runs one section and gathers its samples in the order of first sight.
func run(s section, count int) ([]*result, error) {
	args := []string{"test", "-run", "^$", "-bench", s.pattern, "-benchmem", "-timeout", "60m", "-count", strconv.Itoa(count)}
	if s.time != "" {
		args = append(args, "-benchtime", s.time)
	}
	c := exec.Command("go", append(args, s.packages...)...)
	c.Env = append(os.Environ(), "ONEGRID_LONG=1")
	c.Stderr = os.Stderr
	pipe, err := c.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.Start(); err != nil {
		return nil, err
	}
	results := parse(io.TeeReader(pipe, os.Stderr))
	return results, c.Wait()
}

var line = regexp.MustCompile(`^Benchmark(\S+?)(?:-\d+)?\s+\d+\s+(.*)$`)

func parse(r io.Reader) (out []*result) {
	byName := map[string]*result{}
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		m := line.FindStringSubmatch(lines.Text())
		if m == nil {
			continue
		}
		r := byName[m[1]]
		if r == nil {
			r = &result{name: m[1], samples: map[string][]float64{}}
			byName[m[1]] = r
			out = append(out, r)
		}
		fields := strings.Fields(m[2])
		for i := 0; i+1 < len(fields); i += 2 {
			if v, err := strconv.ParseFloat(fields[i], 64); err == nil {
				r.samples[fields[i+1]] = append(r.samples[fields[i+1]], v)
			}
		}
	}
	return out
}

// group is a benchmark's name without its last part, and that part.
func group(name string) (string, string) {
	if i := strings.LastIndex(name, "/"); i >= 0 {
		return name[:i], name[i+1:]
	}
	return name, ""
}

// write puts a section as tables, one a group, peers beside onegrid.
func write(w io.Writer, s section, results []*result) {
	fmt.Fprintf(w, "\n## %s\n\n%s\n\n", s.title, s.about)
	fmt.Fprintf(w, "| benchmark | time | ratio | memory | other |\n| --- | ---: | ---: | ---: | --- |\n")
	own := map[string]float64{}
	for _, r := range results {
		if g, who := group(r.name); who == "onegrid" {
			own[g], _ = r.median("ns/op")
		}
	}
	for _, r := range results {
		ns, _ := r.median("ns/op")
		ratio := ""
		if g, _ := group(r.name); own[g] > 0 {
			ratio = fmt.Sprintf("%.3g", ns/own[g])
		}
		bytes, _ := r.median("B/op")
		allocs, _ := r.median("allocs/op")
		fmt.Fprintf(w, "| %s | %s | %s | %s, %.0f allocs | %s |\n", r.name, duration(ns), ratio, size(bytes), allocs, others(r))
	}
}

func others(r *result) string {
	var out []string
	for unit := range r.samples {
		switch unit {
		case "ns/op", "B/op", "allocs/op":
			continue
		}
		v, _ := r.median(unit)
		out = append(out, fmt.Sprintf("%.4g %s", v, unit))
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

func duration(ns float64) string {
	switch {
	case ns < 1e3:
		return fmt.Sprintf("%.3g ns", ns)
	case ns < 1e6:
		return fmt.Sprintf("%.3g µs", ns/1e3)
	case ns < 1e9:
		return fmt.Sprintf("%.3g ms", ns/1e6)
	}
	return fmt.Sprintf("%.3g s", ns/1e9)
}

func size(b float64) string {
	switch {
	case b < 1<<10:
		return fmt.Sprintf("%.0f B", b)
	case b < 1<<20:
		return fmt.Sprintf("%.3g KB", b/(1<<10))
	}
	return fmt.Sprintf("%.3g MB", b/(1<<20))
}

func processor() string {
	b, _ := os.ReadFile("/proc/cpuinfo")
	if m := regexp.MustCompile(`model name\s*:\s*(.*)`).FindSubmatch(b); m != nil {
		return string(m[1])
	}
	return runtime.GOARCH
}
