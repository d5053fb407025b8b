package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/vtile"
)

// Of a caller's reads of restricted tiles the first is recorded, then each
// sampleOne-th, and at least one in sampleEvery while there are any.
const (
	sampleOne   = 100
	sampleEvery = time.Minute
)

// How reads reach the audit: gathered, handed to geoapi every so often, and
// dropped and counted where it takes none for so long that too many wait.
const (
	handEvery   = time.Second
	handTimeout = 5 * time.Second
	lastTimeout = time.Second // of the last, when the server stops
	mostWaiting = 1000
	mostReaders = 10_000 // remembered; beyond it all are forgotten and begin anew
)

// audit tells geoapi, which keeps the audit, of reads of restricted tiles. No
// reader waits for it. A nil *audit tells nobody.
type audit struct {
	to      string
	callers *access.Directory
	dropped prometheus.Counter
	client  *http.Client

	mu      sync.Mutex
	readers map[string]*reader
	waiting []geo.Act
}

// reader is how much a caller has read since the last that was recorded.
type reader struct {
	reads int
	at    time.Time
}

// newAudit makes one; nil where nobody is known.
func newAudit(geoapi *url.URL, callers *access.Directory, dropped prometheus.Counter) *audit {
	if callers == nil {
		return nil
	}
	return &audit{
		to: strings.TrimSuffix(geoapi.String(), "/") + "/v1/audit", callers: callers, dropped: dropped,
		client: &http.Client{Timeout: handTimeout, Transport: &http.Transport{MaxIdleConnsPerHost: 1}}, readers: map[string]*reader{},
	}
}

// read notes that a caller reads a tile.
func (a *audit) read(c *access.Caller, tileset string, t vtile.Tile) {
	if a != nil {
		a.note(c, tileset, t, time.Now())
	}
}

func (a *audit) note(c *access.Caller, tileset string, t vtile.Tile, now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	r := a.readers[c.ID]
	if r == nil {
		if len(a.readers) >= mostReaders {
			clear(a.readers)
		}
		r = &reader{}
		a.readers[c.ID] = r
	}
	if r.reads++; r.reads < sampleOne && now.Sub(r.at) < sampleEvery {
		return
	}
	if len(a.waiting) >= mostWaiting {
		a.dropped.Inc()
	} else {
		a.waiting = append(a.waiting, geo.Act{
			At: now, Actor: c.ID, Role: c.Role, Do: "tiles.read", Object: tileset + "/" + t.String(), Detail: map[string]any{"reads": r.reads},
		})
	}
	*r = reader{at: now}
}

// run hands on what gathers until ctx ends, and then the rest.
func (a *audit) run(ctx context.Context) error {
	if a == nil {
		return nil
	}
	defer a.client.CloseIdleConnections()
	tick := time.NewTicker(handEvery)
	defer tick.Stop()
	for away := false; ; {
		select {
		case <-tick.C:
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastTimeout)
			defer cancel()
			a.hand(last)
			return nil
		}
		err := a.hand(ctx)
		if is := err != nil && ctx.Err() == nil; is != away {
			away = is
			slog.WarnContext(ctx, "the audit of reads", "away", away, "error", err)
		}
	}
}

// hand hands on what waits. If geoapi is away it goes on waiting; what geoapi
// refuses is dropped.
func (a *audit) hand(ctx context.Context) error {
	a.mu.Lock()
	acts := a.waiting
	a.mu.Unlock()
	if len(acts) == 0 {
		return nil
	}
	done, err := a.post(ctx, acts)
	if done {
		a.mu.Lock()
		a.waiting = append([]geo.Act(nil), a.waiting[len(acts):]...)
		a.mu.Unlock()
		if err != nil {
			a.dropped.Add(float64(len(acts)))
		}
	}
	return err
}

// post sends acts; done tells that geoapi has had them, whatever it did.
func (a *audit) post(ctx context.Context, acts []geo.Act) (done bool, err error) {
	body, err := json.Marshal(map[string]any{"acts": acts})
	if err != nil {
		return true, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, a.to, bytes.NewReader(body))
	if err != nil {
		return true, err
	}
	r.Header.Set("Authorization", "Bearer "+a.callers.ProcessHeader())
	r.Header.Set("Content-Type", "application/json")
	answer, err := a.client.Do(r)
	if err != nil {
		return false, err
	}
	defer answer.Body.Close()
	io.Copy(io.Discard, io.LimitReader(answer.Body, 64<<10))
	if answer.StatusCode/100 != 2 {
		return answer.StatusCode/100 == 4, fmt.Errorf("geoapi answers %s", answer.Status)
	}
	return true, nil
}
