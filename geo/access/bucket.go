package access

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"onegrid/geo"
)

// buckets are what callers have left of their rates. A bucket is theirs for whom
// it counts: a session counts for the key or person that opened it, a token for
// the person it stands for, so that neither a second session nor a new token gives
// more.
type buckets struct {
	mu sync.Mutex
	at map[bucketOwner]*rate.Limiter
}

type bucketOwner struct {
	id   string
	rate float64
}

// fewBuckets are kept however full they are.
const fewBuckets = 1 << 14

func (b *buckets) of(c *geo.Credential, now time.Time) *rate.Limiter {
	owner := bucketOwner{c.ID, rateOf(c)}
	if c.Of != "" {
		owner.id = c.Of
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	bucket := b.at[owner]
	if bucket == nil {
		if n := len(b.at); n >= fewBuckets && n&(n-1) == 0 { // each time that they have doubled
			b.forget(now)
		}
		bucket = newBucket(owner.rate)
		b.at[owner] = bucket
	}
	return bucket
}

// forget drops those that are full, which are as good as new ones.
func (b *buckets) forget(now time.Time) {
	for owner, bucket := range b.at {
		if bucket.TokensAt(now) >= float64(bucket.Burst()) {
			delete(b.at, owner)
		}
	}
}
