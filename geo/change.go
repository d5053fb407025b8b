package geo

import "time"

// Layer names a part of the world that has its own revision.
type Layer string

// The layers. A network's layer is GridsOf(id).
const (
	Scheming  Layer = "scheme"
	Estates   Layer = "estates"
	Buildings Layer = "buildings"
	Devices   Layer = "devices"
	Sites     Layer = "sites"
	Posts     Layer = "posts"
	Base      Layer = "base"
	Incidents Layer = "incidents"
)

// GridsOf is the layer of a network's grids.
func GridsOf(network string) Layer { return Layer("grids:" + network) }

// Change is one entry of the log: the truth that processes share.
type Change struct {
	Seq    int64     `json:"seq"`
	At     time.Time `json:"at"`
	Actor  string    `json:"actor"`
	Kind   Layer     `json:"kind"`
	Object string    `json:"object,omitempty"` // code, or id where there is no code
	Op     string    `json:"op"`               // put, delete, load (the layer's rows were replaced), publish
	Body   []byte    `json:"body,omitempty"`   // JSON of the object after the change
}
