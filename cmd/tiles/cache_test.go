package main

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"onegrid/geo/vtile"
)

func pictureOf(i, size int) *picture {
	b := make([]byte, size)
	p := &picture{key: tileKey{"set", thePublic, 1, vtile.Tile{Z: 16, X: uint32(i)}}, hash: fmt.Sprint(i), cost: int64(size)}
	p.forms[identity].Store(&b)
	return p
}

func TestTheCacheIsBoundedInBytes(t *testing.T) {
	const most = 100_000
	c := newCache(most)
	n := newEncoder(c)
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range 2000 {
				p := pictureOf(w*2000+i, 300+i%3000)
				c.put(p)
				n.make(p, encoding(1+i%3))
				if q := c.get(tileKey{"set", thePublic, 1, vtile.Tile{Z: 16, X: uint32(i)}}); q != nil && q.key.tile.X != uint32(i) {
					t.Errorf("asked for %d, got %v", i, q.key)
				}
			}
		})
	}
	wg.Wait()
	pictures, bytes := c.size()
	if bytes > most || pictures == 0 {
		t.Errorf("%d pictures, %d bytes; most is %d", pictures, bytes, most)
	}
	// What it counts is what it holds.
	var held int64
	for e := c.order.Front(); e != nil; e = e.Next() {
		p := e.Value.(*picture)
		held += overhead
		for f := range encodings {
			held += int64(len(p.form(f)))
		}
	}
	if held != bytes || len(c.at) != pictures {
		t.Errorf("it counts %d bytes and holds %d; %d names for %d pictures", bytes, held, len(c.at), pictures)
	}
}

func TestTheLastUsedStays(t *testing.T) {
	c := newCache(10 * (1000 + overhead))
	for i := range 10 {
		c.put(pictureOf(i, 1000))
	}
	c.get(pictureOf(0, 0).key)
	c.put(pictureOf(10, 1000))
	if c.get(pictureOf(0, 0).key) == nil || c.get(pictureOf(1, 0).key) != nil {
		t.Error("the one used longest ago should have gone, and no other")
	}
}

// Many walls ask for the same tile at the same moment, as after an edition: it is
// drawn once.
func TestATileIsDrawnOnceForAllWhoAsk(t *testing.T) {
	store, path := newTown(t)
	at, _ := start(t, path)
	drawn := func() (n float64) {
		_, body := get(t, at+"/metrics")
		for line := range strings.Lines(string(body)) {
			fmt.Sscanf(line, "onegrid_tiles_drawn_total %g", &n)
		}
		return n
	}
	url := tileURL(t, at, "onepicture", townTile)
	for round := range 5 {
		publishTown(t, store, 0.1*float64(round+1))
		before := url
		soon(t, "the next edition's tiles", func() bool { url = tileURL(t, at, "onepicture", townTile); return url != before })
		was := drawn()
		var all sync.WaitGroup
		begin := make(chan struct{})
		for range 40 {
			all.Go(func() {
				<-begin
				if a, _ := get(t, url); a.StatusCode != 200 {
					t.Errorf("%s: %s", url, a.Status)
				}
			})
		}
		close(begin)
		all.Wait()
		if n := drawn() - was; n != 1 {
			t.Errorf("round %d: drawn %g times", round, n)
		}
	}
}
