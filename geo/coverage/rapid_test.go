package coverage

import (
	"flag"
	"os"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// long says whether a test runs in its long form.
func long() bool { return os.Getenv("ONEGRID_LONG") != "" }

// rounds is how many random cases a property is tried on.
func rounds(short, often int) int {
	if long() {
		return often
	}
	return short
}

// try runs a property so many times. The short form has one seed, so that a change
// is judged by what it changes and not by chance; the long form draws a new one
// each time. rapid prints the seed of a failure.
func try(t *testing.T, times int, property func(*rapid.T)) {
	t.Helper()
	setFlag(t, "rapid.checks", strconv.Itoa(times))
	if !long() {
		setFlag(t, "rapid.seed", "1")
	}
	rapid.Check(t, property)
}

// setFlag gives a flag a value for the rest of a test.
func setFlag(t *testing.T, name, value string) {
	f := flag.Lookup(name)
	before := f.Value.String()
	t.Cleanup(func() { f.Value.Set(before) })
	f.Value.Set(value)
}
