package follow

import (
	"runtime"
)

// quiet is the thread that a large piece of work has to itself, at a low
// priority: a plain goroutine that rebuilds for seconds takes turns with those
// that answer, and multiplies their worst times by five.
type quiet struct{ low bool }

// quietly runs work in a goroutine of its own and waits for it. A thread that
// went down cannot come up again without privileges, so it ends with the
// goroutine, which stays locked to it.
func quietly(work func(*quiet) error) error {
	done := make(chan error, 1)
	go func() { done <- work(&quiet{}) }()
	return <-done
}

// Quietly runs work on a thread of its own, at a low priority, and waits for it:
// for what is to be ready one day and must not delay what is wanted now.
func Quietly(work func()) {
	quietly(func(q *quiet) error {
		q.down()
		work()
		return nil
	})
}

// down lowers the thread's priority. Where the system refuses, the work is done
// at the usual one.
func (q *quiet) down() {
	if q == nil || q.low {
		return
	}
	q.low = true
	runtime.LockOSThread()
	lowerThread()
}
