package citygen

import (
	"fmt"
	"strings"

	"onegrid/geo"
)

// char is a Chinese character with its reading, for the English name.
type char struct{ zh, en string }

func chars(s string) []char {
	var out []char
	for _, w := range strings.Fields(s) {
		zh, en, _ := strings.Cut(w, ":")
		out = append(out, char{zh, en})
	}
	return out
}

// Names are made of an auspicious or scenic first character and a landform, as
// most names of streets, quarters and estates are.
var (
	first = chars(`龙:long 凤:feng 金:jin 云:yun 翠:cui 观:guan 林:lin 碧:bi 锦:jin 华:hua 兴:xing 和:he 安:an 康:kang 文:wen 德:de
		明:ming 景:jing 长:chang 新:xin 石:shi 竹:zhu 梅:mei 松:song 柳:liu 桃:tao 荷:he 茶:cha 银:yin 玉:yu 白:bai 青:qing
		朝:chao 晨:chen 晴:qing 望:wang 永:yong 太:tai 平:ping 福:fu 瑞:rui 祥:xiang 嘉:jia 清:qing 秀:xiu 宝:bao 庆:qing 乐:le`)
	second = chars(`山:shan 湖:hu 水:shui 泉:quan 江:jiang 岭:ling 阳:yang 城:cheng 园:yuan 台:tai 屏:ping 源:yuan 桥:qiao 堂:tang 湾:wan
		河:he 溪:xi 坪:ping 塘:tang 关:guan 峰:feng 岩:yan 田:tian 洲:zhou 坡:po 井:jing 门:men 楼:lou 苑:yuan 庄:zhuang 坝:ba 沙:sha
		滩:tan 港:gang 浦:pu 川:chuan 谷:gu 丘:qiu 原:yuan 野:ye 树:shu 花:hua 月:yue 星:xing 霞:xia 风:feng 露:lu 岸:an`)
	ordinals = []string{"", "二", "三", "四", "五", "六", "七", "八", "九", "十"}
)

// namer gives names, none twice for the same kind of thing.
type namer struct {
	r    *chance
	used map[string]bool
}

func newNamer(seed int64) *namer {
	return &namer{r: chanceOf(seed, 31), used: map[string]bool{}}
}

// suffix is what makes a name a street's or an estate's.
type suffix struct{ zh, en string }

// name draws a new name with a suffix. When the simple names run out, numbered
// ones follow, as cities have them.
func (n *namer) name(s suffix) geo.Text {
	for try := 0; ; try++ {
		a, b := pick(n.r, first), pick(n.r, second)
		if a.zh == b.zh || a.en == b.en {
			continue
		}
		k := 0
		if try > 6 {
			k = 1 + n.r.intn(min(len(ordinals)-1, try/6))
		}
		zh := a.zh + b.zh + ordinals[k] + s.zh
		if try > 70 { // and when those have run out, plain numbers
			zh = fmt.Sprintf("%s%s%d%s", a.zh, b.zh, try+n.r.intn(1000), s.zh)
		}
		if n.used[zh] {
			continue
		}
		n.used[zh] = true
		en := strings.ToUpper(a.en[:1]) + a.en[1:] + b.en
		if k > 0 && try <= 70 {
			en += fmt.Sprintf(" %d", k+1)
		}
		return geo.Text{"zh": zh, "en": strings.TrimSpace(en + " " + s.en)}
	}
}

// streetSuffixes by class: avenues, roads, streets, alleys.
var streetSuffixes = map[class][]suffix{
	motorway:    {{"高速", "Expressway"}},
	primary:     {{"大道", "Avenue"}, {"大道", "Avenue"}, {"路", "Road"}},
	secondary:   {{"路", "Road"}},
	tertiary:    {{"路", "Road"}, {"街", "Street"}},
	residential: {{"街", "Street"}, {"路", "Road"}, {"巷", "Alley"}},
	river:       {{"河", "River"}},
	stream:      {{"溪", "Stream"}},
}

var estateSuffixes = map[use][]suffix{
	towers:  {{"府", "Mansion"}, {"城", "City"}, {"公馆", "Residence"}, {"华庭", "Court"}, {"国际", "International"}},
	slabs:   {{"花园", "Garden"}, {"家园", "Homes"}, {"苑", "Court"}, {"雅居", "Place"}},
	walkups: {{"小区", "Estate"}, {"新村", "New Village"}, {"苑", "Court"}, {"里", "Lane"}},
	villas:  {{"山庄", "Hills"}, {"墅园", "Villas"}, {"别苑", "Villas"}},
}

var useNames = map[string]suffix{
	"office": {"大厦", "Building"}, "commercial": {"广场", "Plaza"}, "industrial": {"产业园", "Works"}, "school": {"学校", "School"},
	"hospital": {"医院", "Hospital"}, "civic": {"中心", "Centre"}, "super-tall": {"国际中心", "Tower"},
}

// nameLines names the streets and the running water.
func (m *planar) nameLines(n *namer, title string) {
	for i := range m.lines {
		l := &m.lines[i]
		switch {
		case l.class == motorway:
			l.name = geo.Text{"zh": title + "环线", "en": "Ring Road"}
		case l.class == rail:
			l.name = geo.Text{"zh": title + "铁路", "en": "Railway"}
		case streetSuffixes[l.class] != nil && len(l.pieces) > 0:
			l.name = n.name(pick(n.r, streetSuffixes[l.class]))
		}
	}
}

var digits = []string{"零", "一", "二", "三", "四", "五", "六", "七", "八", "九"}

// numeral writes 1 to 999 in Chinese.
func numeral(n int) string {
	switch {
	case n < 10:
		return digits[n]
	case n < 20:
		return "十" + strings.TrimPrefix(numeral(n%10), "零")
	case n < 100:
		return digits[n/10] + "十" + strings.TrimPrefix(digits[n%10], "零")
	case n%100 == 0:
		return digits[n/100] + "百"
	case n%100 < 10:
		return digits[n/100] + "百零" + digits[n%10]
	case n%100 < 20:
		return digits[n/100] + "百一" + numeral(n%100)
	}
	return digits[n/100] + "百" + numeral(n%100)
}
