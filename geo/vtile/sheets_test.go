package vtile

import (
	"slices"
	"sync"
	"sync/atomic"
	"testing"
)

func TestSheetsAreMadeOneAtATimeAndOnce(t *testing.T) {
	var s sheets
	var made [MaxZoom + 1]atomic.Int32
	var making atomic.Int32
	s.make = func(z uint8) *sheet {
		if making.Add(1) > 1 {
			t.Error("two are made at once")
		}
		defer making.Add(-1)
		made[z].Add(1)
		return &sheet{size: 1}
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for z := range uint8(MaxZoom + 1) {
				s.get(z)
			}
		})
	}
	wg.Wait()
	for z := range made {
		if n := made[z].Load(); n != 1 {
			t.Errorf("zoom %d was made %d times", z, n)
		}
	}
}

// Beyond what may be kept, the sheet that was drawn longest ago goes; warming
// makes none go.
func TestSheetsAreBoundedInBytes(t *testing.T) {
	var s sheets
	var made []uint8
	s.make = func(z uint8) *sheet {
		made = append(made, z)
		return &sheet{size: mostSheets / 4}
	}
	for _, z := range []uint8{10, 11, 12, 13} {
		s.get(z)
	}
	s.get(10)
	s.warm(9)
	if !slices.Equal(made, []uint8{10, 11, 12, 13}) {
		t.Errorf("made %v: one more than can be kept", made)
	}
	s.get(14) // 11 goes
	if s.size() > mostSheets {
		t.Errorf("%d bytes are kept", s.size())
	}
	made = nil
	for _, z := range []uint8{10, 12, 13, 14} {
		s.get(z)
	}
	if made != nil {
		t.Errorf("made again: %v", made)
	}
	if s.get(11); !slices.Equal(made, []uint8{11}) {
		t.Errorf("made %v, not 11", made)
	}
}

func TestZoomsFrom(t *testing.T) {
	if got := zoomsFrom(14); !slices.Equal(got, []uint8{14, 15, 13, 16, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0}) {
		t.Error(got)
	}
}
