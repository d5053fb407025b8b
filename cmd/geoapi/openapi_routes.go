package main

import (
	"maps"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"onegrid/cmd/internal/server"
	"onegrid/geo"
	"onegrid/geo/problem"
)

// rowDefaults are the query parameters of locate besides the point: in a batch,
// the defaults of its rows.
func rowDefaults() []*huma.Param {
	return []*huma.Param{
		query("crs", "string", "Coordinate system of the point: wgs84, cgcs2000, gcj02, bd09, or the EPSG code of a CGCS2000 Gauss-Krüger zone (4491 to 4554; then lon is the easting and lat the northing). Never guessed."),
		query("level", "string", "Level of the basic network that is to answer; the finest unless said. Where it does not exist, the nearest above answers."),
		query("networks", "string", "Other networks to list, separated by commas; all unless said, none when empty."),
		query("include", "string", "What to show besides, separated by commas: chain, neighbours, boundary, explain; in NDJSON also full, for answers in the form of a single one. chain unless said, in a batch nothing. Given and empty, the border is left out too: that is several times faster."),
		query("on_outside", "string", "What to do with a point outside the jurisdiction.", "reject", "nearest"),
		query("max_m", "number", "How far the nearest grid may be, in metres; with on_outside=nearest."),
	}
}

func describeLocate(d *describer) {
	point := []*huma.Param{
		needed(query("lon", "number", "Longitude in degrees, or easting in metres.")),
		needed(query("lat", "number", "Latitude in degrees, or northing in metres.")),
	}
	withPoint := append(point, rowDefaults()...)
	needed(withPoint[2])
	d.add(operation{route: "locate", tag: "locate",
		summary: "Whose grid is a place in?",
		text: "The ETag tells the state of the layers that the answer used; callers for a part of the city get none. " +
			"403 at a place that is not in the caller's part, one outside the jurisdiction included. Networks that the caller does not see are neither listed nor known.",
		params: withPoint, answer: content[locateAnswer](d, "application/json"), errors: []int{400}})
	d.add(operation{route: "locate-body", tag: "locate",
		summary: "Whose grid is a place in? (JSON)", body: content[locateRequest](d, "application/json"),
		answer: content[locateAnswer](d, "application/json"), errors: []int{400, 413, 415}})
	csv := plain("text/csv", "A header with at least lon and lat (and crs, if it differs by row), then rows. "+
		"The answer repeats every column and adds status,code,owner,distance_m,edition,warnings,error.")
	lines := plain("application/x-ndjson", "A locate request a line, each with an optional id that the answer repeats; an answer or a problem a line.")
	maps.Copy(csv, lines)
	d.add(operation{route: "locate-batch", tag: "locate",
		summary: "Whose grids are these places in?",
		text: "Streams: any length, the order kept, one edition for the whole batch, one error for each bad row and never a lost row. " +
			"An answer that was cut off, because the upload broke or the server had to stop, lacks its last chunk, and the client reports an error: what came is right, and not all. HTTP/1.0, which has no chunks, is refused. Text is UTF-8. " +
			"The query holds the defaults of the rows. Answers in NDJSON are brief: areas without names and posts, the edition without its times, the location only where it was converted, no words unless include has explain, no chain unless asked for. With include=full,chain they are those of GET /v1/locate. " +
			"A row at a place that is not the caller's has an error and no more. While anybody asks for single places, all batches together compute on one processor less than there are.",
		params: rowDefaults(), body: csv, answer: csv, errors: []int{400, 415, 503}})
}

func describeGrids(d *describer) {
	d.add(operation{route: "grid", tag: "grids", summary: "A grid's card",
		text:   "An area that the caller does not see is 404, as one that is not there: otherwise the answer would tell that it is. What stands above the caller's part of the city is seen, without its figures.",
		answer: content[gridCard](d, "application/json"), errors: []int{404}})
	d.add(operation{route: "grid-children", tag: "grids",
		summary: "The areas below a grid", text: "Those that are seen. The code of a building answers with the stacked grids in it.",
		answer: content[gridChildren](d, "application/json"), errors: []int{404}})
	d.add(operation{route: "grid-neighbours", tag: "grids",
		summary: "The grids of the same level beside a grid",
		answer:  content[gridNeighbours](d, "application/json"), errors: []int{404}})
	d.add(operation{route: "grid-boundary", tag: "grids",
		summary: "A grid's outline, exactly", text: "A GeoJSON Feature (RFC 7946).",
		answer: content[gridFeature](d, "application/geo+json"), errors: []int{404}})
	d.add(operation{route: "suggest", tag: "grids",
		summary: "Grids, estates, buildings and sites by a part of their name, code or address",
		params:  []*huma.Param{query("q", "string", "What to look for."), query("limit", "integer", "At most so many, 1 to 100; 10 unless said.")},
		answer:  content[suggestions](d, "application/json"), errors: []int{400}})
}

func describeIncidents(d *describer) {
	key := &huma.Param{Name: "Idempotency-Key", In: "header", Schema: &huma.Schema{Type: "string"},
		Description: "Makes a retry safe: the same key gives the same answer and no second incident."}
	d.add(operation{route: "open-incident", tag: "incidents",
		summary: "Report an incident", text: "Routed to the basic grid, kept on disk, then answered.",
		params: []*huma.Param{key}, body: content[incidentReport](d, "application/json"), status: http.StatusCreated,
		answer: content[incidentKept](d, "application/json"), errors: []int{400, 409, 413, 415, 503, 507}})
	d.add(operation{route: "incidents", tag: "incidents", summary: "Incidents, the open ones unless said",
		text: "In the order of their ids, which is that in which they were kept; an id is never given twice, so that pages neither repeat nor miss one. " +
			"To read on, ask again with after = next. A page may be short or empty although more follows: go on until next is null.",
		params: []*huma.Param{query("state", "string", "open unless said.", "open", "closed", "all"),
			query("grid", "string", "Code of an area of the basic network: only those that lie in it today."),
			query("after", "integer", "Only ids above this one."),
			query("limit", "integer", "At most so many, 1 to 10000; 10000 unless said.")},
		answer: content[incidentCollection](d, "application/geo+json"), errors: []int{400, 404, 503}})
	d.add(operation{route: "incident", tag: "incidents", summary: "An incident, open or closed", text: "404 as well where the caller does not see it.",
		answer: content[incidentFeature](d, "application/geo+json"), errors: []int{404}})
	d.add(operation{route: "move-incident", tag: "incidents", summary: "Close an incident",
		body: content[stateMove](d, "application/json"), answer: content[stateMoved](d, "application/json"), errors: []int{400, 404, 415}})
}

func describeEvents(d *describer) {
	d.add(operation{route: "events", tag: "events",
		summary: "What happens, as it happens",
		text: "Server-sent events: each a CloudEvent 1.0 in JSON whose id is its number in the change log. " +
			"A consumer that was away sends Last-Event-ID and misses nothing; one too far behind gets the event reload and reads the present state. " +
			"Kinds above the caller's classes are not told, and asked for by name they are 403 (incident.*: restricted; post.changed, device.state: internal). " +
			"Of what lies outside the caller's part of the city nothing is told; of what has left it, and of changes to whole layers, that it happened and not what.",
		params: []*huma.Param{
			query("kinds", "string", "Only these kinds, separated by commas: incident.routed, incident.moved, incident.closed, grid.changed, edition.in_force, post.changed, device.state, layer.changed, scheme.changed."),
			query("network", "string", "Only what concerns these networks, separated by commas."),
			query("subtree", "string", "Only what concerns this area of the basic network, or lies in it."),
			query("after", "integer", "Begin after this number, as Last-Event-ID."),
			{Name: "Last-Event-ID", In: "header", Schema: &huma.Schema{Type: "integer"}, Description: "The last number that was heard."},
		},
		answer: plain("text/event-stream", "id: SEQ, event: KIND, data: a CloudEvent"), errors: []int{400, 404, 503}})
}

func describeImports(d *describer) {
	id := "Prepared first and shown as a preview with its report; accepted whole or not at all. It replaces a layer, so a key for a part of the city or for other networks is refused."
	files := plain("multipart/form-data", "Parts named file (GeoJSON or TopoJSON, gzipped too; a GeoPackage; a zip archive with a Shapefile, or its parts, each as a file) and parents (CSV).")
	for _, kind := range []string{"application/geo+json", "application/zip", "application/geopackage+sqlite3", "application/octet-stream"} {
		maps.Copy(files, plain(kind, "One file; what it is, is told by its content."))
	}
	d.add(operation{route: "import", tag: "imports", summary: "Prepare an import", text: id,
		body: files, answer: content[importResult](d, "application/json"), errors: []int{400, 409, 413, 415, 503, 507}})
	d.add(operation{route: "imports", tag: "imports", summary: "The previews that wait",
		answer: content[importsWaiting](d, "application/json")})
	d.add(operation{route: "import-preview", tag: "imports", summary: "A preview",
		answer: content[importResult](d, "application/json"), errors: []int{404}})
	d.add(operation{route: "import-accept", tag: "imports", summary: "Accept a preview",
		status: http.StatusCreated, answer: content[importResult](d, "application/json"), errors: []int{404, 409, 503, 507}})
	exported := map[string]*huma.MediaType{}
	for _, kind := range exportTypes {
		exported[kind[0]] = &huma.MediaType{Schema: &huma.Schema{Type: "string", Format: "binary"}}
	}
	d.add(operation{route: "export", tag: "imports", summary: "A layer as a file",
		text: "grids, estates, buildings, devices, sites, posts, base or incidents (the open ones), as far as the caller sees them: a key for a part of the city gets that part. What was exported imports to the very same boundaries. Each export is in the audit.",
		params: []*huma.Param{query("network", "string", "Of grids: the network; the basic one unless said."), query("level", "string", "Of grids: the level; all unless said."),
			query("format", "string", "geojson unless said.", "geojson", "topojson", "shapefile", "geopackage"),
			query("crs", "string", "wgs84 unless said; of Shapefiles and GeoPackages also a Gauss-Krüger zone."),
			query("encoding", "string", "Of Shapefiles: utf-8 unless said, or gbk.")},
		answer: exported, errors: []int{400, 404, 503, 507}})
	d.add(operation{route: "import-drop", tag: "imports", summary: "Drop a preview",
		status: http.StatusNoContent, errors: []int{404}})
}

func describeSessions(d *describer) {
	d.add(operation{route: "open-session", tag: "sessions", summary: "Sign in with a key",
		text: "For pages: the session is a cookie. It lasts 12 hours, of a wall's key as long as the key, and never longer than that. Programs send their key as Authorization: Bearer KEY instead.",
		body: content[signIn](d, "application/json"), status: http.StatusCreated,
		answer: content[sessionView](d, "application/json"), errors: []int{400, 413, 415, 503},
		others: map[int]map[string]*huma.MediaType{http.StatusUnauthorized: content[RefusedView](d, problem.MediaType), http.StatusTooManyRequests: content[RefusedView](d, problem.MediaType)}})
	d.add(operation{route: "session", tag: "sessions", summary: "Who one is",
		answer: content[sessionView](d, "application/json"), errors: []int{429, 503},
		others: map[int]map[string]*huma.MediaType{http.StatusUnauthorized: content[NobodyView](d, problem.MediaType)}})
	d.add(operation{route: "end-session", tag: "sessions", summary: "Sign out",
		status: http.StatusNoContent, errors: []int{400, 401}})
	d.add(operation{route: "begin-oidc", tag: "sessions", summary: "Sign in with OpenID Connect",
		text:   "For browsers: leads to the issuer that the scheme names, from there back to the callback, and then to a page.",
		params: []*huma.Param{query("to", "string", "The page's path, with its query; /wall unless said.")},
		status: http.StatusSeeOther, errors: []int{400, 404, 413, 503}})
	d.add(operation{route: "finish-oidc", tag: "sessions", summary: "Where the issuer of OpenID Connect leads back to",
		text: "Opens a session for the browser that began, and leads to the page that it was begun for; where nobody is let in, browsers to /sign-in?why=KIND, with the kind of problem.",
		params: []*huma.Param{
			query("state", "string", "Of the sign-in that this browser began."), query("code", "string", "What the issuer gives for a token."),
			query("error", "string", "Why the issuer let nobody in."), query("iss", "string", "The issuer."),
		},
		status: http.StatusSeeOther, errors: []int{401, 403, 404, 429, 503}})
}

func describeRest(d *describer) {
	d.add(operation{route: "scheme", tag: "city", summary: "The deployment's setting",
		text:   "Its networks as far as the caller sees them. The part access is for admins of the whole city.",
		answer: content[geo.Scheme](d, "application/json")})
	d.add(operation{route: "editions", tag: "city", summary: "The editions",
		answer: content[editionList](d, "application/json"), errors: []int{503}})
	d.add(operation{route: "health", tag: "service", summary: "The process runs",
		answer: content[server.Health](d, "application/json")})
	d.add(operation{route: "ready", tag: "service", summary: "It has a world to answer from",
		answer: content[server.Readiness](d, "application/json")})
	d.add(operation{route: "metrics", tag: "service", summary: "Prometheus metrics",
		answer: plain("text/plain", "Prometheus text format.")})
	d.add(operation{route: "openapi", tag: "service", summary: "This description",
		answer: map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{Type: "object"}}}})
	d.add(operation{route: "docs", tag: "service", summary: "This description, to read",
		answer: plain("text/html", "A page.")})
}
