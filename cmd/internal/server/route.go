package server

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/problem"
)

// Route is one line of a program's table of routes, the one place where a route
// is declared.
type Route struct {
	// Method is that of HTTP, or Any. Where GET is answered, so is HEAD.
	Method string
	// Path is written as in OpenAPI: /v1/grids/{code}. A last part {name...}
	// stands for all that follows.
	Path string
	// Name says what is done, and is unique in the program: the operation of the
	// documents, and what the audit calls it.
	Name string
	// May says who may call it. The zero value admits nobody.
	May    access.Right
	Handle gin.HandlerFunc
	// Stream marks an answer that goes on until somebody leaves. It has no HEAD,
	// which would never end, and bounds of its own of how many there are.
	Stream bool
	// Bulk marks work that may take long: it has a lane of its own, and sees to it
	// that its answer is read.
	Bulk bool
	// Always marks what answers however much is under way: that the process lives.
	Always bool
}

// long reports whether a request may take long. Its context ends when its caller is
// no longer let in.
func (r *Route) long() bool { return r.Stream || r.Bulk }

// Any is the method of a route that answers all of them, but for CONNECT and TRACE,
// which are between proxies: to hand them on could mix up the next request's bytes.
const Any = "ANY"

var anyMethod = []string{
	http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions,
}

// Handler answers the routes of a table, each behind the frame. otherwise
// answers what no route does; nil means a problem that says so.
func (f *Frame) Handler(routes []Route, otherwise gin.HandlerFunc) http.Handler {
	gin.SetMode(gin.ReleaseMode)
	g := gin.New()
	g.SetTrustedProxies(nil)
	g.RedirectTrailingSlash = false
	g.RedirectFixedPath = false
	g.HandleMethodNotAllowed = true
	g.UseRawPath, g.UnescapePathValues = true, true // a code may hold an escaped slash
	for _, r := range routes {
		path, watched := ginPath(r.Path), f.Watch(r)
		switch {
		case r.Method == Any:
			g.Match(anyMethod, path, watched, r.Handle)
		case r.Method == http.MethodGet && !r.Stream:
			g.HEAD(path, watched, r.Handle) // net/http leaves the body out
			fallthrough
		default:
			g.Handle(r.Method, path, watched, r.Handle)
		}
	}
	if otherwise == nil {
		otherwise = noPath
	}
	none := f.Watch(Route{Method: Any, Path: "none", May: access.Everyone})
	g.NoRoute(none, otherwise)
	g.NoMethod(none, noMethod)
	return g
}

func noPath(c *gin.Context) {
	path := c.Request.URL.Path
	problem.Abort(c, geo.Errorf(geo.NotFound, "there is no path %s", problem.Clip(path)).On("path", path))
}

func noMethod(c *gin.Context) {
	r := c.Request
	problem.Abort(c, geo.Errorf(problem.WrongMethod, "%s has %s, not %s", problem.Clip(r.URL.Path),
		c.Writer.Header().Get("Allow"), problem.Clip(r.Method)).On("method", r.Method))
}

// ginPath writes /v1/grids/{code} as gin does, /v1/grids/:code, and
// /assets/{path...} as /assets/*path.
func ginPath(path string) string {
	if at := strings.LastIndexByte(path, '{'); at >= 0 && strings.HasSuffix(path, "...}") {
		return ginPath(path[:at]) + "*" + strings.TrimSuffix(path[at+1:], "...}")
	}
	return strings.NewReplacer("{", ":", "}", "").Replace(path)
}
