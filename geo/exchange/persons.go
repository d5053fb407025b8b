package exchange

import (
	"fmt"
	"maps"
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

func foldedName(name string) string { return separators.Replace(strings.ToLower(name)) }

// Persons tells what names or identifies people by the name of the field: what is
// listed here, and what a scheme adds.
type Persons map[string]string // a field's folded name -> why it is refused

// PersonsOf are the fields that a city refuses.
func PersonsOf(s *geo.Scheme) Persons {
	if s == nil || s.Access == nil || s.Access.Persons == nil {
		return personNames
	}
	all := maps.Clone(personNames)
	for _, name := range s.Access.Persons.Fields {
		all[foldedName(name)] = "what this city's scheme lists among persons' data"
	}
	return all
}

// Field says why a field is refused by its name, "" if it is not.
func (p Persons) Field(name string) string { return p[foldedName(name)] }

// columns watches every column of a file for persons, its name and its values.
type columns struct {
	persons Persons
	seen    map[string]*column
}

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
	if reason := c.persons.Field(name); reason != "" {
		return refusal(row, name, "", reason)
	}
	col := c.named(name)
	if value == "" {
		return nil
	}
	col.values++
	switch reason, number := personIn(value); reason {
	case "":
	case aTelephone:
		col.phone(row, value, number)
	default:
		return refusal(row, name, value, reason)
	}
	return nil
}

// named is the column of a name.
func (c columns) named(name string) *column {
	col := c.seen[name]
	if col == nil {
		col = &column{}
		c.seen[name] = col
	}
	return col
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
	for _, name := range sortedKeys(c.seen) {
		col := c.seen[name]
		codes := col.phones == col.values && col.values >= leastCodes && !col.prefixes
		if col.phones > 0 && !codes {
			return refusal(col.row, name, col.value, aTelephone)
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
