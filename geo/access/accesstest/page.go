package accesstest

import (
	"io"
	"net/http"
	"net/url"
	"strings"
)

// form is the issuer's page, where whoever comes says which groups they are of.
const form = `<!doctype html>
<html lang="en">
<title>An issuer for tests</title>
<link rel="icon" href="data:,">
<h1>An issuer for tests</h1>
<form method="post">
  <label>Groups <input name="groups" autofocus></label>
  <button name="agree" value="yes">Agree</button>
  <button name="agree" value="no">Refuse</button>
</form>
</html>
`

func (i *Issuer) page(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	io.WriteString(w, form)
}

// answer sends the browser back: with a code, for a token that says the groups, or
// with word that nobody agreed.
func (i *Issuer) answer(w http.ResponseWriter, r *http.Request) {
	asked := r.URL.Query()
	back, err := url.Parse(asked.Get("redirect_uri"))
	if err != nil || back.Host == "" {
		http.Error(w, "where to?", http.StatusBadRequest)
		return
	}
	q := url.Values{"state": {asked.Get("state")}, "iss": {i.URL}}
	if r.PostFormValue("agree") != "yes" {
		q.Set("error", "access_denied")
	} else {
		groups := strings.Fields(r.PostFormValue("groups"))
		code, err := i.grant(asked, i.Claims("nonce", asked.Get("nonce"), "groups", groups))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		q.Set("code", code)
	}
	back.RawQuery = q.Encode()
	http.Redirect(w, r, back.String(), http.StatusSeeOther)
}
