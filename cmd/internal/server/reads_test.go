package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"onegrid/geo"
	"onegrid/geo/access"
)

// book keeps acts, or does not.
type book struct {
	acts []geo.Act
	done bool
	err  error
}

func (b *book) keep(_ context.Context, acts []geo.Act) (bool, error) {
	if b.err == nil {
		b.acts = append(b.acts, acts...)
	}
	return b.done, b.err
}

// lost counts what is dropped.
type lost struct {
	prometheus.Counter
	n float64
}

func (l *lost) Inc()             { l.n++ }
func (l *lost) Add(more float64) { l.n += more }

func sampled() (*Reads, *book, *lost) {
	b, dropped := &book{done: true}, &lost{}
	return NewReads(b.keep, dropped), b, dropped
}

func someone(id string) *access.Caller {
	return &access.Caller{Credential: geo.Credential{ID: id, Role: geo.RoleWall}}
}

// Of reads of a kind the first is recorded, each hundredth, and one a minute at
// least.
func TestReadsAreSampled(t *testing.T) {
	a, _, _ := sampled()
	now := time.Unix(1_800_000_000, 0)
	read := func(who, do string, n int) {
		for range n {
			a.note(someone(who), do, "14/1/2", now)
		}
	}
	read("one", "tiles.read", 1)
	read("two", "tiles.read", 1)
	read("one", "live.read", 1)
	read("one", "tiles.read", 99)
	read("one", "tiles.read", 1) // the hundredth since
	now = now.Add(59 * time.Second)
	read("one", "tiles.read", 10)
	now = now.Add(2 * time.Second)
	read("one", "tiles.read", 1)
	var got []string
	for _, act := range a.waiting {
		if act.Object != "14/1/2" || act.Role != geo.RoleWall || act.At.IsZero() {
			t.Errorf("%+v", act)
		}
		text, _ := json.Marshal(act.Detail)
		got = append(got, act.Actor+" "+act.Do+string(text))
	}
	want := `one tiles.read{"reads":1}, two tiles.read{"reads":1}, one live.read{"reads":1}, one tiles.read{"reads":100}, one tiles.read{"reads":11}`
	if strings.Join(got, ", ") != want {
		t.Errorf("recorded: %s, want %s", got, want)
	}
}

// While the audit is away reads wait, and no more of them than there is room for;
// what it refuses is gone.
func TestReadsWaitForTheAudit(t *testing.T) {
	a, b, dropped := sampled()
	b.done, b.err = false, errors.New("away")
	for i := range mostWaiting + 7 {
		a.Note(someone(fmt.Sprint(i)), "tiles.read", "x")
	}
	if err := a.hand(t.Context()); err == nil || len(a.waiting) != mostWaiting {
		t.Errorf("the audit is away: %v, %d wait", err, len(a.waiting))
	}
	if dropped.n != 7 {
		t.Errorf("%v are dropped", dropped.n)
	}
	b.done, b.err = true, nil
	if err := a.hand(t.Context()); err != nil || len(a.waiting) != 0 || len(b.acts) != mostWaiting {
		t.Errorf("the audit is back: %v, %d wait, %d are kept", err, len(a.waiting), len(b.acts))
	}
	b.err = errors.New("refused")
	a.Note(someone("x"), "tiles.read", "x")
	if err := a.hand(t.Context()); err == nil || len(a.waiting) != 0 || dropped.n != 8 {
		t.Errorf("it refuses: %v, %d wait, %v are dropped", err, len(a.waiting), dropped.n)
	}
}

// A program that stops hands over what waits.
func TestAStoppingProgramHandsOverTheRest(t *testing.T) {
	a, b, _ := sampled()
	a.Note(someone("x"), "tiles.read", "x")
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := a.Run(ctx); err != nil || len(b.acts) != 1 {
		t.Errorf("%v, %d are kept", err, len(b.acts))
	}
}
