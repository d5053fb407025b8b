package main

import (
	"bytes"
	"maps"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"
)

// A storm of incidents: every page hears of each once and in order, also one that
// leaves and comes back in the middle of it, and soon after it was written, also
// while another page does not read at all. In the long form it is 5,000 in a
// minute.
func TestAStormOfIncidents(t *testing.T) {
	many, pages, every := 400, 4, 2*time.Millisecond
	if os.Getenv("ONEGRID_LONG") != "" {
		many, pages, every = 5000, 20, 12*time.Millisecond
	}
	store, path := newTown(t)
	at, stop := start(t, path)
	listen(t, at+"/live", "") // and never reads

	written := &times{at: map[int64]time.Time{}}
	heard := make([]*times, pages)
	var wg sync.WaitGroup
	for i := range heard {
		heard[i] = &times{at: map[int64]time.Time{}}
		page := listen(t, at+"/live", "")
		page.until("hello")
		wg.Go(func() { hear(t, page, heard[i], at, many, i == 0) })
	}
	begin := time.Now()
	for i := range many {
		time.Sleep(time.Until(begin.Add(time.Duration(i) * every)))
		in, _ := openIncident(t, store, 0.1+float64(i%38)/10, 0.1+float64(i/38%38)/10)
		written.note(in.ID)
	}
	took := time.Since(begin)
	wg.Wait()
	for i, h := range heard {
		if len(h.at) != many {
			t.Errorf("page %d heard of %d incidents of %d", i, len(h.at), many)
		}
		var late []time.Duration
		for id := range maps.Keys(h.at) {
			late = append(late, h.at[id].Sub(written.at[id]))
		}
		slices.Sort(late)
		p99 := late[len(late)*99/100]
		t.Logf("page %d: median %v, p99 %v, last %v after the write", i, late[len(late)/2], p99, late[len(late)-1])
		if p99 > 2*time.Second {
			t.Errorf("page %d heard of one in a hundred incidents only %v after it was written", i, p99)
		}
	}
	var open struct{ Features []struct{ ID int64 } }
	getJSON(t, at+"/live/incidents.json", &open)
	if len(open.Features) != many {
		t.Errorf("%d incidents are open, not %d", len(open.Features), many)
	}
	_, metrics := get(t, at+"/metrics")
	for line := range bytes.Lines(metrics) {
		if bytes.HasPrefix(line, []byte("process_resident_memory_bytes")) || bytes.HasPrefix(line, []byte("go_goroutines")) {
			t.Logf("%d incidents in %v: %s", many, took, line)
		}
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

// times are when each incident was written, or first heard of.
type times struct {
	mu sync.Mutex
	at map[int64]time.Time
}

func (h *times) note(id int64) (again bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, again = h.at[id]; !again {
		h.at[id] = time.Now()
	}
	return again
}

// hear listens until it heard of so many incidents. A restless page breaks off
// now and then and goes on from the last event that it saw; only that one's
// change may come again.
func hear(t *testing.T, page *listener, heard *times, at string, many int, restless bool) {
	last, repeats := int64(-1), int64(-1)
	for n := 0; len(heard.at) < many; n++ {
		h, err := page.read(false)
		if err != nil {
			t.Errorf("after %d incidents: %v", len(heard.at), err)
			return
		}
		if h.kind == "hello" && h.data["reload"] == true {
			t.Error("a page that reads is told to reload")
			return
		}
		if h.kind == "incident" {
			if h.id < last {
				t.Errorf("change %d came after %d", h.id, last)
			}
			f := h.data["feature"].(map[string]any)
			if heard.note(int64(f["id"].(float64))) && h.id != repeats {
				t.Errorf("change %d came twice", h.id)
			}
		}
		last = max(last, h.id)
		if restless && n%50 == 49 {
			page.close()
			if page, err = dial(at+"/live", strconv.FormatInt(last, 10)); err != nil {
				t.Error(err)
				return
			}
			repeats = last
		}
	}
	page.close()
}
