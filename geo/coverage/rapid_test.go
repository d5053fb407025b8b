package coverage

import (
	"flag"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// try runs a property so many times. rapid prints the seed of a failure.
func try(t *testing.T, times int, property func(*rapid.T)) {
	t.Helper()
	checks := flag.Lookup("rapid.checks")
	before := checks.Value.String()
	defer checks.Value.Set(before)
	checks.Value.Set(strconv.Itoa(times))
	rapid.Check(t, property)
}
