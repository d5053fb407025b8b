package citygen

import (
	"onegrid/geo"
	"time"
)

// Item is one incident of a feed and how long it stays open.
type Item struct {
	Incident geo.Incident
	Lasts    time.Duration
}

type spotKind uint8

const (
	atHome spotKind = iota
	onStreet
	atShop
	atSensor
)
