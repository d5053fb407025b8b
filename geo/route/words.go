package route

import (
	"math"
	"strconv"

	"onegrid/geo"
)

// Words are the parts of the sentence that tells where a point lies to its
// owner's nearest border.
type Words struct {
	Status    Status
	DistanceM float64
	Side      string // which side of the border the point is on, as locate.Border has it; empty if unknown
	Follows   Named  // the street that the border runs along, zero if none
	Owner     Named
	Beyond    Named // the area beyond the border; zero where the jurisdiction ends
	Known     bool  // the border is known
}

// Named is a thing as people call it in each of the two languages: looked up
// once, since a sentence names three things and is made for every answer.
type Named struct{ En, Zh string }

// NameOf returns a thing's names, its code where it has none.
func NameOf(code string, name geo.Text) Named {
	n := Named{name.In("en"), name.In("zh")}
	if n.En == "" {
		n.En = code
	}
	if n.Zh == "" {
		n.Zh = code
	}
	return n
}

// AppendEnglish appends the sentence in English: "12 m west of the border with
// grid 031, along Longshan Road".
func (w *Words) AppendEnglish(b []byte) []byte {
	switch {
	case w.Status == Outside:
		return append(b, "outside the jurisdiction"...)
	case w.Status == Nearest:
		b = append(b, "outside the jurisdiction, "...)
		b = appendMetres(b, w.DistanceM, " m", " km")
		b = append(b, " from "...)
		return append(b, w.Owner.En...)
	case !w.Known:
		b = append(b, "in "...)
		b = append(b, w.Owner.En...)
		return append(b, ", far from any border"...)
	case w.Status == OnBorder:
		b = append(b, "on the border with "...)
	default:
		b = appendMetres(b, w.DistanceM, " m ", " km ")
		if w.Side == "" {
			b = append(b, "from the border with "...)
		} else {
			b = append(b, w.Side...)
			b = append(b, " of the border with "...)
		}
	}
	if w.Beyond == (Named{}) {
		b = append(b, "the outside"...)
	} else {
		b = append(b, w.Beyond.En...)
	}
	if w.Follows != (Named{}) {
		b = append(b, ", along "...)
		b = append(b, w.Follows.En...)
	}
	return b
}

// AppendChinese appends the sentence in Chinese: "位于与031网格交界（沿龙山路）以西12米".
func (w *Words) AppendChinese(b []byte) []byte {
	switch {
	case w.Status == Outside:
		return append(b, "在辖区范围之外"...)
	case w.Status == Nearest:
		b = append(b, "在辖区范围之外，最近的是"...)
		b = append(b, w.Owner.Zh...)
		b = append(b, "，相距"...)
		return appendMetres(b, w.DistanceM, "米", "公里")
	case !w.Known:
		b = append(b, "位于"...)
		b = append(b, w.Owner.Zh...)
		return append(b, "，附近没有交界"...)
	}
	b = append(b, "位于与"...)
	if w.Beyond == (Named{}) {
		b = append(b, "辖区外"...)
	} else {
		b = append(b, w.Beyond.Zh...)
	}
	b = append(b, "的交界"...)
	if w.Follows != (Named{}) {
		b = append(b, "（沿"...)
		b = append(b, w.Follows.Zh...)
		b = append(b, "）"...)
	}
	if w.Status == OnBorder {
		return append(b, "线上"...)
	}
	if zh := sidesZh[w.Side]; zh != "" {
		b = append(b, "以"...)
		b = append(b, zh...)
	} else {
		b = append(b, "附近"...)
	}
	return appendMetres(b, w.DistanceM, "米", "公里")
}

// appendMetres writes a distance as a person would say it: decimetres below ten
// metres, whole metres below a kilometre, then tenths of a kilometre.
func appendMetres(b []byte, m float64, metre, km string) []byte {
	switch {
	case m < 9.95:
		b = strconv.AppendFloat(b, math.Round(m*10)/10, 'f', -1, 64)
		return append(b, metre...)
	case m < 999.5:
		b = strconv.AppendInt(b, int64(math.Round(m)), 10)
		return append(b, metre...)
	}
	b = strconv.AppendFloat(b, math.Round(m/100)/10, 'f', -1, 64)
	return append(b, km...)
}

// sidesZh are the sides that locate.Border tells, in Chinese.
var sidesZh = map[string]string{
	"north": "北", "northeast": "东北", "east": "东", "southeast": "东南",
	"south": "南", "southwest": "西南", "west": "西", "northwest": "西北",
}
