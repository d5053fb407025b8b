package geo

// Grid is an area of responsibility at a level of a network. The hierarchy is
// the parent link, never the code's prefix; a code is never used twice.
type Grid struct {
	ID      int64  `json:"id"` // allotted by the store; the feature id in tiles
	Code    string `json:"code"`
	Network string `json:"network"`
	Level   string `json:"level"`
	Name    Text   `json:"name,omitempty"`
	Parent  string `json:"parent,omitempty"` // code in the same network; empty at the top

	// Floors of a building, in a stacked network only: lowest and highest.
	Building string  `json:"building,omitempty"`
	Floors   *[2]int `json:"floors,omitempty"`
}
