package access

import (
	"fmt"
	"slices"

	"onegrid/geo"
)

// Right says who may call a route. The zero value admits nobody.
type Right struct {
	roles   uint16
	unnamed bool // also who has not said who it is
	process bool // only the deployment's other program
}

// The rights that are no list of roles.
var (
	// Everyone may call it, with a name or without.
	Everyone = Right{unnamed: true}
	// Named callers of any role may.
	Named = Only(geo.Roles...)
	// Process is for the deployment's other program.
	Process = Right{process: true}
)

// Only admits some roles.
func Only(roles ...geo.Role) Right {
	var r Right
	for _, role := range roles {
		bit := bitOf(role)
		if bit == 0 {
			panic(fmt.Sprintf("there is no role %q", role)) // in a table of routes
		}
		r.roles |= bit
	}
	return r
}

// Except takes roles out of a right.
func (r Right) Except(roles ...geo.Role) Right {
	r.roles &^= Only(roles...).roles
	return r
}

// Roles lists those that a right admits.
func (r Right) Roles() (out []geo.Role) {
	for _, role := range geo.Roles {
		if r.unnamed || r.roles&bitOf(role) != 0 {
			out = append(out, role)
		}
	}
	return out
}

// Unnamed reports whether it admits whoever has not said who it is.
func (r Right) Unnamed() bool { return r.unnamed }

// Admits reports whether a caller may; nil is one who has not said who it is.
func (r Right) Admits(c *Caller) bool {
	switch {
	case r.unnamed:
		return true
	case c == nil:
		return false
	case r.process:
		return c.process
	}
	return r.roles&c.role != 0 // the other program has no role
}

func bitOf(role geo.Role) uint16 {
	if i := slices.Index(geo.Roles, role); i >= 0 {
		return 1 << i
	}
	return 0
}
