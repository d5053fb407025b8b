package vtile

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"onegrid/geo/access"
)

// Whoever knows how figures are told, and is told those of all areas, can work out
// of none of the finest more than its own step says: each of the numbers in it still
// fits all that is told. Of small trees all cities are gone through that there are.
func TestNothingMoreCanBeWorkedOut(t *testing.T) {
	const step = access.FewerThan
	rng := rand.New(rand.NewPCG(5, 4))
	trees := [][]int32{
		{-1}, {-1, 0}, {-1, 0, 0}, {-1, 0, 0, 0, 0}, {-1, 0, 0, 0, 0, 0}, // five that hold four each
		{-1, 0, 0, 1, 1, 2, 2}, {-1, 0, 1, 1, 1, 1}, {-1, -1, 0, 0, 1, 1, 1},
	}
	for range 30 {
		trees = append(trees, anyTree(rng))
	}
	for _, parents := range trees {
		var finest []int
		for a := range parents {
			if !hasParts(parents, a) {
				finest = append(finest, a)
			}
		}
		base := make([]uint32, len(finest)) // the steps that they are in
		for i := range base {
			base[i] = step * uint32(rng.IntN(3)*rng.IntN(2))
		}
		cities := 1
		for range finest {
			cities *= step
		}
		fits := map[string][]uint32{} // by what is told: of each of the finest, which of its step's numbers, as bits
		for city := range cities {
			exact := make([]figures, len(parents))
			for i, rest := 0, city; i < len(finest); i, rest = i+1, rest/step {
				for a := int32(finest[i]); a >= 0; a = parents[a] {
					exact[a][0] += base[i] + uint32(rest%step)
				}
			}
			told := toldOf(exact, func(a int32) int32 { return parents[a] })
			for a := range told {
				if told[a][0] > exact[a][0] || told[a][0]%step != 0 {
					t.Fatalf("%v: %d is told as %d", parents, exact[a][0], told[a][0])
				}
			}
			for i, a := range finest {
				if told[a][0] != base[i] {
					t.Fatalf("%v: %d of the finest is told as %d", parents, exact[a][0], told[a][0])
				}
			}
			key := fmt.Sprint(told)
			if fits[key] == nil {
				fits[key] = make([]uint32, len(finest))
			}
			for i, rest := 0, city; i < len(finest); i, rest = i+1, rest/step {
				fits[key][i] |= 1 << (rest % step)
			}
		}
		for told, of := range fits {
			for i, numbers := range of {
				if numbers != 1<<step-1 {
					t.Fatalf("%v: where %s is told, area %d holds %d and one of %05b", parents, told, finest[i], base[i], numbers)
				}
			}
		}
	}
}

// anyTree returns the area above each, of a few, -1 for none.
func anyTree(rng *rand.Rand) []int32 {
	parents := []int32{-1}
	for finest := 1; finest < 6; {
		up := rng.IntN(len(parents))
		if hasParts(parents, up) {
			finest++
		}
		if parents = append(parents, int32(up)); len(parents) > 10 {
			break
		}
	}
	return parents
}

func hasParts(parents []int32, area int) bool {
	for _, up := range parents {
		if int(up) == area {
			return true
		}
	}
	return false
}
