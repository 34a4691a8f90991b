package oidc

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	goidc "github.com/coreos/go-oidc/v3/oidc"
)

// Step is one thing that a test of the connection looked at.
type Step struct {
	Name   string
	State  StepState
	Detail string // what was found, in words
	Remedy string // what to do about it
}

// StepState is how it went.
type StepState string

// How a step of the test can go. A Skipped one did not have what it looks at; nothing is wrong by it.
const (
	Passed  StepState = "ok"
	Warned  StepState = "warning"
	Failed  StepState = "failed"
	Skipped StepState = "skipped"
)

// Explain says in words why a request failed, and what to do; it is handed to Test because the client that makes the
// requests knows why it refused some.
type Explain func(error) (words, remedy string)

// Test reads the provider's discovery document and keys as configured, and says what it found. Nothing is saved and
// nothing remembered.
func (s *Service) Test(ctx context.Context, in SignIn, explain Explain) []Step {
	ctx, cancel := context.WithTimeout(ctx, s.timeout())
	defer cancel()
	client := s.client(in)
	defer client.CloseIdleConnections()
	ctx = goidc.ClientContext(ctx, client)
	steps := []Step{{Name: "Read the discovery document", State: Passed, Detail: "Issuer " + in.Issuer}}
	p, err := readProvider(ctx, in.Issuer)
	if err != nil {
		steps[0].State = Failed
		steps[0].Detail, steps[0].Remedy = discoveryWords(in, err, explain)
		return append(steps, Step{Name: "Look at what it offers", State: Skipped, Detail: "There is nothing to look at."})
	}
	steps = append(steps,
		Step{Name: "Endpoints", State: Passed, Detail: "Sign-in " + p.AuthURL + " · tokens " + p.TokenURL + " · keys " + p.KeysURL},
		readKeys(ctx, p, explain),
		Step{Name: "Signatures", State: Passed, Detail: "ID tokens are signed with " + strings.Join(p.algorithms(), ", ") + "."},
		in.offersScopes(p), offersChallenge(p), in.offersAuth(p))
	if p.UserInfoURL == "" {
		steps = append(steps, Step{Name: "UserInfo", State: Warned, Detail: "The provider has no UserInfo endpoint: only what its ID token holds is known."})
	} else {
		steps = append(steps, Step{Name: "UserInfo", State: Passed, Detail: p.UserInfoURL})
	}
	return steps
}

// readKeys asks for the signature of a token that cannot be right, which makes the key set be fetched.
func readKeys(ctx context.Context, p *provider, explain Explain) Step {
	st := Step{Name: "Read the signing keys", State: Passed, Detail: p.KeysURL}
	_, err := p.keys.VerifySignature(ctx, unsignedToken)
	if !unread(err) {
		return st
	}
	st.State = Failed
	if words, remedy, came := wrongWords(err); came {
		st.Detail, st.Remedy = words, remedy
	} else {
		st.Detail, st.Remedy = explain(err)
	}
	return st
}

// unsignedToken is a well-formed token under a key that nobody has.
const unsignedToken = "eyJhbGciOiJSUzI1NiIsImtpZCI6InVzaGVyLWNvbm5lY3Rpb24tdGVzdCJ9.e30.AA"

func discoveryWords(in SignIn, err error, explain Explain) (words, remedy string) {
	if e, ok := errors.AsType[*goidc.IssuerMismatchError](err); ok {
		return fmt.Sprintf("The provider calls itself %s.", printable(e.Discovered, 200)),
			"Enter the issuer exactly like that, down to a slash at the end, if that is the provider you mean."
	}
	if bad, ok := errors.AsType[*badDocument](err); ok {
		return "Usher cannot work with the provider: " + bad.why + ".", "Ask whoever runs the provider, or check that the issuer is the one that you mean."
	}
	words, _, came := wrongWords(err)
	if !came {
		words, remedy = explain(err)
	}
	if remedy == "" {
		remedy = "Check the issuer URL: " + strings.TrimSuffix(in.Issuer, "/") + "/.well-known/openid-configuration must answer with a JSON document."
	}
	return words, remedy
}

func (s SignIn) offersScopes(p *provider) Step {
	st := Step{Name: "Scopes", State: Passed, Detail: s.Scopes}
	if len(p.Scopes) == 0 {
		st.Detail = "The document does not list any, so whether it knows these shows at the first sign-in: " + s.Scopes
		return st
	}
	missing := slices.DeleteFunc(splitScopes(s.Scopes), func(scope string) bool { return slices.Contains(p.Scopes, scope) })
	if len(missing) > 0 {
		st.State, st.Detail = Warned, "The provider does not list "+strings.Join(missing, ", ")+"."
		st.Remedy = "Take them out if the provider refuses the sign-in. It lists " + printable(strings.Join(p.Scopes, " "), 300) + "."
	}
	return st
}

func offersChallenge(p *provider) Step {
	st := Step{Name: "PKCE", State: Passed, Detail: "S256 is supported."}
	if !slices.Contains(p.Challenges, "S256") {
		st.State, st.Detail = Warned, "The document does not list S256. Usher sends it all the same; a provider that does not know it leaves it out."
	}
	return st
}

func (s SignIn) offersAuth(p *provider) Step {
	st := Step{Name: "Client secret", State: Passed, Detail: "It is sent in the Authorization header. Whether it is right shows at the first sign-in."}
	ways := []string{"client_secret_basic", "client_secret_post"}
	switch {
	case s.ClientSecret == "":
		st.Detail = "There is none: this is a public client, which PKCE alone protects."
		if len(p.TokenAuth) > 0 && !slices.Contains(p.TokenAuth, "none") {
			st.State, st.Detail = Warned, st.Detail+" The document lists only "+printable(strings.Join(p.TokenAuth, ", "), 200)+"."
			st.Remedy = "Many providers take public clients without listing them. If the sign-in is refused, register the client there with a client secret."
		}
		return st
	case p.publicOnly():
		st.Detail = "The provider knows only public clients, which PKCE alone protects. The client secret that was entered is not sent."
		return st
	case !slices.Contains(p.TokenAuth, ways[0]) && len(p.TokenAuth) > 0:
		st.Detail = "It is sent in the body of the request. Whether it is right shows at the first sign-in."
	}
	if len(p.TokenAuth) > 0 && !slices.ContainsFunc(ways, func(w string) bool { return slices.Contains(p.TokenAuth, w) }) {
		st.State, st.Detail = Failed, "The provider takes only "+printable(strings.Join(p.TokenAuth, ", "), 200)+"."
		st.Remedy = "Register the client there with a client secret that is sent by client_secret_basic or client_secret_post."
	}
	return st
}
