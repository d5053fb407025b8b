package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"onegrid/cmd/internal/server"
	"onegrid/geo"
	"onegrid/geo/access"
)

// handTimeout is how long geoapi may take to keep some reads.
const handTimeout = 5 * time.Second

// newReads tells geoapi, which keeps the audit, of reads of what is restricted; nil
// where nobody is known.
func newReads(geoapi *url.URL, callers *access.Directory, dropped prometheus.Counter) *server.Reads {
	if callers == nil {
		return nil
	}
	h := &hand{
		to: strings.TrimSuffix(geoapi.String(), "/") + "/v1/audit", callers: callers,
		client: &http.Client{Timeout: handTimeout, Transport: &http.Transport{MaxIdleConnsPerHost: 1, IdleConnTimeout: idleHand}},
	}
	return server.NewReads(h.post, dropped)
}

// hand is what hands reads to geoapi.
type hand struct {
	to      string
	callers *access.Directory
	client  *http.Client
}

// idleHand is how long a connection to geoapi is kept for the next.
const idleHand = 30 * time.Second

// post sends acts; done tells that geoapi has had them, whatever it did.
func (a *hand) post(ctx context.Context, acts []geo.Act) (done bool, err error) {
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
