package access

import (
	"slices"

	"onegrid/geo"
	"onegrid/geo/lattice"
	"onegrid/geo/world"
)

// View is what a caller may see of a world: the one filter of all answers. The
// zero value sees nothing.
type View struct {
	caller *Caller
	world  *world.World
	top    int32 // of the basic network: the caller's subtree
	whole  bool  // there is no subtree
	free   bool  // see Free
}

// On returns a caller's view of a world. Where the scope names an area that the
// world no longer has, nothing in it is seen.
func (c *Caller) On(w *world.World) View {
	v := View{caller: c, world: w, top: -1, whole: c.Scope.Subtree == ""}
	v.free = v.whole && c.Scope.Networks == nil && c.sees.Has(geo.ClassPublic)
	if n := w.Basic(); n != nil && !v.whole {
		if area, ok := n.Find(c.Scope.Subtree); ok {
			v.top = area
		}
	}
	return v
}

// World is what is looked at.
func (v View) World() *world.World { return v.world }

// Free reports whether nothing public is hidden: neither places nor networks.
// Where time matters it is asked first, for nearly all callers are.
func (v View) Free() bool { return v.free }

// Whole reports whether the view hides nothing by place.
func (v View) Whole() bool { return v.whole }

// Sees reports whether a class is seen.
func (v View) Sees(c geo.Class) bool { return v.caller != nil && v.caller.sees.Has(c) }

// Layer reports whether a layer's objects are seen at all.
func (v View) Layer(l geo.Layer) bool { return v.Sees(ClassOf(l)) }

// Network reports whether a network is seen.
func (v View) Network(id string) bool { return v.caller != nil && v.caller.Network(id) }

// Networks are those that are seen; nil for all.
func (v View) Networks() []string {
	if v.caller == nil {
		return []string{}
	}
	return v.caller.Scope.Networks
}

// InSubtree reports whether an area of the basic network is the subtree's top or
// lies under it.
func (v View) InSubtree(area int32) bool {
	if v.whole {
		return true
	}
	for ; area >= 0 && v.top >= 0; area = v.world.Basic().Parent(area) {
		if area == v.top {
			return true
		}
	}
	return false
}

// At reports whether a place lies in the subtree.
func (v View) At(p lattice.Point) bool {
	return v.whole || v.world != nil && v.InSubtree(v.world.Basic().AreaAt(p))
}

// Object reports whether an object of a layer is seen that lies in an area of the
// basic network; negative for outside.
func (v View) Object(l geo.Layer, area int32) bool { return v.Layer(l) && v.InSubtree(area) }

// Area reports whether an area of a network is seen. What stands above the
// subtree is: it says where the subtree is. Of other networks an area is where
// its label is, or its building.
func (v View) Area(n *world.Network, area int32) bool {
	switch {
	case v.free:
		return true
	case !v.Layer(geo.GridsOf(n.Spec.ID)) || !v.Network(n.Spec.ID):
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
	for a := v.top; a >= 0; a = v.world.Basic().Parent(a) {
		if a == area {
			return true
		}
	}
	return false
}

// Answers refuses to tell whose a place is that is not in the caller's part of
// the city: area is that of the basic network which has it, negative for none.
func (v View) Answers(area int32, p lattice.Point) error {
	switch {
	case v.free:
		return nil
	case !v.Sees(geo.ClassPublic):
		return denied("this key does not see grids").Where(p)
	}
	if basic := v.world.Basic(); basic != nil && !v.Network(basic.Spec.ID) {
		return denied("this key is not for the network %s, whose grids answer", basic.Spec.ID).Where(p)
	}
	if !v.InSubtree(area) {
		return denied("this key is for %s and what is under it", v.caller.Scope.Subtree).Where(p)
	}
	return nil
}

// Incident reports whether an incident is seen: one that happened in the subtree
// as it is drawn today.
func (v View) Incident(in *geo.Incident) bool {
	return v.Layer(geo.Incidents) && (in.Network == "" || v.Network(in.Network)) && v.At(in.Point)
}

// Device is a device as far as it is seen: what a camera sees is of a higher class
// than the camera.
func (v View) Device(d *geo.Device) *geo.Device {
	if d.View == nil || v.Sees(geo.ClassRestricted) {
		return d
	}
	bare := *d
	bare.View = nil
	return &bare
}

// Post is a post as far as it is seen: with what it answers for in the subtree and
// in the networks, nil where that is nothing.
func (v View) Post(p *geo.Post) *geo.Post {
	if !v.Layer(geo.Posts) {
		return nil
	}
	if v.whole && v.caller.Scope.Networks == nil {
		return p
	}
	part := *p
	part.Areas = slices.DeleteFunc(slices.Clone(p.Areas), func(code string) bool { return !v.own(code) })
	if !v.whole {
		part.Units = slices.DeleteFunc(slices.Clone(p.Units), func(code string) bool {
			b, ok := v.world.Buildings().ByCode(code)
			return !ok || !v.At(b.Interior)
		})
	}
	if len(part.Areas)+len(part.Units) == 0 {
		return nil
	}
	return &part
}

// own reports whether the area of a code, of any network, is one of the caller's:
// what only stands above the subtree is not.
func (v View) own(code string) bool {
	for _, n := range v.world.Networks() {
		area, ok := n.Find(code)
		switch {
		case !ok:
			continue
		case n == v.world.Basic():
			return v.Network(n.Spec.ID) && v.InSubtree(area)
		}
		return v.Area(n, area)
	}
	return false
}

// Holds reports whether areas, each with all above it, are the subtree's. It goes
// by codes, for what happened long ago, when the world was another.
func (v View) Holds(codes []string) bool {
	return v.whole || v.caller != nil && slices.Contains(codes, v.caller.Scope.Subtree)
}

// Figures are what an area of the basic network holds, as far as that is seen. A
// count of what is not seen is absent, however large: of an area's count and
// those of all but one of its children, the last could be told.
type Figures struct {
	Households int     `json:"households"`
	Units      int     `json:"units"`
	Buildings  int     `json:"buildings"`
	Devices    *int    `json:"devices,omitempty" doc:"Only for callers who see the class internal."`
	Cameras    *int    `json:"cameras,omitempty" doc:"Likewise."`
	Sites      int     `json:"sites"`
	Open       *int    `json:"open_incidents,omitempty" doc:"Only for callers who see the class restricted."`
	AreaM2     float64 `json:"area_m2"`
}

// Figures counts what an area of the basic network holds; nil where it is not in
// the subtree, for what stands above that holds more.
func (v View) Figures(area int32) *Figures {
	if !v.InSubtree(area) {
		return nil
	}
	all := v.world.Figures(area)
	f := &Figures{Households: all.Households, Units: all.Units, Buildings: all.Buildings, Sites: all.Sites, AreaM2: all.AreaM2}
	if v.Layer(geo.Devices) {
		f.Devices, f.Cameras = &all.Devices, &all.Cameras
	}
	if v.Layer(geo.Incidents) {
		f.Open = &all.Open
	}
	return f
}

// Scheme is the setting as far as the caller may know it: the networks that are
// seen, and who may come in only for an admin of the whole city.
func (v View) Scheme() *geo.Scheme {
	all := v.world.Scheme()
	if v.Admin() {
		return all
	}
	part := *all
	part.Access = nil
	if !v.free {
		part.Networks = nil
		for _, n := range all.Networks {
			if v.Network(n.ID) {
				part.Networks = append(part.Networks, n)
			}
		}
	}
	return &part
}

// Admin reports whether the caller is an admin of the whole city.
func (v View) Admin() bool { return v.free && v.caller.Role == geo.RoleAdmin }

// Must refuses what the caller's classes leave out.
func (v View) Must(l geo.Layer) error {
	if v.Layer(l) {
		return nil
	}
	return denied("%s are %s, and this key does not see that", l, ClassOf(l)).On("layer", string(l))
}
