package vtile

import (
	"sync"
	"sync/atomic"
)

// sheets are a network's, by zoom. Each is made when it is first wanted: one at a
// time, for of a large city it takes seconds, and a gigabyte for as long. Whoever
// wants another waits for the one that is being made, and is next.
type sheets struct {
	make   func(z uint8) *sheet
	making sync.Mutex
	at     [MaxZoom + 1]atomic.Pointer[sheet]
	used   [MaxZoom + 1]atomic.Int64 // the lap in which each was drawn last
	laps   atomic.Int64              // counts what was made
}

// mostSheets bounds the bytes of a network's sheets: the eight finest zooms of
// 100,000 grids with 5.6 million vertices. Of a larger network those stay that
// were drawn last.
const mostSheets = 384 << 20

// get returns the sheet of a zoom.
func (s *sheets) get(z uint8) *sheet {
	at := s.at[z].Load()
	if at == nil {
		at = s.made(z)
	}
	s.used[z].Store(s.laps.Load())
	return at
}

func (s *sheets) made(z uint8) *sheet {
	s.making.Lock()
	defer s.making.Unlock()
	if at := s.at[z].Load(); at != nil {
		return at
	}
	at := s.make(z)
	s.used[z].Store(s.laps.Add(1))
	s.at[z].Store(at)
	for s.size() > mostSheets && s.drop(z) {
	}
	return at
}

// warm makes a sheet that nobody asked for, if it can be kept beside the others:
// if one more like the largest of them can.
func (s *sheets) warm(z uint8) {
	largest := int64(0)
	for z := range s.at {
		if at := s.at[z].Load(); at != nil {
			largest = max(largest, at.size)
		}
	}
	if s.size()+largest <= mostSheets {
		s.get(z)
	}
}

// drop lets go of the sheet that was drawn longest ago, but not of the one just
// made.
func (s *sheets) drop(but uint8) bool {
	oldest := -1
	for z := range s.at {
		if z == int(but) || s.at[z].Load() == nil {
			continue
		}
		if oldest < 0 || s.used[z].Load() < s.used[oldest].Load() {
			oldest = z
		}
	}
	if oldest < 0 {
		return false
	}
	s.at[oldest].Store(nil)
	return true
}

// size is how many bytes the sheets hold.
func (s *sheets) size() int64 {
	var sum int64
	for z := range s.at {
		if at := s.at[z].Load(); at != nil {
			sum += at.size
		}
	}
	return sum
}
