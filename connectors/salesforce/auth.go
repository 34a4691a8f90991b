package salesforce

import (
	"context"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"usher/connectors"
	"usher/directory"
)

// sessionLife is how long a session is used without asking: Salesforce does not say when it ends, and 30 minutes is
// the shortest that organizations usually set.
const sessionLife = 15 * time.Minute

const tokenPath = "/services/oauth2/token"

// session is a login that Salesforce accepted.
type session struct {
	token     string
	org, user string // IDs of the organization and of the user that it runs as
}

// login gets sessions, one at a time, and keeps the one that works.
type login struct {
	client   *http.Client
	base     string // the My Domain URL; nothing is ever sent to another host
	insecure bool   // the instance may be without TLS
	mode     string
	id       string
	secret   directory.Secret
	user     string // of JWT bearer or of the password grant
	password directory.Secret
	suffix   directory.Secret // the security token of the password grant
	key      *rsa.PrivateKey
	audience string
	now      func() time.Time

	held *connectors.Cached[session]

	mu     sync.Mutex
	org    string          // the only organization to work with, once it is known
	runAs  string          // the ID of the user of the latest session
	tokens map[string]bool // that were given out, to be taken out of foreign words
}

// get gives a session that is not the refused one.
func (l *login) get(ctx context.Context, op, refused string) (session, error) {
	s, err := l.held.Get(ctx, func(s session) bool { return s.token == refused }, func() (session, time.Duration, error) {
		s, err := l.fetch(ctx, op)
		return s, sessionLife, err
	})
	return s, waited(op, err)
}

// waited puts an error of connectors.Cached into words: of ours are those of a request, and any other ended a caller's
// wait for what another one was fetching.
func waited(op string, err error) error {
	if _, ok := errors.AsType[*connectors.Error](err); err == nil || ok {
		return err
	}
	return certain(connectors.NoAnswer(op, err))
}

// certain marks an error of a request that was no create: it left nothing in doubt.
func certain(e *connectors.Error) *connectors.Error {
	if e.Kind == connectors.Unknown {
		e.Kind = connectors.Temporary
	}
	return e
}

func (l *login) form() (url.Values, error) {
	f := url.Values{"client_id": {l.id}}
	switch l.mode {
	case authJWT:
		signed, err := assertion(l.key, l.id, l.user, l.audience, l.now())
		if err != nil {
			return nil, err
		}
		return url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {signed}}, nil
	case authPassword:
		f.Set("grant_type", "password")
		f.Set("username", l.user)
		f.Set("password", l.password.Reveal()+l.suffix.Reveal())
	default:
		f.Set("grant_type", "client_credentials")
	}
	f.Set("client_secret", l.secret.Reveal())
	return f, nil
}

// granted is the answer of the token endpoint, or its refusal (RFC 6749 §5). There is no expires_in.
type granted struct {
	AccessToken string `json:"access_token"`
	InstanceURL string `json:"instance_url"`
	ID          string `json:"id"` // https://login.salesforce.com/id/<organization>/<user>

	Error       string `json:"error"`
	Description string `json:"error_description"`
}

func (l *login) fetch(ctx context.Context, op string) (session, error) {
	form, err := l.form()
	if err != nil {
		return session{}, &connectors.Error{Kind: connectors.Misconfigured, Op: op, Message: "The login could not be signed.", Remedy: "Enter the private key again.", Err: err}
	}
	for _, secret := range append(l.secrets(), directory.Secret(form.Get("assertion"))) {
		ctx = connectors.WithSecret(ctx, secret.Reveal())
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, l.base+tokenPath, strings.NewReader(form.Encode()))
	if err != nil {
		return session{}, &connectors.Error{Kind: connectors.Misconfigured, Op: op, Message: "The My Domain URL cannot be called.", Remedy: "Correct the My Domain URL.", Err: err}
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	resp, err := l.client.Do(req)
	if err != nil {
		return session{}, certain(connectors.NoAnswer(op, err))
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return session{}, certain(connectors.NoAnswer(op, err))
	}
	var g granted
	readable := json.Unmarshal(body, &g) == nil
	if resp.StatusCode != http.StatusOK || g.Error != "" {
		return session{}, l.refused(op, resp, g, form.Get("assertion"))
	}
	if !readable || g.AccessToken == "" || strings.ContainsAny(g.AccessToken, "\r\n\x00 ") {
		return session{}, &connectors.Error{Kind: connectors.Misconfigured, Op: op, Status: resp.StatusCode, Message: "The answer to the login holds no token.",
			Remedy: "Check that the My Domain URL is Salesforce's and not a page in front of it."}
	}
	return l.accept(op, g)
}

// accept believes a login only when it belongs to this host and to this organization: exchanged credentials must not
// send people's data somewhere else.
func (l *login) accept(op string, g granted) (session, error) {
	own, _ := url.Parse(l.base)
	instance, err := url.Parse(g.InstanceURL)
	if err != nil || !strings.EqualFold(instance.Host, own.Host) || (instance.Scheme != "https" && !l.insecure) {
		return session{}, &connectors.Error{Kind: connectors.Misconfigured, Op: op,
			Message: "Salesforce wants to be called at " + l.show(g.InstanceURL) + ", which is not the My Domain URL " + l.base + ". Nothing was sent there.",
			Remedy:  "Correct the My Domain URL, or check whose credentials these are."}
	}
	s := session{token: g.AccessToken}
	if u, err := url.Parse(g.ID); err == nil {
		if parts := strings.Split(strings.Trim(u.Path, "/"), "/"); len(parts) == 3 && isID(parts[1], "00D") && isID(parts[2], "005") {
			s.org, s.user = parts[1], parts[2]
		}
	}
	if s.user == "" { // whom never to disable must be known
		return session{}, &connectors.Error{Kind: connectors.Misconfigured, Op: op, Message: "The answer to the login does not say to which organization and user it belongs.",
			Remedy: "Check that the My Domain URL is Salesforce's and not a page in front of it."}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.org != "" && !sameID(l.org, s.org):
		return session{}, &connectors.Error{Kind: connectors.Misconfigured, Op: op,
			Message: "The credentials belong to the organization " + printable(s.org) + ", and this connector works with " + l.org + " only.",
			Remedy:  "Enter credentials of the right organization. To move to another one on purpose, empty Organization ID first."}
	case l.org == "":
		l.org = s.org
	}
	l.runAs = s.user
	const few = 8
	if len(l.tokens) >= few {
		clear(l.tokens)
	}
	l.tokens[s.token] = true
	return s, nil
}

// secrets are what the connector signs in with; blank ones are among them.
func (l *login) secrets() []directory.Secret {
	return []directory.Secret{l.secret, l.password, l.suffix}
}

// scrub takes the tokens that were given out, the secrets and what else is secret in one call out of foreign words.
// It must see them whole: before anything is cut off.
func (l *login) scrub(s string, more ...string) string {
	for _, v := range l.secrets() {
		more = append(more, v.Reveal())
	}
	l.mu.Lock()
	more = slices.AppendSeq(more, maps.Keys(l.tokens))
	l.mu.Unlock()
	slices.SortFunc(more, func(a, b string) int { return len(b) - len(a) }) // one may be a part of another
	for _, secret := range more {
		if secret == "" {
			continue
		}
		for _, spelling := range connectors.Spellings(secret) {
			s = strings.ReplaceAll(s, spelling, "[secret]")
		}
	}
	return s
}

// show is a short foreign text, without secrets and signs that cannot be read.
func (l *login) show(s string, more ...string) string {
	const enough = 200
	return printable(cutTo(l.scrub(s, more...), enough))
}

// refused classifies what the token endpoint said.
func (l *login) refused(op string, resp *http.Response, g granted, assertion string) *connectors.Error {
	e := &connectors.Error{Kind: connectors.Denied, Op: op, Status: resp.StatusCode, Code: l.show(g.Error, assertion), Message: plainText(l.scrub(g.Description, assertion)),
		RetryAfter: connectors.RetryAfter(resp.Header, l.now()), Remedy: remedyCredentials}
	if e.Message == "" {
		e.Message = "Salesforce refused the login and gave no reason."
	}
	says := func(words ...string) bool {
		text := strings.ToLower(g.Description)
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, w) })
	}
	switch {
	case g.Error == "rate_limit_exceeded", strings.Contains(strings.ToLower(g.Description), "login rate"), resp.StatusCode == http.StatusTooManyRequests:
		e.Guessed = e.RetryAfter < time.Minute
		e.Kind, e.RetryAfter, e.Remedy = connectors.RateLimited, max(e.RetryAfter, time.Minute), "Salesforce limits how often one user may log in. Usher waits."
	case resp.StatusCode >= http.StatusInternalServerError, g.Error == "server_error", g.Error == "temporarily_unavailable":
		e.Kind, e.Remedy = connectors.Temporary, remedyWait
	case says("not supported on this domain"):
		e.Kind, e.Remedy = connectors.Misconfigured, "This host does not give out such logins. Enter your organization's My Domain, such as https://yourorg.my.salesforce.com."
	case g.Error == "unsupported_grant_type":
		e.Kind, e.Remedy = connectors.Misconfigured, "The app does not allow this kind of login. Enable the flow in the External Client App's OAuth settings, or choose another kind."
	case says("no client credentials user"):
		e.Kind, e.Remedy = connectors.Misconfigured, "Name a Run As user for the client credentials flow in the External Client App's policies."
	case says("approved this consumer"):
		e.Remedy = "Pre-authorize the user: in the app's policies choose “Admin approved users are pre-authorized” and assign the user's profile or a permission set."
	case says("audience"):
		e.Remedy = "The audience does not fit. Choose test.salesforce.com for a sandbox, login.salesforce.com for production."
	case g.Error == "" && resp.StatusCode < http.StatusInternalServerError:
		e.Kind, e.Remedy = connectors.Misconfigured, "This answer did not come from Salesforce's token endpoint. Check the My Domain URL."
	}
	return e
}
