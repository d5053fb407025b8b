package main

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"onegrid/cmd/internal/server"
	"onegrid/geo"
	"onegrid/geo/lattice"
	"onegrid/geo/problem"
)

// makeDocument makes the OpenAPI 3.1 description: huma turns the types of
// answers into schemas; the hot routes are described beside the others although
// no framework stands in their way.
func makeDocument(routes []server.Route) []byte {
	body, err := json.Marshal(describeAPI(routes))
	if err != nil {
		panic(err) // a test makes it
	}
	return body
}

// openAPI answers GET /openapi.json.
func (s *service) openAPI(c *gin.Context) {
	c.Writer.Header()["Cache-Control"] = briefly
	answer(c, jsonType, s.document())
}

//go:embed docs.html
var docsPage []byte

// docsRules is what the page may do: its one script and its one style, which the
// rules know by their hashes, and to read from here.
var docsRules = "default-src 'none'; script-src " + hashWithin(docsPage, "script") + "; style-src " + hashWithin(docsPage, "style") +
	"; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// hashWithin is the hash of a page's one element of a name, as rules write it.
func hashWithin(page []byte, name string) string {
	_, rest, _ := bytes.Cut(page, []byte("<"+name+">"))
	inner, _, _ := bytes.Cut(rest, []byte("</"+name+">"))
	sum := sha256.Sum256(inner)
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// docs answers GET /docs: a page that needs nothing from elsewhere.
func (s *service) docs(c *gin.Context) {
	h := c.Writer.Header()
	h.Set("Content-Security-Policy", docsRules)
	h["Cache-Control"] = briefly
	answer(c, []string{"text/html; charset=utf-8"}, docsPage)
}

// describer builds the description.
type describer struct {
	api    *huma.OpenAPI
	reg    huma.Registry
	routes map[string]server.Route // by name
}

// asText and asPoint stand for types of ours that write their own JSON.
type asText struct{}

func (asText) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Description: "A name: a string, or an object of language tag to string.", OneOf: []*huma.Schema{
		{Type: "string"},
		{Type: "object", AdditionalProperties: &huma.Schema{Type: "string"}},
		{Type: "null"},
	}}
}

type asPoint struct{}

func (asPoint) Schema(huma.Registry) *huma.Schema {
	two, three := 2, 3
	return &huma.Schema{Type: "array", Description: "[lon, lat] in degrees of WGS84.",
		Items: &huma.Schema{Type: "number"}, MinItems: &two, MaxItems: &three}
}

// orNull stands for a value of ours that may be null: huma has no word for it
// where the value is an object.
type orNull[T any] struct{}

func (orNull[T]) Schema(r huma.Registry) *huma.Schema {
	t := reflect.TypeFor[T]()
	return &huma.Schema{OneOf: []*huma.Schema{r.Schema(t, true, t.Name()), {Type: "null"}}}
}

func describeAPI(routes []server.Route) *huma.OpenAPI {
	reg := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	reg.RegisterTypeAlias(reflect.TypeFor[geo.Text](), reflect.TypeFor[asText]())
	reg.RegisterTypeAlias(reflect.TypeFor[lattice.Point](), reflect.TypeFor[asPoint]())
	d := &describer{reg: reg, routes: map[string]server.Route{}, api: &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info: &huma.Info{Title: "onegrid", Version: "1", Description: "Whose grid is this? Coordinates are longitude first. " +
			"Every request names its coordinate system. Every error is an RFC 9457 problem. " +
			"Unknown fields and query parameters are refused." + aboutAccess},
		Components: &huma.Components{Schemas: reg, SecuritySchemes: securitySchemes()},
	}}
	for _, r := range routes {
		d.routes[r.Name] = r
	}
	for _, describe := range []func(*describer){
		describeLocate, describeGrids, describeIncidents, describeEvents, describeImports, describeSessions, describeAudit, describeRest,
	} {
		describe(d)
	}
	return d.api
}

// operation is what the document tells of one route.
type operation struct {
	route, tag, summary, text string
	params                    []*huma.Param
	body, answer              map[string]*huma.MediaType
	status                    int
	errors                    []int
	others                    map[int]map[string]*huma.MediaType // answers besides
}

// add adds an operation. Every one may answer with a problem.
func (d *describer) add(o operation) {
	route, there := d.routes[o.route]
	if !there {
		panic("no route is named " + o.route)
	}
	if o.status == 0 {
		o.status = http.StatusOK
	}
	responses := map[string]*huma.Response{
		strconv.Itoa(o.status): {Description: http.StatusText(o.status), Content: o.answer},
	}
	for _, status := range o.errors {
		responses[strconv.Itoa(status)] = &huma.Response{Description: http.StatusText(status), Content: d.problem()}
	}
	for status, body := range o.others {
		responses[strconv.Itoa(status)] = &huma.Response{Description: http.StatusText(status), Content: body}
	}
	d.refusals(route, responses)
	responses["default"] = &huma.Response{Description: "A problem", Content: d.problem()}
	op := &huma.Operation{
		Method: route.Method, Path: route.Path, OperationID: route.Name, Tags: []string{o.tag},
		Summary: o.summary, Description: strings.TrimSpace(o.text + " " + callers(route.May)),
		Parameters: o.params, Responses: responses, Security: security(route.May),
	}
	for _, part := range strings.Split(route.Path, "/") {
		if strings.HasPrefix(part, "{") {
			op.Parameters = append(op.Parameters, &huma.Param{
				Name: strings.Trim(part, "{}"), In: "path", Required: true, Schema: &huma.Schema{Type: "string"},
			})
		}
	}
	if o.body != nil {
		op.RequestBody = &huma.RequestBody{Required: true, Content: o.body}
	}
	d.api.AddOperation(op)
}

func (d *describer) problem() map[string]*huma.MediaType {
	return content[problem.Problem](d, problem.MediaType)
}

// content describes a body of a media type by a type of ours.
func content[T any](d *describer, media string) map[string]*huma.MediaType {
	return map[string]*huma.MediaType{media: {Schema: d.reg.Schema(reflect.TypeFor[T](), true, reflect.TypeFor[T]().Name())}}
}

// plain describes a body that is text.
func plain(media, text string) map[string]*huma.MediaType {
	return map[string]*huma.MediaType{media: {Schema: &huma.Schema{Type: "string", Description: text}}}
}

// query describes a query parameter.
func query(name, kind, text string, options ...any) *huma.Param {
	return &huma.Param{Name: name, In: "query", Description: text, Schema: &huma.Schema{Type: kind, Enum: options}}
}

func needed(p *huma.Param) *huma.Param {
	p.Required = true
	return p
}
