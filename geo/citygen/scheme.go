package citygen

import (
	"fmt"
	"regexp"

	"onegrid/geo"
)

// The ids of the networks.
const (
	basicNetwork     = "basic"
	towersNetwork    = "towers"
	exclusiveNetwork = "exclusive"
)

var levelNames = map[string]geo.Text{
	"district":        {"zh": "区", "en": "District"},
	"street":          {"zh": "街道（镇）", "en": "Street or town"},
	"community":       {"zh": "社区（村）", "en": "Community"},
	"grid":            {"zh": "网格", "en": "Grid"},
	"building":        {"zh": "楼栋", "en": "Building"},
	"unit":            {"zh": "单元", "en": "Unit"},
	"household-group": {"zh": "十户单元", "en": "Ten-household unit"},
}

// codeDigits is how many digits a code has at each drawn level: the 12-digit
// statistical division code, and three more for a grid.
var codeDigits = map[string]int{"district": 6, "street": 9, "community": 12, "grid": 15}

// category is a kind of incident: how it is told, from which sources, how urgent,
// and how often in the day and in the night.
type category struct {
	id         string
	name       geo.Text
	urgency    string
	sources    []string
	day, night float64
	spot       spotKind
}

// The sources are those of a city's hotline and its sensors.
var categories = []category{
	{"noise", geo.Text{"zh": "噪音扰民", "en": "Noise"}, "normal", []string{"hotline", "resident"}, 6, 9, atHome},
	{"parking", geo.Text{"zh": "违规停车", "en": "Parking"}, "normal", []string{"camera", "hotline", "patrol"}, 12, 4, onStreet},
	{"property", geo.Text{"zh": "物业服务", "en": "Property management"}, "normal", []string{"hotline", "resident"}, 11, 1, atHome},
	{"refuse", geo.Text{"zh": "垃圾堆积", "en": "Refuse"}, "normal", []string{"patrol", "resident", "camera"}, 9, 1, onStreet},
	{"road-damage", geo.Text{"zh": "道路破损", "en": "Road damage"}, "normal", []string{"patrol", "hotline"}, 5, 0.5, onStreet},
	{"street-light", geo.Text{"zh": "路灯故障", "en": "Street light"}, "normal", []string{"resident", "patrol"}, 1, 4, onStreet},
	{"leak", geo.Text{"zh": "管道渗漏", "en": "Water leak"}, "normal", []string{"resident", "hotline"}, 5, 2, atHome},
	{"lift", geo.Text{"zh": "电梯困人", "en": "Lift trapped"}, "urgent", []string{"hotline"}, 1, 0.5, atHome},
	{"fire", geo.Text{"zh": "火情烟感", "en": "Smoke alarm"}, "urgent", []string{"sensor", "hotline"}, 0.7, 0.5, atHome},
	{"street-trade", geo.Text{"zh": "占道经营", "en": "Street trading"}, "normal", []string{"camera", "patrol"}, 7, 3, atShop},
	{"food-safety", geo.Text{"zh": "食品安全", "en": "Food safety"}, "normal", []string{"hotline"}, 3, 1, atShop},
	{"waterlogging", geo.Text{"zh": "内涝积水", "en": "Waterlogging"}, "urgent", []string{"sensor"}, 0.6, 0.6, atSensor},
	{"water-level", geo.Text{"zh": "水位超限", "en": "Water level"}, "urgent", []string{"sensor"}, 0.3, 0.3, atSensor},
	{"greenery", geo.Text{"zh": "绿化养护", "en": "Greenery"}, "normal", []string{"resident", "patrol"}, 3, 0.1, onStreet},
	{"dispute", geo.Text{"zh": "邻里纠纷", "en": "Neighbours' dispute"}, "normal", []string{"patrol", "resident"}, 4, 2, atHome},
}

// scheme is the deployment's setting of a city.
func (f *Figures) scheme() geo.Scheme {
	s := geo.Scheme{Name: f.Name, Region: geo.SchemeRegion{GCJ02: f.GCJ02}, Bounds: geo.Bounds{Households: f.Bounds}}
	basic := geo.Network{ID: basicNetwork, Kind: geo.Basic, Name: geo.Text{"zh": "基础网格", "en": "Basic grids"}}
	for _, id := range f.Levels {
		l := geo.Level{ID: id, Name: levelNames[id], Kind: geo.AreaLevel}
		switch id {
		case "building":
			l.Kind, l.Code = geo.BuildingLevel, f.objectPattern("J", 7, "")
		case "unit", "household-group":
			l.Kind, l.Code = geo.UnitLevel, f.objectPattern("J", 7, `-\d{2}`)
		default:
			l.Code = fmt.Sprintf(`^\d{%d}$`, codeDigits[id])
		}
		basic.Levels = append(basic.Levels, l)
	}
	s.Networks = append(s.Networks, basic)
	grid := geo.Level{ID: "grid", Name: geo.Text{"zh": "专属网格", "en": "Exclusive grid"}, Kind: geo.AreaLevel, Code: `^\d{15}$`}
	if f.Exclusive > 0 {
		s.Networks = append(s.Networks, geo.Network{ID: exclusiveNetwork, Kind: geo.Exclusive,
			Name: geo.Text{"zh": "专属网格", "en": "Exclusive grids"}, Levels: []geo.Level{grid}})
	}
	if f.Towers.Grids > 0 {
		s.Networks = append(s.Networks, geo.Network{ID: towersNetwork, Kind: geo.Stacked,
			Name: geo.Text{"zh": "楼宇专属网格", "en": "Tower grids"}, Levels: []geo.Level{grid}})
	}
	for _, c := range categories {
		s.Categories = append(s.Categories, geo.Category{"id": c.id, "name": c.name, "urgency": c.urgency})
	}
	return s
}

// objectPattern is the form of codes of buildings and the like: the county, a
// letter and a number.
func (f *Figures) objectPattern(letter string, digits int, tail string) string {
	return "^" + regexp.QuoteMeta(f.Division[:6]) + letter + fmt.Sprintf(`\d{%d}`, digits) + tail + "$"
}

func (f *Figures) objectCode(letter string, digits, n int) string {
	return fmt.Sprintf("%s%s%0*d", f.Division[:6], letter, digits, n)
}
