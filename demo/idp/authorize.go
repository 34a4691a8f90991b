package idp

import (
	"crypto/rand"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// request is an authorization request (RFC 6749 §4.1.1) that passed every check.
type request struct {
	client Client
	query  url.Values
}

// parse reads a request. refusal is the error code for the application, "" when all is well; err means that the
// application cannot be told.
func (p *Provider) parse(q url.Values) (r request, refusal string, err error) {
	r.query = q
	if r.client, err = p.client(q); err != nil {
		return r, "", err
	}
	switch {
	case q.Get("response_type") != "code":
		return r, "unsupported_response_type", nil
	case !slices.Contains(strings.Fields(q.Get("scope")), "openid"):
		return r, "invalid_scope", nil
	case q.Get("code_challenge_method") != "S256", len(q.Get("code_challenge")) != 43:
		return r, "invalid_request", nil
	}
	return r, "", nil
}

// back sends the browser to the application.
func (p *Provider) back(w http.ResponseWriter, r *http.Request, to request, more url.Values) {
	more.Set("state", to.query.Get("state"))
	more.Set("iss", p.issuer) // RFC 9207
	http.Redirect(w, r, to.client.RedirectURI+"?"+more.Encode(), http.StatusSeeOther)
}

func (p *Provider) showPeople(w http.ResponseWriter, r *http.Request) {
	req, refusal, err := p.parse(r.URL.Query())
	if err != nil {
		p.show(w, http.StatusBadRequest, page{Problem: err.Error()})
		return
	}
	if refusal != "" {
		p.back(w, r, req, url.Values{"error": {refusal}})
		return
	}
	p.show(w, http.StatusOK, page{People: p.people})
}

// choose signs in as the person whose button was pressed.
func (p *Provider) choose(w http.ResponseWriter, r *http.Request) {
	req, refusal, err := p.parse(r.URL.Query())
	if err != nil {
		p.show(w, http.StatusBadRequest, page{Problem: err.Error()})
		return
	}
	at := slices.IndexFunc(p.people, func(who Person) bool { return who.Subject == r.PostFormValue("subject") })
	if refusal == "" && at < 0 {
		refusal = "access_denied"
	}
	if refusal != "" {
		p.back(w, r, req, url.Values{"error": {refusal}, "error_description": {"Nobody was chosen."}})
		return
	}
	p.back(w, r, req, url.Values{"code": {p.Grant(p.people[at], req.query)}})
}

// Grant makes a code for somebody, as if they had been chosen on the page.
func (p *Provider) Grant(who Person, q url.Values) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	for code, g := range p.grants {
		if now.After(g.until) || len(p.grants) >= most {
			delete(p.grants, code)
		}
	}
	code := rand.Text()
	p.grants[code] = grant{client: q.Get("client_id"), redirect: q.Get("redirect_uri"), nonce: q.Get("nonce"), challenge: q.Get("code_challenge"),
		person: who, until: now.Add(codeLife)}
	return code
}

// page is what the one page shows.
type page struct {
	People  []Person
	Problem string
}

func (p *Provider) show(w http.ResponseWriter, status int, v page) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_ = template.Must(template.New("page").Parse(pageText)).Execute(w, v) // the browser may have left
}

const pageText = `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Demo Identity Provider</title><link rel="stylesheet" href="/style.css"></head>
<body><main>
<h1>Demo Identity Provider</h1>
{{if .Problem}}<p role="alert">This sign-in cannot go on: {{.Problem}}.</p>
{{else}}<p>This stands in for your organisation’s identity provider. Nobody here has a password: choose who you are.</p>
<form method="post">
<ul>{{range .People}}
<li><button name="subject" value="{{.Subject}}"><strong>{{.Name}}</strong><span>{{.Email}}{{if not .Verified}} (not verified){{end}}</span><span>{{.Title}}, {{.Department}}</span></button></li>{{end}}
</ul>
<button class="quiet" name="subject" value="">Cancel</button>
</form>{{end}}
</main></body></html>
`

func style(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	_, _ = w.Write([]byte(styleText))
}

const styleText = `:root { color-scheme: light dark; --ground: light-dark(#f6f5f2, #16171a); --card: light-dark(#fff, #202226); --line: light-dark(#d8d5cd, #3a3d44); --ink: light-dark(#1d1d1b, #f0efec); --soft: light-dark(#55534d, #b6b4ae); --mark: light-dark(#7a4b00, #ffc46b) }
* { box-sizing: border-box }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; background: var(--ground); color: var(--ink) }
main { max-width: 30rem; margin: 0 auto; padding: 3rem 1rem }
h1 { font-size: 1.4rem; margin: 0 0 .5rem; color: var(--mark) }
ul { list-style: none; margin: 1.5rem 0; padding: 0; display: grid; gap: .6rem }
button { font: inherit; color: inherit; width: 100%; padding: .75rem 1rem; border: 1px solid var(--line); border-radius: .6rem; background: var(--card); text-align: start; cursor: pointer; display: grid }
button:hover, button:focus-visible { border-color: var(--mark); outline: 2px solid var(--mark); outline-offset: 1px }
button span { color: var(--soft); font-size: .9rem; overflow-wrap: anywhere }
button.quiet { width: auto; background: none }
`
