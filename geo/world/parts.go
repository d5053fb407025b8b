package world

import (
	"encoding/json"
	"time"

	"onegrid/geo"
	"onegrid/geo/coverage"
	"onegrid/geo/locate"
	"onegrid/geo/record"
)

// Parts are what a world can be made of directly: in tests, demos and one-off
// commands, which have no store. Objects without an id get one by their place;
// those with one come by ascending id.
type Parts struct {
	Seq       int64
	At        time.Time
	Scheme    geo.Scheme
	Edition   geo.Edition
	Networks  []Part
	Estates   []geo.Estate
	Buildings []geo.Building
	Devices   []geo.Device
	Sites     []geo.Site
	Posts     []geo.Post
	Base      []geo.BaseFeature
	Incidents []geo.Incident
}

// Part is one network's state.
type Part struct {
	ID       string
	Coverage *coverage.Coverage // nil for a stacked network
	Grids    []geo.Grid         // in any order
}

// New makes a world of its parts.
func New(p Parts) (*World, error) {
	b := NewBuilder(nil, false)
	b.next.seq, b.next.at, b.next.edition = p.Seq, p.At, p.Edition
	if err := b.Scheme(p.Seq, p.Scheme); err != nil {
		return nil, err
	}
	for _, part := range p.Networks {
		if err := b.part(p.Seq, part); err != nil {
			return nil, err
		}
	}
	if err := b.objects(&p); err != nil {
		return nil, err
	}
	return b.World()
}

func (b *Builder) part(seq int64, part Part) error {
	grids := append([]geo.Grid(nil), part.Grids...)
	for i := range grids {
		grids[i].ID = idOr(grids[i].ID, i)
	}
	n := &pendingNetwork{
		Network: record.Network{State: geo.NetworkState{Network: part.ID}, Seq: seq, Grids: grids},
		cov:     part.Coverage,
	}
	b.networks = append(b.networks, n)
	b.touch(geo.GridsOf(part.ID), seq)
	if n.cov == nil {
		return nil
	}
	var err error
	n.index, err = locate.New(n.cov, locate.Options{})
	return err
}

func (b *Builder) objects(p *Parts) error {
	layers := []struct {
		layer geo.Layer
		n     int
		row   func(i int) (int64, []byte, error)
	}{
		{geo.Estates, len(p.Estates), func(i int) (int64, []byte, error) {
			return idOr(p.Estates[i].ID, i), record.AppendEstate(nil, &p.Estates[i]), nil
		}},
		{geo.Buildings, len(p.Buildings), func(i int) (int64, []byte, error) {
			return idOr(p.Buildings[i].ID, i), record.AppendBuilding(nil, &p.Buildings[i]), nil
		}},
		{geo.Devices, len(p.Devices), func(i int) (int64, []byte, error) {
			return idOr(p.Devices[i].ID, i), record.AppendDevice(nil, &p.Devices[i]), nil
		}},
		{geo.Sites, len(p.Sites), func(i int) (int64, []byte, error) {
			return idOr(p.Sites[i].ID, i), record.AppendSite(nil, &p.Sites[i]), nil
		}},
		{geo.Posts, len(p.Posts), func(i int) (int64, []byte, error) {
			body, err := json.Marshal(&p.Posts[i])
			return idOr(p.Posts[i].ID, i), body, err
		}},
		{geo.Base, len(p.Base), func(i int) (int64, []byte, error) {
			return idOr(p.Base[i].ID, i), record.AppendBase(nil, &p.Base[i]), nil
		}},
		{geo.Incidents, len(p.Incidents), func(i int) (int64, []byte, error) {
			body, err := json.Marshal(&p.Incidents[i])
			return idOr(p.Incidents[i].ID, i), body, err
		}},
	}
	for _, l := range layers {
		if err := b.Layer(l.layer, p.Seq, l.n); err != nil {
			return err
		}
		for i := range l.n {
			id, body, err := l.row(i)
			if err != nil {
				return err
			}
			if err := b.Row(id, body); err != nil {
				return err
			}
		}
	}
	return nil
}

func idOr(id int64, i int) int64 {
	if id != 0 {
		return id
	}
	return int64(i) + 1
}
