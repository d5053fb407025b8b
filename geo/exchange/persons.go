package exchange

import (
	"fmt"
	"regexp"
	"strings"

	"onegrid/geo"
)

// onegrid keeps no data on persons. A file that carries some is refused, naming
// the column and why: first by the column's name, then by what stands in it.

// personNames are columns that name or identify people, in the forms that are
// met, lower-cased and without separators.
var personNames = byName(map[string]string{
	"a person's name":             "fullname firstname lastname surname givenname personname ownername residentname contactname contactperson contact resident householder headofhousehold leadername membername 姓名 户主 户主姓名 联系人 业主 业主姓名 居民姓名 负责人 负责人姓名 网格员 网格员姓名 网格长姓名 租户 承租人",
	"a telephone number":          "phone phonenumber telephone tel mobile mobilephone cellphone msisdn wechat weixin qq 电话 手机 手机号 手机号码 联系电话 联系方式 微信 微信号",
	"an identity document":        "idcard idcardno idnumber idno identitynumber identitycard nationalid ssn passport passportno sfz sfzh 身份证 身份证号 身份证号码 公民身份号码 护照 护照号 证件号 证件号码",
	"a person's birth or descent": "birthday birthdate dateofbirth dob gender sex ethnicity nation religion 出生日期 生日 性别 民族 年龄 宗教",
	"a person's mail address":     "email emailaddress 邮箱 电子邮箱",
	"a face or a vehicle":         "face faceid facefeature plate platenumber licenseplate carplate 人脸 车牌 车牌号",
	"who lives in a home":         "familymembers householdmembers keyperson 家庭成员 重点人员 人员标签",
})

// byName turns reason -> names into name -> reason.
func byName(reasons map[string]string) map[string]string {
	out := map[string]string{}
	for reason, names := range reasons {
		for _, n := range strings.Fields(names) {
			out[n] = reason
		}
	}
	return out
}

var separators = strings.NewReplacer("_", "", "-", "", " ", "", ".", "")

// personColumn says why a column is refused by its name, "" if it is not.
func personColumn(name string) string {
	return personNames[separators.Replace(strings.ToLower(name))]
}

// Around a number: neither another digit nor the rest of a decimal. Areas and
// lengths in files often have eleven decimals.
const (
	before = `(?:^|[^\d.]|(?:^|\D)\.)`
	after  = `(?:$|[^\d.]|\.(?:\D|$))`
)

var (
	idCard = regexp.MustCompile(before + `(\d{17}[\dXx])` + after)
	mobile = regexp.MustCompile(before + `(?:\+?86[- ]?)?(1[3-9]\d{9})` + after)
	mail   = regexp.MustCompile(`[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+\.[A-Za-z]{2,}`)
)

// columns watches the values of every column of a file for patterns of persons.
type columns map[string]*column

type column struct {
	row      int
	value    string
	phones   int // values that look like a mobile number and nothing else
	values   int
	prefix   string // of the phones: their first five digits
	prefixes bool   // more than one
}

// see looks at one value. It returns an error for what needs no second look.
func (c columns) see(row int, name, value string) error {
	if reason := personColumn(name); reason != "" {
		return refusal(row, name, "", reason)
	}
	col := c[name]
	if col == nil {
		col = &column{}
		c[name] = col
	}
	if value == "" {
		return nil
	}
	col.values++
	if m := idCard.FindStringSubmatch(value); m != nil && validIDCard(m[1]) {
		return refusal(row, name, value, "an identity number")
	}
	if mail.MatchString(value) {
		return refusal(row, name, value, "a mail address")
	}
	if m := mobile.FindStringSubmatch(value); m != nil {
		col.phone(row, value, m[1])
	}
	return nil
}

func (c *column) phone(row int, value, number string) {
	c.phones++
	if c.row == 0 {
		c.row, c.value, c.prefix = row, value, number[:5]
	}
	c.prefixes = c.prefixes || number[:5] != c.prefix || number != value
}

// leastCodes is how many values a column needs before it can be told that they
// are codes. Eleven-digit block codes of a city look like mobile numbers, but
// share the city's digits; twenty telephones of one five-digit exchange do not
// occur by chance.
const leastCodes = 20

// verdict judges the columns as wholes, once all rows were seen.
func (c columns) verdict() error {
	for _, name := range sortedKeys(c) {
		col := c[name]
		codes := col.phones == col.values && col.values >= leastCodes && !col.prefixes
		if col.phones > 0 && !codes {
			return refusal(col.row, name, col.value, "a telephone number")
		}
	}
	return nil
}

func refusal(row int, name, value, reason string) error {
	if value != "" {
		value = mask(value)
	}
	e := geo.Errorf(geo.Invalid, "column %q holds %s: onegrid keeps no data on persons; take the column out of the file", name, reason)
	e.Row = row
	return e.On("/properties/"+name, value)
}

// mask hides the middle of a value, so that the error does not carry what it
// refuses.
func mask(s string) string {
	r := []rune(s)
	if len(r) <= 4 {
		return strings.Repeat("*", len(r))
	}
	return fmt.Sprintf("%s%s%s", string(r[:2]), strings.Repeat("*", len(r)-4), string(r[len(r)-2:]))
}

// validIDCard checks the date and the check digit of an identity number
// (GB 11643: weights 2^i mod 11, ISO 7064 MOD 11-2), so that an 18-digit code
// of something else is not taken for one, but in one case of some hundreds.
func validIDCard(s string) bool {
	month, day := s[10:12], s[12:14]
	if s[6:8] != "19" && s[6:8] != "20" || month < "01" || month > "12" || day < "01" || day > "31" {
		return false
	}
	sum := 0
	for i := range 17 {
		weight := (1 << (17 - i)) % 11
		sum += int(s[i]-'0') * weight
	}
	return strings.ToUpper(s[17:]) == string("10X98765432"[sum%11])
}
