package follow

import (
	"context"
	"time"

	"onegrid/geo"
	"onegrid/geo/record"
	"onegrid/geo/world"
)

// reading passes a feed on to a builder and remembers what kind of feed it was.
type reading struct {
	*world.Builder
	to    record.Position
	whole bool
	quiet *quiet // nil at the start, when nobody is answered yet
}

func read(ctx context.Context, log Log, after record.Position, b *world.Builder, q *quiet) (*reading, error) {
	r := &reading{Builder: b, quiet: q}
	return r, log.Read(ctx, after, r)
}

// news tells that the feed led somewhere else.
func (r *reading) news(at record.Position) bool { return r.whole || r.to != at }

// Begin implements record.Feed.
func (r *reading) Begin(to record.Position, at time.Time, whole bool) error {
	r.to, r.whole = to, whole
	return r.Builder.Begin(to, at, whole)
}

// large is from how many rows on a layer is worth a quiet thread.
const large = 10_000

// Network implements record.Feed.
func (r *reading) Network(n record.Network) error {
	r.quiet.down()
	return r.Builder.Network(n)
}

// Layer implements record.Feed.
func (r *reading) Layer(l geo.Layer, seq int64, rows int) error {
	if rows >= large {
		r.quiet.down()
	}
	return r.Builder.Layer(l, seq, rows)
}
