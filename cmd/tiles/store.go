package main

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"strings"
	"sync/atomic"
	"time"

	"onegrid/geo/follow"
	"onegrid/geo/record"
)

// namedLog hears which store is followed. Revisions are numbers of its log, and
// another store's log has the same numbers: the store's name goes with them into
// URLs and tags, so that a browser's cache cannot take one city for another.
type namedLog struct {
	follow.Log
	store atomic.Pointer[string]
}

// Read listens in on the position that a reading begins with.
func (l *namedLog) Read(ctx context.Context, after record.Position, to record.Feed) error {
	return l.Log.Read(ctx, after, hearing{to, l})
}

type hearing struct {
	record.Feed
	log *namedLog
}

// Begin notes the store.
func (h hearing) Begin(to record.Position, at time.Time, whole bool) error {
	h.log.store.Store(&to.Store)
	return h.Feed.Begin(to, at, whole)
}

// name is short and fit for URLs.
func (l *namedLog) name() string {
	sum := sha256.Sum256([]byte(*l.store.Load()))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:5]))
}
