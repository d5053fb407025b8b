package world

import (
	"cmp"
	"iter"
	"slices"
	"time"

	"onegrid/geo"
)

// posts are few and change rarely: the index is made anew with every change.
type posts struct {
	byID   []*geo.Post
	byCode map[string][]*geo.Post // of what they answer for, by ID
}

func newPosts(all []*geo.Post) *posts {
	slices.SortFunc(all, func(a, b *geo.Post) int { return cmp.Compare(a.ID, b.ID) })
	p := &posts{byID: all, byCode: make(map[string][]*geo.Post, len(all))}
	for _, post := range all {
		for _, codes := range [2][]string{post.Areas, post.Units} {
			for _, code := range codes {
				if held := p.byCode[code]; len(held) == 0 || held[len(held)-1] != post {
					p.byCode[code] = append(held, post)
				}
			}
		}
	}
	return p
}

// changed returns the posts with some put and some, by code, deleted.
func (p *posts) changed(put map[string]*geo.Post) *posts {
	var all []*geo.Post
	for _, post := range p.byID {
		if _, touched := put[post.Code]; !touched {
			all = append(all, post)
		}
	}
	for _, post := range put {
		if post != nil {
			all = append(all, post)
		}
	}
	return newPosts(all)
}

// Posts returns the posts that answer for a code (grid, building or unit) at a
// time, by ID.
func (w *World) Posts(code string, at time.Time) []*geo.Post {
	var out []*geo.Post
	for _, p := range w.posts.byCode[code] {
		if (p.From == nil || !at.Before(*p.From)) && (p.To == nil || at.Before(*p.To)) {
			out = append(out, p)
		}
	}
	return out
}

// AllPosts gives every post, of any time, by ID.
func (w *World) AllPosts() iter.Seq[*geo.Post] { return slices.Values(w.posts.byID) }
