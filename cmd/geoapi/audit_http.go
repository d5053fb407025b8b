package main

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"onegrid/geo"
	"onegrid/geo/problem"
)

// recorder keeps acts in the audit.
type recorder interface {
	Record(ctx context.Context, acts ...geo.Act) error
}

// Limits of what the other program hands over at once.
const (
	maxActs     = 1000
	maxActsBody = 1 << 20
)

// actsBody is the body of POST /v1/audit.
type actsBody struct {
	Acts []geo.Act `json:"acts" doc:"What callers did, the oldest first."`
}

// readsRecorded answers POST /v1/audit: tiles, which never writes to the store,
// hands over what it sampled of callers' reads. It is believed in what they read
// and in nothing else: that is all it can know of.
func readsRecorded(to recorder) gin.HandlerFunc {
	return func(c *gin.Context) {
		acts, err := readsOf(c)
		if err == nil {
			err = to.Record(c.Request.Context(), acts...)
		}
		if err != nil {
			problem.Abort(c, err)
			return
		}
		c.Writer.Header()["Cache-Control"] = never
		c.Status(http.StatusNoContent)
		c.Writer.WriteHeaderNow()
	}
}

func readsOf(c *gin.Context) ([]geo.Act, error) {
	if err := noQuery(c); err != nil {
		return nil, err
	}
	body, err := readBody(c, nil, maxActsBody)
	if err != nil {
		return nil, err
	}
	var in actsBody
	if err := decodeStrict(body, &in); err != nil {
		return nil, err
	}
	if n := len(in.Acts); n == 0 || n > maxActs {
		return nil, geo.Errorf(geo.Invalid, "there are %d acts: want 1 to %d", n, maxActs).On("acts", "")
	}
	for _, a := range in.Acts {
		if a.Do != "tiles.read" && a.Do != "live.read" || a.Seq != 0 || a.At.IsZero() {
			return nil, geo.Errorf(geo.Invalid, "the act %q of %q is no read of tiles", a.Do, a.Actor).On("acts", a.Do)
		}
	}
	return in.Acts, nil
}

func describeAudit(d *describer) {
	d.add(operation{route: "record-reads", tag: "access", summary: "Keep what was read in the audit",
		text: "For the program that serves tiles alone, which samples the reads of restricted ones.",
		body: content[actsBody](d, "application/json"), status: http.StatusNoContent, errors: []int{400, 403}})
}
