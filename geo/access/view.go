package access

import (
	"onegrid/geo"
	"onegrid/geo/lattice"
	"onegrid/geo/world"
)

// View is what a caller may see of a world: the one filter of all answers.
type View struct {
	caller *Caller
	world  *world.World
	top    int32 // of the basic network: the caller's subtree
	whole  bool  // there is no subtree
}

// On returns a caller's view of a world. Where the scope names an area that the
// world no longer has, nothing in it is seen.
func (c *Caller) On(w *world.World) View {
	v := View{caller: c, world: w, top: -1, whole: c.Scope.Subtree == ""}
	if n := w.Basic(); n != nil && !v.whole {
		if area, ok := n.Find(c.Scope.Subtree); ok {
			v.top = area
		}
	}
	return v
}

// Whole reports whether the view hides nothing by place.
func (v View) Whole() bool { return v.whole }

// Layer reports whether a layer's objects are seen at all.
func (v View) Layer(l geo.Layer) bool { return v.caller.sees.Has(ClassOf(l)) }

// Sees reports whether a class is seen.
func (v View) Sees(c geo.Class) bool { return v.caller.sees.Has(c) }

// Network reports whether a network is seen.
func (v View) Network(id string) bool { return v.caller.Network(id) }

// InSubtree reports whether an area of the basic network is the subtree's top or
// lies under it.
func (v View) InSubtree(area int32) bool {
	if v.whole {
		return true
	}
	n := v.world.Basic()
	for ; area >= 0 && v.top >= 0; area = n.Parent(area) {
		if area == v.top {
			return true
		}
	}
	return false
}

// At reports whether a place lies in the subtree.
func (v View) At(p lattice.Point) bool {
	return v.whole || v.InSubtree(v.world.Basic().AreaAt(p))
}

// Area reports whether an area of a network is seen. What stands above the
// subtree is: it says where the subtree is. Of other networks an area is where
// its label is, or its building.
func (v View) Area(n *world.Network, area int32) bool {
	switch {
	case !v.Network(n.Spec.ID):
		return false
	case v.whole:
		return true
	case n == v.world.Basic():
		return v.InSubtree(area) || v.above(area)
	case n.Coverage != nil:
		return v.At(n.Label(area))
	}
	b, ok := v.world.Buildings().ByCode(n.Grids[area].Building)
	return ok && v.At(b.Interior)
}

func (v View) above(area int32) bool {
	n := v.world.Basic()
	for a := v.top; a >= 0; a = n.Parent(a) {
		if a == area {
			return true
		}
	}
	return false
}

// Outside is the refusal of a place that is not in the subtree.
func (v View) Outside(p lattice.Point) *geo.Error {
	return denied("this key is for %s and what is under it", v.caller.Scope.Subtree).Where(p)
}
