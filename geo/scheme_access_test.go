package geo_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"onegrid/geo"
)

const soundAccess = `"access": {"oidc": {
  "issuer": "https://sign-in.example.org/city", "client_id": "onegrid", "audience": "onegrid-api", "scopes": ["profile"],
  "rules": [
    {"claim": "groups", "value": "planners", "role": "planner", "subtree": "520115001", "networks": ["towers"], "classes": ["public"]},
    {"claim": "realm_access.roles", "value": "desk", "role": "operator"}
  ]}},
  "categories": []`

// withAccess is the sound scheme with an access of its own.
func withAccess(from, to string) string {
	access := strings.Replace(soundAccess, from, to, 1)
	if access == soundAccess && from != to {
		panic("the case changes nothing: " + from)
	}
	return strings.Replace(sound, `"categories": []`, access, 1)
}

func TestAccessIsReadAndWritten(t *testing.T) {
	s, err := geo.ParseScheme(strings.NewReader(withAccess("", "")))
	if err != nil {
		t.Fatal(err)
	}
	o := s.Tokens()
	if o == nil || o.Rules[0].Role != geo.RolePlanner || o.Rules[0].Scope().Subtree != "520115001" || o.Rules[1].Scope().Networks != nil {
		t.Fatalf("it was read as %+v", o)
	}
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	again, err := geo.ParseScheme(strings.NewReader(string(b)))
	if err != nil || !reflect.DeepEqual(again.Access, s.Access) {
		t.Errorf("written and read again: %+v, %v", again.Access, err)
	}
	none, err := geo.ParseScheme(strings.NewReader(sound))
	if err != nil || none.Tokens() != nil {
		t.Errorf("a scheme without an issuer has %+v, %v", none.Tokens(), err)
	}
}

func TestIssuersOfThisMachineNeedNoHTTPS(t *testing.T) {
	for _, issuer := range []string{"http://127.0.0.1:9000", "http://localhost/city", "http://[::1]:9000"} {
		if _, err := geo.ParseScheme(strings.NewReader(withAccess("https://sign-in.example.org/city", issuer))); err != nil {
			t.Errorf("%s: %v", issuer, err)
		}
	}
}

func TestPersonsFieldsAreChecked(t *testing.T) {
	for fields, says := range map[string]string{
		`["staff_no", "网格员工号"]`: "", `[]`: "1 to", `[""]`: "needed", `["_-. "]`: "a name", `["a\u0000"]`: "control",
		`["` + strings.Repeat("x", 300) + `"]`: "255 bytes", `"staff_no"`: "JSON",
	} {
		_, err := geo.ParseScheme(strings.NewReader(strings.Replace(sound, `"categories": []`, `"access": {"persons": {"fields": `+fields+`}}`, 1)))
		if (err == nil) != (says == "") || err != nil && !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", fields, err, says)
		}
	}
}

func TestAccessIsRefused(t *testing.T) {
	const issuer = "https://sign-in.example.org/city"
	for _, c := range []struct{ name, from, to, field, says string }{
		{"a misspelt field", `"client_id"`, `"client"`, "", "client"},
		{"an issuer over http", issuer, "http://sign-in.example.org", "/access/oidc/issuer", "https"},
		{"an issuer that only looks local", issuer, "http://127.0.0.1.example.org", "/access/oidc/issuer", "https"},
		{"an issuer that is a file", issuer, "file:///etc/passwd", "/access/oidc/issuer", "an address like"},
		{"an issuer without a host", issuer, "https:///city", "/access/oidc/issuer", "an address like"},
		{"an issuer of another scheme", issuer, "gopher://sign-in.example.org", "/access/oidc/issuer", "https"},
		{"an issuer with a query", issuer, issuer + "?a=b", "/access/oidc/issuer", "no query"},
		{"an issuer with a user", issuer, "https://a:b@sign-in.example.org", "/access/oidc/issuer", "no user"},
		{"no client", `"onegrid"`, `""`, "/access/oidc/client_id", "needed"},
		{"two scopes in one", `["profile"]`, `["profile email"]`, "/access/oidc/scopes/0", "one word"},
		{"an empty scope", `["profile"]`, `["profile", ""]`, "/access/oidc/scopes/1", "one word"},
		{"no claim", `"claim": "groups"`, `"claim": ""`, "/access/oidc/rules/0/claim", "needed"},
		{"no value", `"value": "desk"`, `"value": ""`, "/access/oidc/rules/1/value", "needed"},
		{"a value that is none", `"value": "desk"`, `"value": "de\u0000sk"`, "/access/oidc/rules/1/value", "control"},
		{"a value that is long", `"value": "desk"`, `"value": "` + strings.Repeat("x", 256) + `"`, "/access/oidc/rules/1/value", "255 bytes"},
		{"no such role", `"role": "operator"`, `"role": "king"`, "/access/oidc/rules/1/role", "viewer, wall"},
		{"no role", `, "role": "operator"`, ``, "/access/oidc/rules/1/role", "viewer, wall"},
		{"no such network", `["towers"]`, `["towers", "schools"]`, "/access/oidc/rules/0/networks/1", "no such network"},
		{"an empty list of networks", `["towers"]`, `[]`, "/access/oidc/rules/0/networks", "leave networks out"},
		{"more than the role sees", `["public"]`, `["public", "restricted"]`, "/access/oidc/rules/0/classes/1", "a planner sees public, internal"},
		{"no such class", `["public"]`, `["secret"]`, "/access/oidc/rules/0/classes/0", "sees"},
		{"an empty list of classes", `["public"]`, `[]`, "/access/oidc/rules/0/classes", "leave classes out"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := geo.ParseScheme(strings.NewReader(withAccess(c.from, c.to)))
			var e *geo.Error
			if !errors.As(err, &e) || e.Kind != geo.Invalid {
				t.Fatalf("got %v, want an Invalid error", err)
			}
			if e.Field != c.field || !strings.Contains(e.Error(), c.says) {
				t.Errorf("%s: %v; want %s: %s", e.Field, e, c.field, c.says)
			}
		})
	}
}

func TestAnIssuerNeedsARule(t *testing.T) {
	s, err := geo.ParseScheme(strings.NewReader(withAccess("", "")))
	if err != nil {
		t.Fatal(err)
	}
	s.Access.OIDC.Rules = nil
	var e *geo.Error
	if err := s.Validate(); !errors.As(err, &e) || e.Field != "/access/oidc/rules" {
		t.Errorf("got %v", err)
	}
}
