package world

import (
	"onegrid/geo"
)

// join puts the networks in the scheme's order: new states, those of before,
// and empty ones for networks that were never published.
func (b *Builder) join() error {
	if len(b.networks) == 0 && !b.fresh[geo.Scheming] {
		return nil
	}
	made := map[string]*pendingNetwork{}
	for _, p := range b.networks {
		made[p.State.Network] = p
	}
	w := b.next
	old := w.networks
	w.networks, w.basic = nil, nil
	for i := range w.scheme.Networks {
		spec := &w.scheme.Networks[i]
		n, err := joined(spec, made[spec.ID], old)
		if err != nil {
			return err
		}
		w.networks = append(w.networks, n)
		if spec.Kind == geo.Basic && w.basic == nil {
			w.basic = n
		}
	}
	return nil
}

func joined(spec *geo.Network, p *pendingNetwork, old []*Network) (*Network, error) {
	if p != nil {
		n, err := newNetwork(spec, p.cov, p.index, p.Grids, p.Seq)
		if err == nil {
			n.state = p.State
		}
		return n, err
	}
	for _, n := range old {
		if n.Spec.ID == spec.ID {
			same := *n
			same.Spec = spec
			return &same, nil
		}
	}
	return newNetwork(spec, nil, nil, nil, 0)
}

func (w *World) areasOfBasic() []geo.Grid {
	if w.basic == nil {
		return nil
	}
	return w.basic.Grids
}

// moved tells that areas have other numbers or other shapes than before, so
// that every object must be placed anew.
func (b *Builder) moved() bool {
	if b.before == nil || b.before.basic == nil || b.next.basic == nil {
		return true
	}
	if b.next.tally.pages == nil {
		return true // read whole
	}
	was, is := b.before.basic, b.next.basic
	return was.Coverage != is.Coverage || len(was.Grids) != len(is.Grids)
}
