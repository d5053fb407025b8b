package geo

// Objects are all the rows of one layer, as an import or a generator hands them
// to the store. Only the slice of the named layer is read.
type Objects struct {
	Layer     Layer
	Estates   []Estate
	Buildings []Building
	Devices   []Device
	Sites     []Site
	Posts     []Post
	Base      []BaseFeature
}

// Len is the number of rows of the named layer.
func (o *Objects) Len() int {
	switch o.Layer {
	case Estates:
		return len(o.Estates)
	case Buildings:
		return len(o.Buildings)
	case Devices:
		return len(o.Devices)
	case Sites:
		return len(o.Sites)
	case Posts:
		return len(o.Posts)
	case Base:
		return len(o.Base)
	}
	return 0
}
