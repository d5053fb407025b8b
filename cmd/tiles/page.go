package main

import (
	"crypto/sha256"
	"encoding/base64"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"

	"github.com/gin-gonic/gin"

	"onegrid/geo"
	"onegrid/geo/problem"
)

// pageRules is what a page may do: load from here what it is made of, and nothing
// from elsewhere. No script and no style stands in a page itself, so that a name
// with one in it does nothing; where elements get their sizes, scripts set them,
// which needs no leave.
const pageRules = "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; " +
	"img-src 'self'; style-src 'self'; font-src 'self'; " +
	"base-uri 'none'; form-action 'self'; frame-ancestors 'self'"

// notBuilt is what a page's address answers in a binary without the pages.
const notBuilt = "The pages are not in this binary. Run `make web`, then build it again.\n"

// page answers with one of the built pages.
func (s *service) page(name string) gin.HandlerFunc {
	return func(c *gin.Context) {
		h := c.Writer.Header()
		h.Set("Content-Security-Policy", pageRules)
		h["Cache-Control"] = revalidate
		body, err := fs.ReadFile(s.pages, name+".html")
		if err != nil {
			c.Data(http.StatusServiceUnavailable, "text/plain; charset=utf-8", []byte(notBuilt))
			return
		}
		s.file(c, name+".html", body)
	}
}

// asset answers GET /assets/{path}: files named by their content, which never
// change.
func (s *service) asset(c *gin.Context) {
	name := path.Join("assets", c.Param("path"))
	body, err := fs.ReadFile(s.pages, name)
	if err != nil || !strings.HasPrefix(name, "assets/") {
		problem.Abort(c, geo.Errorf(geo.NotFound, "there is no file %s", c.Request.URL.Path))
		return
	}
	c.Writer.Header()["Cache-Control"] = forever
	s.file(c, name, body)
}

// root answers files that browsers look for at the root, and sends the root
// itself to the wall.
func (s *service) root(c *gin.Context) {
	if c.Request.URL.Path == "/" {
		c.Redirect(http.StatusFound, "/wall")
		return
	}
	name := strings.TrimPrefix(path.Clean(c.Request.URL.Path), "/")
	body, err := fs.ReadFile(s.pages, name)
	if err != nil || strings.HasSuffix(name, ".html") || strings.HasPrefix(path.Base(name), ".") {
		problem.Abort(c, geo.Errorf(geo.NotFound, "there is nothing at %s", problem.Clip(c.Request.URL.Path)).On("path", c.Request.URL.Path))
		return
	}
	c.Writer.Header()["Cache-Control"] = revalidate
	s.file(c, name, body)
}

func (s *service) file(c *gin.Context, name string, body []byte) {
	kind := mime.TypeByExtension(path.Ext(name))
	if kind == "" {
		kind = http.DetectContentType(body)
	}
	sum := sha256.Sum256(body)
	h := c.Writer.Header()
	tag := `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
	h["Etag"] = []string{tag}
	vary(h, byEncoding)
	if got, ok := anyTag(c.GetHeader("If-None-Match"), func(t string) bool { return `"`+t+`"` == tag }); ok {
		h["Etag"] = []string{got}
		c.Status(http.StatusNotModified)
		c.Writer.WriteHeaderNow()
		return
	}
	h["Content-Type"] = []string{kind}
	c.Status(http.StatusOK)
	c.Writer.Write(body)
}
