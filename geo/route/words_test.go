package route_test

import (
	"testing"

	"onegrid/geo"
	"onegrid/geo/route"
)

func TestWords(t *testing.T) {
	north := route.NameOf("031", geo.Text{"zh": "三十一网格", "en": "grid 031"})
	owner := route.NameOf("030", nil)
	street := route.NameOf("", geo.Text{"zh": "龙山路", "en": "Longshan Road"})
	for _, c := range []struct {
		w      route.Words
		en, zh string
	}{
		{route.Words{Status: route.Inside, Known: true, DistanceM: 12.2, Side: "west", Beyond: north, Owner: owner},
			"12 m west of the border with grid 031", "位于与三十一网格的交界以西12米"},
		{route.Words{Status: route.Inside, Known: true, DistanceM: 0.04, Side: "southeast", Beyond: north, Follows: street},
			"0 m southeast of the border with grid 031, along Longshan Road", "位于与三十一网格的交界（沿龙山路）以东南0米"},
		{route.Words{Status: route.Inside, Known: true, DistanceM: 1249, Side: "north"},
			"1.2 km north of the border with the outside", "位于与辖区外的交界以北1.2公里"},
		{route.Words{Status: route.Inside, Known: true, DistanceM: 9.96, Beyond: owner},
			"10 m from the border with 030", "位于与030的交界附近10米"},
		{route.Words{Status: route.OnBorder, Known: true, Beyond: north, Follows: street},
			"on the border with grid 031, along Longshan Road", "位于与三十一网格的交界（沿龙山路）线上"},
		{route.Words{Status: route.Nearest, Known: true, DistanceM: 40.4, Owner: owner},
			"outside the jurisdiction, 40 m from 030", "在辖区范围之外，最近的是030，相距40米"},
		{route.Words{Status: route.Outside}, "outside the jurisdiction", "在辖区范围之外"},
		{route.Words{Status: route.Inside, Owner: owner}, "in 030, far from any border", "位于030，附近没有交界"},
	} {
		if got := string(c.w.AppendEnglish(nil)); got != c.en {
			t.Errorf("%+v: %q, want %q", c.w, got, c.en)
		}
		if got := string(c.w.AppendChinese(nil)); got != c.zh {
			t.Errorf("%+v: %q, want %q", c.w, got, c.zh)
		}
	}
}
