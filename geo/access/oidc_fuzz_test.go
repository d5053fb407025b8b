package access

import (
	"reflect"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"onegrid/geo"
	"onegrid/geo/access/accesstest"
	"onegrid/geo/problem"
)

// Whatever is sent as a token, only the issuer's own lets anybody in.
func FuzzTokens(f *testing.F) {
	i := accesstest.NewIssuer(f)
	o := takes(i)
	good := i.Sign("edwards", jose.EdDSA, i.Claims())
	whose, err := o.Verify(f.Context(), good)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good + "x")
	f.Add(good[:len(good)-1])
	f.Add("..")
	f.Add(unsigned(i.Claims(), `{"alg":"none"}`, ""))
	f.Add(unsigned(i.Claims(), `{"alg":"EdDSA","kid":"edwards","crit":["b64"],"b64":false}`, "AAAA"))
	f.Add(unsigned(i.Claims(), `{"alg":"RS256","jwk":{"kty":"oct","k":"AAAA"}}`, "AAAA"))
	f.Add(`{"payload":"e30","protected":"eyJhbGciOiJFZERTQSJ9","signature":"AAAA"}`)
	f.Fuzz(func(t *testing.T, token string) {
		who, err := o.Verify(t.Context(), token)
		if err == nil && reflect.DeepEqual(who, whose) { // base64 may be written in several ways
			return
		}
		if geo.KindOf(err) != problem.Unauthenticated {
			t.Errorf("%q is %+v, %v", token, who, err)
		}
	})
}

func BenchmarkIdentify(b *testing.B) {
	i := accesstest.NewIssuer(b)
	store := &memory{}
	for range 1000 {
		store.add(geo.Credential{Role: geo.RoleViewer})
	}
	_, secret := store.add(geo.Credential{Role: geo.RoleService})
	d, err := NewDirectory(b.Context(), store, takes(i))
	if err != nil {
		b.Fatal(err)
	}
	for name, bearer := range map[string]string{"key": secret, "token": i.Sign("rsa", jose.RS256, i.Claims())} {
		r := with("Bearer " + bearer)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if caller, err := d.Identify(r); caller == nil || err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
