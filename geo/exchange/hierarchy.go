package exchange

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"strings"

	"onegrid/geo"
)

// hierarchy is a CSV of parents: its header names levels, finest first, and a
// row gives an area of the finest level with its ancestors. Ancestors that have
// no record of their own are created from their codes.
type hierarchy struct {
	parent map[string]string // code -> code of the level above
	level  map[string]string // code -> level
	order  []string          // codes as met, so that the result does not hang on a map's order
}

const maxHierarchyRows = 10_000_000

// readHierarchy reads the CSV for a network.
func readHierarchy(r io.Reader, n *geo.Network) (*hierarchy, error) {
	b := bufio.NewReader(r)
	skipMark(b)
	c := csv.NewReader(b)
	c.ReuseRecord = true
	header, err := c.Read()
	if err != nil {
		return nil, &geo.Error{Kind: geo.Invalid, Message: "the hierarchy has no header", Err: err}
	}
	levels := make([]string, len(header))
	above := len(n.Levels)
	for i, id := range header {
		id = strings.TrimSpace(id)
		at := n.LevelIndex(id)
		if at < 0 {
			return nil, geo.Errorf(geo.Invalid, "the hierarchy's header names levels, finest first; network %q has no level %q", n.ID, id).On("header", id)
		}
		if at >= above {
			return nil, geo.Errorf(geo.Invalid, "the hierarchy's header runs from the finest level up; %q stands too far right", id).On("header", id)
		}
		above = at
		levels[i] = strings.Clone(id)
	}
	h := &hierarchy{parent: map[string]string{}, level: map[string]string{}}
	for row := 2; ; row++ {
		record, err := c.Read()
		if errors.Is(err, io.EOF) {
			return h, nil
		}
		if err != nil {
			return nil, &geo.Error{Kind: geo.Invalid, Message: "reading the hierarchy", Row: row, Err: err}
		}
		if row > maxHierarchyRows {
			return nil, geo.Errorf(geo.TooLarge, "a hierarchy has at most %d rows", maxHierarchyRows)
		}
		if err := h.add(record, levels, row); err != nil {
			return nil, err
		}
	}
}

// add takes one row. An empty cell is a level that this chain skips.
func (h *hierarchy) add(record, levels []string, row int) error {
	child := ""
	for i, code := range record {
		if code = strings.TrimSpace(code); code == "" {
			continue
		}
		code = strings.Clone(code)
		if known, ok := h.level[code]; ok && known != levels[i] {
			return (&geo.Error{Kind: geo.Invalid, Row: row, Message: "code " + code + " stands under " + known + " and under " + levels[i]}).On(levels[i], code)
		} else if !ok {
			h.level[code] = levels[i]
			h.order = append(h.order, code)
		}
		if child != "" {
			if known, ok := h.parent[child]; ok && known != code {
				return (&geo.Error{Kind: geo.Invalid, Row: row, Message: "code " + child + " has two parents, " + known + " and " + code}).On(levels[i], code)
			}
			h.parent[child] = code
		}
		child = code
	}
	return nil
}

// grids returns a record for every code of the hierarchy that known lacks.
func (h *hierarchy) grids(n *geo.Network, known map[string]bool) []geo.Grid {
	var out []geo.Grid
	for _, code := range h.order {
		if !known[code] {
			out = append(out, geo.Grid{Code: code, Network: n.ID, Level: h.level[code], Parent: h.parent[code], Name: geo.Plain(code)})
		}
	}
	return out
}

func itoa(n int) string { return strconv.Itoa(n) }
