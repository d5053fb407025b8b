package geo

import (
	"errors"
	"fmt"
	"syscall"

	"onegrid/geo/lattice"
)

// Kind is the class of an error: what the person who asked can do about it.
type Kind string

// The kinds.
const (
	Invalid     Kind = "invalid"     // the request or the data is wrong
	NotFound    Kind = "not-found"   // no such thing
	Conflict    Kind = "conflict"    // it meets something that is already there
	Denied      Kind = "denied"      // not allowed
	TooLarge    Kind = "too-large"   // over a stated limit
	Unavailable Kind = "unavailable" // later, perhaps
	Full        Kind = "full"        // the disk is full
	Internal    Kind = "internal"    // our own bug
)

// Error is an error with a message fit for the person who asked. Field names
// the offending field (a JSON pointer or a column), Value what stood there, At
// the place on the map, if there is one.
type Error struct {
	Kind    Kind
	Message string
	Field   string
	Value   string
	At      *lattice.Point
	Row     int // 1-based row or feature of a file; 0 when there is none
	Err     error
}

// Error returns the message, with the row and the cause where they are known.
func (e *Error) Error() string {
	s := e.Message
	if e.Row > 0 {
		s = fmt.Sprintf("row %d: %s", e.Row, s)
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an error of a kind.
func Errorf(k Kind, format string, args ...any) *Error {
	return &Error{Kind: k, Message: fmt.Sprintf(format, args...)}
}

// On names the field and the value that are at fault, and returns e.
func (e *Error) On(field, value string) *Error {
	e.Field, e.Value = field, value
	return e
}

// Where names the place on the map, and returns e.
func (e *Error) Where(p lattice.Point) *Error {
	e.At = &p
	return e
}

// KindOf returns the kind of err, Internal if it carries none.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// Unwritten is why a file of our own could not be written, what names it: Full
// where there is no room left, which the person who asked may know, and Internal for
// all else.
func Unwritten(what string, err error) *Error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return Errorf(Full, "there is no room for %s", what)
	}
	return &Error{Kind: Internal, Message: what + " cannot be written", Err: err}
}
