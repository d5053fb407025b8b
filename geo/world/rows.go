package world

import (
	"iter"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// Rows is a static layer (estates, buildings, sites, base) as its encoder reads
// it: row by row, without allocating. Rows are numbered; a number is good for
// this world only.
//
//	hits = rows.Search(box, hits[:0])
//	for _, i := range hits {
//		row := rows.Row(i)
//		b := record.ReadBuilding(row.Body) // aliases the arena, allocates nothing
//		...
//	}
type Rows struct{ _ struct{} }

// Row is one object. Body is its compact form, see record.
type Row struct {
	ID   int64
	Area int32 // of the basic network, coverage.NoArea outside
	Box  lattice.Box
	Body string
}

// Rows returns a static layer; nil for the others.
func (w *World) Rows(l geo.Layer) *Rows { panic("todo") }

// Len is the number of objects.
func (r *Rows) Len() int { panic("todo") }

// Search appends to buf the rows whose boxes meet box, by ascending ID.
func (r *Rows) Search(box lattice.Box, buf []int32) []int32 { panic("todo") }

// All gives every row, by ascending ID.
func (r *Rows) All() iter.Seq[Row] { panic("todo") }

// Row returns a row by its number.
func (r *Rows) Row(i int32) Row { panic("todo") }
