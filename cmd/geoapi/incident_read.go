package main

import (
	"context"
	"strconv"

	"github.com/gin-gonic/gin"

	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/problem"
)

// appendIncident writes an incident as a GeoJSON Feature.
func appendIncident(b []byte, v access.View, in *geo.Incident) []byte {
	b = append(b, `{"type":"Feature","id":`...)
	b = appendInt(b, in.ID)
	b = append(b, `,"geometry":{"type":"Point","coordinates":`...)
	b = in.Point.AppendJSON(b)
	b = append(b, `},"properties":`...)
	b = appendJSON(b, in)
	b = append(b[:len(b)-1], `,"owner_name":`...)
	if p, err := findGrid(v, in.Owner); err == nil {
		b = appendText(b, p.Grid().Name)
	} else {
		b = append(b, "null"...)
	}
	return append(b, "}}"...)
}

// incident answers GET /v1/incidents/{id}, open or closed.
func (s *service) incident(c *gin.Context) {
	id, err := incidentID(c)
	if err == nil {
		err = noQuery(c)
	}
	if err != nil {
		problem.Abort(c, err)
		return
	}
	v := s.view(c)
	in, err := s.incidentSeen(c.Request.Context(), v, id)
	if err != nil {
		problem.Abort(c, err)
		return
	}
	s.reads.Note(access.Of(c), incidentsRead, strconv.FormatInt(id, 10))
	c.Writer.Header()["Cache-Control"] = never
	answer(c, geojsonType, appendIncident(nil, v, in))
}

// incidentSeen returns an incident, open or closed. One that is not seen is not
// there: nobody learns that it exists.
func (s *service) incidentSeen(ctx context.Context, v access.View, id int64) (*geo.Incident, error) {
	if err := v.Must(geo.Incidents); err != nil {
		return nil, err
	}
	in, open := v.World().Incidents().ByID(id)
	if !open {
		stored, err := s.store.Incident(ctx, id)
		if err != nil {
			return nil, err
		}
		in = &stored
	}
	if !v.Incident(in) {
		return nil, geo.Errorf(geo.NotFound, "there is no incident %d", id).On("id", strconv.FormatInt(id, 10)) // as the store says
	}
	return in, nil
}

func incidentID(c *gin.Context) (int64, error) {
	text := c.Param("id")
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id < 1 {
		return 0, geo.Errorf(geo.NotFound, "there is no incident %s", strconv.QuoteToGraphic(clipped(text))).On("id", text)
	}
	return id, nil
}

// moveState answers POST /v1/incidents/{id}/state.
func (s *service) moveState(c *gin.Context) {
	id, err := incidentID(c)
	var body []byte
	if err == nil {
		err = noQuery(c)
	}
	if err == nil {
		body, err = readBody(c, nil, maxIncidentBody)
	}
	var to struct {
		State string `json:"state"`
	}
	if err == nil {
		err = decodeStrict(body, &to)
	}
	if err == nil && to.State != "closed" {
		err = geo.Errorf(geo.Invalid, "an incident can be closed; other states are not supported yet").On("state", to.State)
	}
	if err == nil {
		_, err = s.incidentSeen(c.Request.Context(), s.view(c), id)
	}
	if err != nil {
		problem.Abort(c, err)
		return
	}
	seq, err := s.store.CloseIncident(c.Request.Context(), access.Of(c).Actor(), id)
	if err != nil {
		problem.Abort(c, err)
		return
	}
	s.await(c.Request.Context(), seq)
	b := append([]byte(`{"id":`), strconv.FormatInt(id, 10)...)
	b = append(b, `,"state":"closed","seq":`...)
	b = append(appendInt(b, seq), '}')
	c.Writer.Header()["Cache-Control"] = never
	answer(c, jsonType, b)
}
