package geo

import "time"

// Edition is an immutable, published set of all boundaries and parents, with
// the time from which it counts.
type Edition struct {
	ID            int64          `json:"id"`
	PublishedAt   time.Time      `json:"published_at"`
	EffectiveFrom time.Time      `json:"effective_from"`
	EffectiveTo   *time.Time     `json:"effective_to,omitempty"`
	Actor         string         `json:"actor,omitempty"`
	Note          string         `json:"note,omitempty"`
	Networks      []NetworkState `json:"networks"`
}

// NetworkState names one network's state in an edition.
type NetworkState struct {
	Network string   `json:"network"`
	Since   int64    `json:"since"`  // the edition that brought this state
	Hash    string   `json:"hash"`   // SHA-256 of the state, hex
	Chunks  []string `json:"chunks"` // SHA-256 of each stored chunk, hex, in order
}

// Publication is what a writer hands to the store to publish one network's new
// state: the encoded coverage (nil for a stacked network) and all its grids.
// Networks that are not named keep their state.
type Publication struct {
	Network string
	Hash    string
	Chunks  [][]byte
	Grids   []Grid

	// Reshaped returns the areas that are drawn otherwise than in the chunks in
	// force, which it is given within the transaction. It is asked for an actor who
	// may not change everything; nil: any area may be drawn otherwise.
	Reshaped func(before [][]byte) (codes []string, err error)
}
