package server

import (
	"fmt"
	"strings"

	"onegrid/geo"
	"onegrid/geo/access"
)

// LimitsHelp tells the bounds of all requests, for --help: more says those of a
// program of its own.
func LimitsHelp(more ...string) string {
	var rates []string
	for _, role := range geo.Roles {
		rates = append(rates, fmt.Sprintf("%s %.0f", role, access.RateOf(role)))
	}
	lines := append([]string{
		"requests a second of a key, unless it was made with its own --rate: " + strings.Join(rates, ", ") + "; four seconds' worth at once",
		fmt.Sprintf("of an address without a key: %d, %d at once; with keys that do not hold: %d, %d at once. Beyond: 429", unnamedRate, unnamedBurst, failingRate, failingBurst),
		fmt.Sprintf("under way at once: %d, of an address without a key %d, and %d of bulk and imports. Beyond: 503", mostSingle, mostUnnamed, mostBulk),
		fmt.Sprintf("a header of %d kB; %v for a request to arrive, %v for its answer to be read, %v for the next", maxHeader>>10, requestTime, answerTime, idleTime),
	}, more...)
	return "Limits:\n  " + strings.Join(lines, "\n  ")
}
