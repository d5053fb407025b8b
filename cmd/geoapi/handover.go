package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"onegrid/cmd/internal/server"
	"onegrid/geo/exchange"
	"onegrid/geo/problem"
)

// hand gives the import to the server that holds the store, over its loopback
// API, and shows its progress.
func (c *importCommand) hand(ctx context.Context, t *server.Terminal, address string, show *progress) error {
	body, kind, err := c.upload()
	if err != nil {
		return err
	}
	defer body.Close()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+address+"/v1/imports?"+c.query().Encode(), body)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Accept", ndjson)
	pass, end, err := openPass(ctx, string(c.Store))
	if err != nil {
		return err
	}
	defer end()
	if pass != "" {
		r.Header.Set("Authorization", "Bearer "+pass)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return fmt.Errorf("handing the import to the server at %s, which holds the store: %w", address, err)
	}
	defer answer.Body.Close()
	result, err := readSteps(answer.Body, show)
	if err != nil {
		return err
	}
	show.done()
	return c.tell(t, *result)
}

// query is the import's flags as the HTTP call takes them.
func (c *importCommand) query() url.Values {
	q := url.Values{"as": {c.As}, "gaps": {c.Gaps}}
	for name, value := range map[string]string{"network": c.Network, "level": c.Level, "priority": strings.Join(c.Priority, ","),
		"crs": c.CRS, "layer": c.Layer, "encoding": c.Encoding, "snap_to": c.SnapTo} {
		if value != "" {
			q.Set(name, value)
		}
	}
	for ours, theirs := range c.fields() {
		q.Add("map", ours+"="+theirs)
	}
	if c.GapWidth > 0 {
		q.Set("gap_width", strconv.FormatFloat(c.GapWidth, 'f', -1, 64))
	}
	if c.SnapM != 0 {
		q.Set("snap_m", strconv.FormatFloat(c.SnapM, 'f', -1, 64))
	}
	if c.Accept {
		q.Set("accept", "true")
	}
	return q
}

// upload streams the files as a multipart body.
func (c *importCommand) upload() (body io.ReadCloser, kind string, err error) {
	names, err := c.parts()
	if err != nil {
		return nil, "", err
	}
	out, in := io.Pipe()
	form := multipart.NewWriter(in)
	go func() {
		err := func() error {
			if c.Parents != "" {
				if err := part(form, "parents", c.Parents); err != nil {
					return err
				}
			}
			for _, name := range names {
				if err := part(form, "file", name); err != nil {
					return err
				}
			}
			return form.Close()
		}()
		in.CloseWithError(err)
	}()
	return out, form.FormDataContentType(), nil
}

func part(form *multipart.Writer, field, name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	w, err := form.CreateFormFile(field, filepath.Base(name))
	if err != nil {
		return err
	}
	_, err = io.Copy(w, f)
	return err
}

// step is one line of an import's NDJSON answer: progress, or how it ended.
type step struct {
	Stage   string           `json:"stage,omitempty"`
	Done    int              `json:"done,omitempty"`
	Of      int              `json:"of,omitempty"`
	Result  *importResult    `json:"result,omitempty"`
	Problem *problem.Problem `json:"problem,omitempty"`
}

// readSteps shows the progress and returns how the import ended. A whole answer
// that is a problem, not a line, is read as one too.
func readSteps(r io.Reader, show *progress) (*importResult, error) {
	const longest = 256 << 20
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, longest)
	for lines.Scan() {
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 {
			continue
		}
		var s step
		if err := json.Unmarshal(line, &s); err != nil {
			return nil, fmt.Errorf("the server's answer is not one of ours: %w", err)
		}
		switch {
		case s.Result != nil:
			if s.Result.Preview == nil {
				s.Result.Preview = &exchange.Preview{}
			}
			return s.Result, nil
		case s.Problem != nil:
			return nil, s.Problem.Err()
		case s.Stage != "":
			show.show(s.Stage, s.Done, s.Of)
			continue
		}
		var p problem.Problem
		if json.Unmarshal(line, &p) == nil && p.Detail != "" {
			return nil, p.Err()
		}
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	return nil, errors.New("the server broke off; nothing was changed unless it says so in its log")
}
