package citygen

import (
	"cmp"
	"fmt"
	"slices"

	"onegrid/geo"
)

// trades are what the signs over the shops say.
var trades = []suffix{
	{"便利店", "Store"}, {"小吃店", "Snacks"}, {"面馆", "Noodles"}, {"超市", "Supermarket"}, {"药房", "Pharmacy"}, {"水果店", "Fruit"},
	{"理发店", "Barber"}, {"五金店", "Hardware"}, {"茶馆", "Tea House"}, {"早餐店", "Breakfast"}, {"火锅店", "Hot Pot"}, {"烘焙坊", "Bakery"},
	{"洗衣店", "Laundry"}, {"文具店", "Stationery"}, {"书店", "Books"}, {"服装店", "Clothes"}, {"房产中介", "Estate Agency"}, {"汽修", "Car Repair"},
	{"快递驿站", "Parcels"}, {"健身房", "Gym"}, {"诊所", "Clinic"}, {"酒楼", "Restaurant"}, {"咖啡馆", "Coffee"}, {"粮油店", "Grain and Oil"},
}

// addSites opens the merchants, stations and panoramas.
func (b *builder) addSites(js []junction) error {
	if err := b.addMerchants(); err != nil {
		return err
	}
	b.addStations()
	return b.addPanoramas(js)
}

func (b *builder) site(kind, letter string, n int, s geo.Site) {
	s.Kind, s.Code = kind, b.f.objectCode(letter, 6, n)
	b.city.Sites = append(b.city.Sites, s)
}

// addMerchants lets shopfronts along the streets, and what is left over in
// offices and on the ground floors of homes.
func (b *builder) addMerchants() error {
	type front struct {
		h    *home
		slot int
		of   int
	}
	var fronts []front
	for pass := 0; pass < 3 && len(fronts) < b.f.Merchants; pass++ {
		for i := range b.homes {
			h := &b.homes[i]
			trade := h.body.use == "shop" || h.body.use == "mixed" || h.body.use == "commercial"
			if trade != (pass == 0) || pass == 2 && h.body.use == "industrial" {
				continue
			}
			n := max(1, int(h.body.box.hw*2/7))
			if pass == 1 {
				n = max(1, n/2)
			}
			for k := range n {
				fronts = append(fronts, front{h, k, n})
			}
		}
	}
	if len(fronts) < b.f.Merchants {
		return geo.Errorf(geo.Invalid, "there are only %d places for %d merchants", len(fronts), b.f.Merchants).On("merchants", "")
	}
	r := chanceOf(b.f.Seed, 71)
	shuffle(r, fronts)
	fronts = fronts[:b.f.Merchants]
	slices.SortFunc(fronts, func(x, y front) int {
		return cmp.Or(cmp.Compare(x.h.building, y.h.building), cmp.Compare(x.slot, y.slot))
	})
	for i, f := range fronts {
		bx := f.h.body.box
		p := bx.world(vec{-bx.hw + 2*bx.hw*(float64(f.slot)+0.5)/float64(f.of), -bx.hd - 0.7})
		t := pick(r, trades)
		x, y := pick(r, first), pick(r, second)
		b.site("merchant", "M", i+1, geo.Site{
			Name:    geo.Text{"zh": x.zh + y.zh + t.zh, "en": title(x.en+y.en) + " " + t.en},
			Address: fmt.Sprintf("%s附%d号", b.city.Buildings[f.h.building].Address, f.slot+1),
			Point:   b.point(p),
		})
	}
	return nil
}

// addStations gives every community a service station, then the streets.
func (b *builder) addStations() {
	perCommunity := make([][]int, len(b.a.community))
	for i := range b.homes {
		if h := &b.homes[i]; h.body.flats > 0 || h.body.use == "civic" {
			k := b.v.community[h.block.grid]
			perCommunity[k] = append(perCommunity[k], i)
		}
	}
	for n := range b.f.Stations {
		k := n % len(perCommunity)
		of := perCommunity[k]
		h := &b.homes[of[(len(of)/2+n/len(perCommunity)*7)%len(of)]]
		name := b.a.community[k].Name
		b.site("station", "S", n+1, geo.Site{
			Name:    geo.Text{"zh": name["zh"] + "党群服务驿站", "en": name["en"] + " Service Station"},
			Address: b.city.Buildings[h.building].Address,
			Point:   b.city.Buildings[h.building].Interior,
		})
	}
}

// addPanoramas anchors panoramas at junctions, as evenly as the order allows.
func (b *builder) addPanoramas(js []junction) error {
	if len(js) < b.f.Panoramas {
		return geo.Errorf(geo.Invalid, "there are only %d junctions for %d panoramas", len(js), b.f.Panoramas).On("panoramas", "")
	}
	var chosen []vec
	for apart := b.land.radius / 2; len(chosen) < b.f.Panoramas; apart *= 0.8 {
		for _, j := range js {
			p := b.vec(j.at)
			if len(chosen) < b.f.Panoramas && !slices.ContainsFunc(chosen, func(q vec) bool { return p.dist(q) < apart }) {
				chosen = append(chosen, p)
			}
		}
	}
	for i, p := range chosen {
		b.site("panorama", "Q", i+1, geo.Site{
			Name: geo.Text{"zh": fmt.Sprintf("%d号全景点", i+1), "en": fmt.Sprintf("Panorama %d", i+1)}, Point: b.point(p), Link: "https://panorama.example/{code}",
		})
	}
	return nil
}

func title(s string) string { return string(s[0]-'a'+'A') + s[1:] }
