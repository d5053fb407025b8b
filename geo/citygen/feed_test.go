package citygen

import (
	"iter"
	"math"
	"testing"
	"time"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

func TestFeedIsAStreamOfItsSeed(t *testing.T) {
	_, c := open(t, "dragonhill")
	from := time.Date(2026, 3, 2, 0, 0, 0, 0, time.FixedZone("", 8*3600))
	feed := func(seed int64) *Feed {
		f, err := NewFeed(placesOf(c), seed, 500, from)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	a, b, other := feed(1), feed(1), feed(2)
	same := 0
	for range 200 {
		x, y := a.Next(), b.Next()
		if x != y {
			t.Fatalf("%+v and %+v", x, y)
		}
		same += bool01(x.Incident.Point == other.Next().Incident.Point)
	}
	if same > 20 {
		t.Errorf("%d of 200 incidents of another seed lie at the same places", same)
	}
}

// A month of incidents: as many as asked for, more by day than by night, in
// order, each at a place where its category happens.
func TestFeedLooksLikeAMonth(t *testing.T) {
	_, c := open(t, "dragonhill")
	places := placesOf(c)
	from := time.Date(2026, 3, 1, 0, 0, 0, 0, time.FixedZone("", 8*3600))
	feed, err := NewFeed(places, 7, 400, from)
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]category{}
	for _, k := range categories {
		known[k.id] = k
	}
	sensors := map[lattice.Point]string{}
	for _, d := range c.Devices {
		sensors[d.Point] = d.Kind
	}
	land := c.Base[0].Shape.Polygons
	last := from
	total, forenoon, night := 0, 0, 0
	seen := map[string]bool{}
	for {
		item := feed.Next()
		in := item.Incident
		if in.At.After(from.AddDate(0, 0, 30)) {
			break
		}
		k, ok := known[in.Category]
		if !ok || in.Urgency != k.urgency || in.State != "open" || in.Source == "" || in.At.Before(last.Truncate(time.Millisecond)) || item.Lasts <= 0 || seen[in.Code] {
			t.Fatalf("%+v", item)
		}
		if lattice.Side(land, in.Point) != 1 {
			t.Errorf("%s lies outside", in.Code)
		}
		if k.spot == atSensor && sensors[in.Point] != k.id {
			t.Errorf("%s, %s, is not at such a sensor", in.Code, in.Category)
		}
		last, seen[in.Code] = in.At, true
		total++
		switch h := in.At.Hour(); {
		case h >= 9 && h < 12:
			forenoon++
		case h >= 1 && h < 4:
			night++
		}
	}
	if math.Abs(float64(total)-12_000) > 700 {
		t.Errorf("%d incidents in 30 days at 400 a day", total)
	}
	if forenoon < 5*night {
		t.Errorf("%d incidents in the forenoon, %d in the same three hours of the night", forenoon, night)
	}
}

func TestFeedNeedsPlacesAndARate(t *testing.T) {
	_, c := open(t, "dragonhill")
	if _, err := NewFeed(Places{}, 1, 10, time.Now()); geo.KindOf(err) != geo.Invalid {
		t.Errorf("no places: %v", err)
	}
	for _, rate := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		if _, err := NewFeed(placesOf(c), 1, rate, time.Now()); geo.KindOf(err) != geo.Invalid {
			t.Errorf("a rate of %v: %v", rate, err)
		}
	}
}

func placesOf(c *City) Places {
	return PlacesOf(refs(c.Buildings), refs(c.Devices), refs(c.Sites), refs(c.Base))
}

func refs[T any](s []T) iter.Seq[*T] {
	return func(yield func(*T) bool) {
		for i := range s {
			if !yield(&s[i]) {
				return
			}
		}
	}
}
