package record

import "onegrid/geo"

// Objects are the objects of one layer, on their way into a store: Layer names
// it, and only its slice is read. Their ids are not: the store allots them, by
// code.
type Objects = geo.Objects
