package access

import (
	"context"
	"reflect"
	"time"

	"onegrid/geo"
)

// hold is something that lasts as long as a caller's credential at most.
type hold struct {
	caller *Caller
	end    context.CancelFunc
}

// Hold returns a context that ends when the caller is no longer let in: by
// revocation, expiry, other rules for tokens, or the first key where there was none. Call release when it
// is over anyway.
func (d *Directory) Hold(ctx context.Context, c *Caller) (held context.Context, release func()) {
	end := context.CancelFunc(nil)
	if c.Expires.IsZero() {
		ctx, end = context.WithCancel(ctx)
	} else {
		ctx, end = context.WithDeadline(ctx, c.Expires)
	}
	h := &hold{c, end}
	d.mu.Lock()
	d.holds[h] = struct{}{}
	d.mu.Unlock()
	if !d.still(c, time.Now()) { // since it was identified
		end()
	}
	return ctx, func() {
		d.mu.Lock()
		delete(d.holds, h)
		d.mu.Unlock()
		end()
	}
}

// release ends what is held by callers who are no longer let in.
func (d *Directory) release(now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for h := range d.holds {
		if !d.still(h.caller, now) {
			h.end()
		}
	}
}

func (d *Directory) still(c *Caller, now time.Time) bool {
	switch {
	case c.local:
		return d.Open()
	case c.process:
		return true
	case c.Kind == geo.Token: // by other rules it may stand for somebody else; when it expires is known
		return reflect.DeepEqual(c.by, d.setting())
	}
	is := d.roll.Load().callers[c.Hash]
	return is != nil && is.Holds(now)
}

// setting is what the scheme says of tokens now.
func (d *Directory) setting() *geo.OIDC {
	if d.tokens == nil {
		return nil
	}
	return d.tokens.Setting()
}
