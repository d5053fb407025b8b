package record

import (
	"encoding/json"

	"onegrid/geo"
)

// FromJSON turns the body of a change of a static layer into a record.
func FromJSON(l geo.Layer, object []byte) (id int64, body []byte, err error) {
	switch l {
	case geo.Buildings:
		return fromJSON(object, AppendBuilding, func(o *geo.Building) int64 { return o.ID })
	case geo.Estates:
		return fromJSON(object, AppendEstate, func(o *geo.Estate) int64 { return o.ID })
	case geo.Sites:
		return fromJSON(object, AppendSite, func(o *geo.Site) int64 { return o.ID })
	case geo.Base:
		return fromJSON(object, AppendBase, func(o *geo.BaseFeature) int64 { return o.ID })
	}
	return 0, nil, geo.Errorf(geo.Internal, "%s is not a layer of records", l)
}

func fromJSON[T any](object []byte, write func([]byte, *T) []byte, id func(*T) int64) (int64, []byte, error) {
	var o T
	if err := json.Unmarshal(object, &o); err != nil {
		return 0, nil, err
	}
	return id(&o), write(nil, &o), nil
}
