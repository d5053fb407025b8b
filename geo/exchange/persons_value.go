package exchange

import (
	"regexp"
	"strings"

	"onegrid/geo"
)

// Values are looked at for what identifies one person wherever it stands: numbers
// of identity cards, of mobile telephones, and mail addresses.

const (
	anIdentity = "an identity number"
	aTelephone = "a telephone number"
	aMail      = "a mail address"
)

// RefusePersons refuses a text that holds what identifies a person: a short field
// of a request, whose name is field. The error does not repeat it.
func RefusePersons(field, value string) error {
	if reason, _ := personIn(value); reason != "" {
		return geo.Errorf(geo.Invalid, "%s holds %s: onegrid keeps no data on persons", field, reason).On(field, mask(value))
	}
	return nil
}

var mail = regexp.MustCompile(`[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+\.[A-Za-z]{2,}`)

// personIn says what identifies a person in a text, "" for nothing; of a telephone
// its eleven digits too.
func personIn(text string) (reason, telephone string) {
	if isIdentifier(text) {
		return "", ""
	}
	text = halfWidth(text)
	for from, to := digitsAfter(text, 0); from < to; from, to = digitsAfter(text, to) {
		if ofDecimal(text, from, to) {
			continue
		}
		if isIdentity(text, from, to) {
			return anIdentity, ""
		}
		if telephone == "" {
			telephone = telephoneAt(text, from, to)
		}
	}
	switch {
	case strings.IndexByte(text, '@') >= 0 && mail.MatchString(text):
		return aMail, ""
	case telephone != "":
		return aTelephone, telephone
	}
	return "", ""
}

// isIdentifier reports whether a text is a number in hexadecimal as programs give
// them, a UUID or a digest: one of some thousands holds by chance what looks like
// a telephone number.
func isIdentifier(s string) bool {
	const least = 24
	if len(s) < least {
		return false
	}
	digits, letters := 0, 0
	for _, c := range strings.Trim(s, "{}") {
		switch {
		case '0' <= c && c <= '9':
			digits++
		case 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F':
			letters++
		case c != '-':
			return false
		}
	}
	return digits+letters >= least && letters > 0
}

// halfWidth writes the signs of Chinese typesetting as those of ASCII.
func halfWidth(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '\uff01' && r <= '\uff5e' {
			return r - '\uff01' + '!'
		}
		return r
	}, s)
}

// digitsAfter returns the next run of digits, empty at the end of the text.
func digitsAfter(s string, at int) (from, to int) {
	for at < len(s) && !isDigit(s, at) {
		at++
	}
	for to = at; isDigit(s, to); to++ {
	}
	return at, to
}

func isDigit(s string, i int) bool { return i >= 0 && i < len(s) && '0' <= s[i] && s[i] <= '9' }

// ofDecimal reports whether digits are a part of a decimal number: areas and
// lengths in files often have eleven decimals.
func ofDecimal(s string, from, to int) bool {
	return from > 0 && s[from-1] == '.' && isDigit(s, from-2) ||
		to < len(s) && s[to] == '.' && isDigit(s, to+1)
}

func isIdentity(s string, from, to int) bool {
	switch {
	case to-from == 18:
		return validIDCard(s[from:to])
	case to-from == 17 && to < len(s) && (s[to] == 'X' || s[to] == 'x'):
		return validIDCard(s[from : to+1])
	}
	return false
}

// telephoneAt returns the mobile number that a run of digits is or begins: with
// its country before it, or in groups as in 138-1234-5678.
func telephoneAt(s string, from, to int) string {
	if to-from == 13 && s[from:from+2] == "86" {
		from += 2
	}
	number := s[from:to]
	if to-from == 3 {
		number += groupAfter(s, to, to) + groupAfter(s, to, to+5)
	}
	if len(number) == 11 && number[0] == '1' && number[1] >= '3' {
		return number
	}
	return ""
}

// groupAfter returns the four digits that follow a separator at i, which is that
// at first too.
func groupAfter(s string, first, i int) string {
	if i >= len(s) || s[i] != '-' && s[i] != ' ' || s[i] != s[first] {
		return ""
	}
	if from, to := digitsAfter(s, i+1); from == i+1 && to-from == 4 && !ofDecimal(s, from, to) {
		return s[from:to]
	}
	return ""
}

// provinces are the first two digits of identity numbers (GB/T 2260).
const provinces = "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83 91"

// validIDCard checks the province, the date and the check digit of an identity
// number (GB 11643: weights 2^i mod 11, ISO 7064 MOD 11-2), so that an 18-digit
// code of something else is not taken for one, but in one case of some ten
// thousands.
func validIDCard(s string) bool {
	if !strings.Contains(provinces, s[:2]) {
		return false
	}
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
