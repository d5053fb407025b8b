package main

import (
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"time"

	"onegrid/geo"
	"onegrid/geo/exchange"
)

// Bounds of what may be sent.
const (
	maxUpload  = 4 << 30
	maxParents = 256 << 20
	maxFiles   = 64               // a Shapefile is five
	maxStall   = 30 * time.Second // without a byte
)

// upload is what was sent, on disk.
type upload struct {
	files   []exchange.File
	parents io.Reader
	temp    []*os.File
}

func (u *upload) close() {
	for _, f := range u.temp {
		f.Close()
		os.Remove(f.Name())
	}
}

// receive spools the body to disk, so that a slow sender holds no memory: either
// a multipart form with `file` (several, the parts of a Shapefile each) and
// `parents`, or one bare file. What a file is, is told by its content.
func receive(w http.ResponseWriter, r *http.Request, progress exchange.Progress) (*upload, error) {
	u := &upload{}
	conn := http.NewResponseController(w)
	r.Body = &lively{r.Body, conn}
	err := u.receive(r, progress)
	if err != nil {
		u.close()
		return nil, err
	}
	_ = conn.SetReadDeadline(time.Time{}) // or the wait for the answer would count
	if len(u.files) == 0 {
		return nil, geo.Errorf(geo.Invalid, "no file was sent").On("file", "")
	}
	return u, nil
}

// lively is a body that breaks off when nothing comes for a while.
type lively struct {
	io.ReadCloser
	conn *http.ResponseController
}

func (l *lively) Read(p []byte) (int, error) {
	_ = l.conn.SetReadDeadline(time.Now().Add(maxStall)) // tests have no connection
	return l.ReadCloser.Read(p)
}

func (u *upload) receive(r *http.Request, progress exchange.Progress) error {
	progress("receiving", 0, 0)
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "multipart/form-data" {
		return u.spool("body", "", r.Body, maxUpload)
	}
	form, err := r.MultipartReader()
	if err != nil {
		return &geo.Error{Kind: geo.Invalid, Message: "not a multipart form", Err: err}
	}
	left := int64(maxUpload)
	for {
		p, err := form.NextPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return &geo.Error{Kind: geo.Invalid, Message: "reading the multipart form", Err: err}
		}
		if err := u.part(p, &left); err != nil {
			return err
		}
	}
}

func (u *upload) part(p *multipart.Part, left *int64) error {
	name := p.FormName()
	switch {
	case name == "parents" && u.parents != nil, name == "file" && len(u.files) == maxFiles:
		return geo.Errorf(geo.Invalid, "too many parts are named %q", name).On(name, p.FileName())
	case name == "parents":
		return u.spool(name, p.FileName(), p, maxParents)
	case name == "file":
		err := u.spool(name, p.FileName(), p, *left)
		if err == nil {
			info, _ := u.temp[len(u.temp)-1].Stat()
			*left -= info.Size()
		}
		return err
	}
	return geo.Errorf(geo.Invalid, "a form has parts named file and parents").On(name, p.FileName())
}

func (u *upload) spool(field, name string, r io.Reader, limit int64) error {
	f, err := os.CreateTemp("", "onegrid-import-*")
	if err != nil {
		return geo.Unwritten("the file", err)
	}
	u.temp = append(u.temp, f)
	return u.fill(f, field, name, r, limit)
}

// fill takes a file of the form into one of ours.
func (u *upload) fill(f *os.File, field, name string, r io.Reader, limit int64) error {
	n, err := exchange.Spool(f, io.LimitReader(r, limit+1))
	if err != nil {
		return err
	}
	if n > limit {
		return geo.Errorf(geo.TooLarge, "files have at most %d bytes together", limit).On(field, name)
	}
	if n == 0 {
		return geo.Errorf(geo.Invalid, "the file is empty").On(field, name)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if field == "parents" {
		u.parents = f
		return nil
	}
	if name == "" {
		name = "the file sent"
	}
	u.files = append(u.files, exchange.File{Name: name, Reader: f})
	return nil
}
