package world

import (
	"iter"

	"onegrid/geo"
	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
	"onegrid/geo/record"
)

// nouns gives a static layer as its nouns, each decoded when asked for.
type nouns[T any] struct {
	rows   *Rows
	decode func(id int64, body string) (*T, error)
}

// Buildings is the layer of footprints.
func (w *World) Buildings() Objects[*geo.Building] {
	return nouns[geo.Building]{w.rows[geo.Buildings], record.DecodeBuilding}
}

// Estates is the layer of residential compounds.
func (w *World) Estates() Objects[*geo.Estate] {
	return nouns[geo.Estate]{w.rows[geo.Estates], record.DecodeEstate}
}

// Sites is the layer of merchants, stations and panoramas.
func (w *World) Sites() Objects[*geo.Site] {
	return nouns[geo.Site]{w.rows[geo.Sites], record.DecodeSite}
}

// Base is the layer of streets, water, green and names. Its features belong to
// no area.
func (w *World) Base() Objects[*geo.BaseFeature] {
	return nouns[geo.BaseFeature]{w.rows[geo.Base], record.DecodeBase}
}

func (s nouns[T]) Len() int { return s.rows.Len() }

func (s nouns[T]) ByID(id int64) (*T, bool) {
	row, ok := s.rows.Find(id)
	if !ok {
		return nil, false
	}
	return s.noun(row), true
}

func (s nouns[T]) ByCode(code string) (*T, bool) {
	row, ok := s.rows.FindCode(code)
	if !ok {
		return nil, false
	}
	return s.noun(row), true
}

func (s nouns[T]) Area(id int64) int32 {
	if row, ok := s.rows.Find(id); ok {
		return row.Area
	}
	return coverage.NoArea
}

func (s nouns[T]) All() iter.Seq[*T] {
	return func(yield func(*T) bool) {
		for row := range s.rows.All() {
			if !yield(s.noun(row)) {
				return
			}
		}
	}
}

func (s nouns[T]) Search(box lattice.Box) iter.Seq[*T] {
	return func(yield func(*T) bool) {
		for _, i := range s.rows.Search(box, nil) {
			if !yield(s.noun(s.rows.Row(i))) {
				return
			}
		}
	}
}

// noun cannot fail: records are checked before they become rows.
func (s nouns[T]) noun(row Row) *T {
	o, err := s.decode(row.ID, row.Body)
	if err != nil {
		panic(err)
	}
	return o
}
