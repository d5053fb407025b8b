package world

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"onegrid/geo"
	"onegrid/geo/coverage"
	"onegrid/geo/locate"
	"onegrid/geo/record"
)

// Builder makes the next world of what a store feeds: parts that were replaced
// as a whole, and single changes. It is a record.Feed. Use it once, from one
// goroutine, and end it with World or Abandon.
type Builder struct {
	before  *World // nil for the first world
	next    *World
	changes []geo.Change

	aside    bool // networks are made beside the reading, on other threads
	group    errgroup.Group
	networks []*pendingNetwork

	row     func(id int64, body []byte) error // of the layer opened last
	packing map[geo.Layer]*packing
	devices []*mover[geo.Device]
	opened  []*mover[geo.Incident]
	posts   []*geo.Post
	fresh   map[geo.Layer]bool // layers that were replaced
}

type pendingNetwork struct {
	record.Network
	cov   *coverage.Coverage
	index *locate.Index
}

// NewBuilder begins the world after before, or a first one when before is nil.
// With aside, coverages and indexes are made on other threads while rows are
// still being read: right at the start, wrong beside a process's answers.
func NewBuilder(before *World, aside bool) *Builder {
	b := &Builder{before: before, aside: aside}
	if before == nil {
		b.next = empty()
	} else {
		next := *before
		b.next = &next
	}
	b.next.revisions = maps.Clone(b.next.revisions)
	b.next.rows = maps.Clone(b.next.rows)
	b.packing = map[geo.Layer]*packing{}
	b.fresh = map[geo.Layer]bool{}
	return b
}

func empty() *World {
	w := &World{
		scheme:    &geo.Scheme{},
		revisions: map[geo.Layer]int64{},
		rows:      map[geo.Layer]*Rows{},
		devices:   newMoving[geo.Device](),
		incidents: newMoving[geo.Incident](),
		posts:     newPosts(nil),
	}
	for _, l := range [...]geo.Layer{geo.Estates, geo.Buildings, geo.Sites, geo.Base} {
		w.rows[l] = emptyRows(l)
	}
	return w
}

// Changes are the single changes that the feed brought, in order.
func (b *Builder) Changes() []geo.Change { return b.changes }

// Begin implements record.Feed.
func (b *Builder) Begin(to record.Position, at time.Time, whole bool) error {
	if whole {
		b.next = empty()
	}
	b.next.seq, b.next.at = to.Seq, at
	return nil
}

// Scheme implements record.Feed.
func (b *Builder) Scheme(seq int64, s geo.Scheme) error {
	b.next.scheme = &s
	b.fresh[geo.Scheming] = true
	b.touch(geo.Scheming, seq)
	return nil
}

// Edition implements record.Feed.
func (b *Builder) Edition(e geo.Edition) error {
	b.next.edition = e
	return nil
}

// Network implements record.Feed.
func (b *Builder) Network(n record.Network) error {
	p := &pendingNetwork{Network: n}
	b.networks = append(b.networks, p)
	b.touch(geo.GridsOf(n.State.Network), n.Seq)
	if b.aside {
		b.group.Go(func() error { return p.decode(b.before) })
		return nil
	}
	return p.decode(b.before)
}

// decode makes the coverage and its index, or takes those of the world before
// where the chunks, which are named by their content, are the same.
func (p *pendingNetwork) decode(before *World) error {
	if len(p.Chunks) == 0 {
		return nil
	}
	if before != nil {
		if old := before.Network(p.State.Network); old != nil && old.Coverage != nil && slices.Equal(old.state.Chunks, p.State.Chunks) {
			p.cov, p.index = old.Coverage, old.Index
			return nil
		}
	}
	var err error
	if p.cov, err = coverage.Decode(p.Chunks); err != nil {
		return err
	}
	p.Chunks = nil
	p.index, err = locate.New(p.cov, locate.Options{})
	return err
}

// Layer implements record.Feed.
func (b *Builder) Layer(l geo.Layer, seq int64, rows int) error {
	b.touch(l, seq)
	b.fresh[l] = true
	switch l {
	case geo.Devices:
		b.devices = make([]*mover[geo.Device], 0, rows)
		b.row = b.deviceRow
	case geo.Incidents:
		b.opened = make([]*mover[geo.Incident], 0, rows)
		b.row = b.incidentRow
	case geo.Posts:
		b.posts = nil
		b.row = b.postRow
	default:
		if !isStatic(l) {
			return geo.Errorf(geo.Internal, "%s is not a layer of objects", l)
		}
		b.packing[l] = newPacking(l, rows)
		b.row = b.packing[l].add
	}
	return nil
}

// Row implements record.Feed.
func (b *Builder) Row(id int64, body []byte) error { return b.row(id, body) }

func (b *Builder) deviceRow(id int64, body []byte) error {
	d, err := record.DecodeDevice(id, string(body))
	if err == nil {
		b.devices = append(b.devices, moverOfDevice(d))
	}
	return err
}

func (b *Builder) incidentRow(id int64, body []byte) error {
	in := &geo.Incident{}
	if err := json.Unmarshal(body, in); err != nil {
		return stored(geo.Incidents, id, err)
	}
	in.ID = id
	b.opened = append(b.opened, moverOfIncident(in))
	return nil
}

func (b *Builder) postRow(id int64, body []byte) error {
	p := &geo.Post{}
	if err := json.Unmarshal(body, p); err != nil {
		return stored(geo.Posts, id, err)
	}
	p.ID = id
	b.posts = append(b.posts, p)
	return nil
}

func stored(l geo.Layer, id int64, err error) error {
	return &geo.Error{Kind: geo.Internal, Message: fmt.Sprintf("row %d of the stored %s cannot be read", id, l), Err: err}
}

// Change implements record.Feed.
func (b *Builder) Change(c geo.Change) error {
	b.changes = append(b.changes, c)
	b.touch(c.Kind, c.Seq)
	return nil
}

func (b *Builder) touch(l geo.Layer, seq int64) {
	b.next.revisions[l] = max(b.next.revisions[l], seq)
}

// Abandon ends the building without a world.
func (b *Builder) Abandon() { _ = b.group.Wait() }

// World ends the building and returns the world.
func (b *Builder) World() (*World, error) {
	if err := b.group.Wait(); err != nil {
		return nil, err
	}
	if err := b.join(); err != nil {
		return nil, err
	}
	moved := b.moved()
	if moved {
		b.next.tally = newTally(len(b.next.areasOfBasic()))
	} else {
		b.next.tally = b.next.tally.edit()
	}
	if err := b.settle(moved); err != nil {
		return nil, err
	}
	if err := b.apply(); err != nil {
		return nil, err
	}
	b.next.tally.own = nil
	return b.next, nil
}
