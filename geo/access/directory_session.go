package access

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"time"

	"onegrid/geo"
)

// What opening, telling and closing sessions asks of a directory.

// ByKey returns whom a key lets in, so that a session can be opened with it.
// Unauthenticated if it lets nobody in, or is no key but a session's secret or a
// token.
func (d *Directory) ByKey(ctx context.Context, secret string) (*Caller, error) {
	caller := d.find(ctx, secret)
	switch {
	case caller == nil || caller.Kind != geo.Key:
		return nil, unauthenticated("there is no such key")
	case !caller.Holds(time.Now()):
		return caller, unauthenticated("the key %s %s", caller.ID, ending(&caller.Credential))
	}
	return caller, nil
}

// BySession returns whom a session's secret lets in.
func (d *Directory) BySession(ctx context.Context, secret string) (*Caller, error) {
	caller := d.find(ctx, secret)
	if caller == nil || caller.Kind != geo.Session || !caller.Holds(time.Now()) {
		return nil, unauthenticated("the session is over")
	}
	return caller, nil
}

// KeyOf returns the key that lets a caller in: its own, or that with which its
// session was opened. Nil for whom a token let in.
func (d *Directory) KeyOf(c *Caller) *Caller {
	if c.Kind == geo.Session {
		return d.roll.Load().keys[c.Of]
	}
	return d.roll.Load().keys[c.ID]
}

// Sessions counts the sessions that a key, or whom a token stands for, has open.
func (d *Directory) Sessions(of string) (n int) {
	now := time.Now()
	for _, c := range d.roll.Load().callers {
		if c.Kind == geo.Session && c.Of == of && c.Holds(now) {
			n++
		}
	}
	return n
}

// Sign makes a text that only this deployment's programs can make for a purpose:
// 43 letters, digits, hyphens and underscores.
func (d *Directory) Sign(purpose, text string) string {
	mac := hmac.New(sha256.New, []byte(d.secret))
	io.WriteString(mac, purpose+"\x00"+text)
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
